import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import { FunctionError, type LocalFunction } from '../function/localFunction';
import { serveOnLoopback } from '../parts/loopbackServer';

/** Where moto's Step Functions calls what its states name. */
export interface EngineGateway {
  readonly port: number;
  /** By name; what is not there answers as Lambda does for a function that it does not know. */
  readonly functions: Map<string, Pick<LocalFunction, 'invoke'>>;
  /** Where everything else goes: moto itself, which has to be told the port before it starts. */
  target?: string;
  stop(): Promise<void>;
}

/**
 * A loopback gateway that runs the deployed functions where moto would need containers: moto sends all calls of a state machine
 * to the port in `MOTO_PORT`, those to Lambda and those to S3.
 */
export async function startEngineGateway(): Promise<EngineGateway> {
  const agent = new Agent({ keepAlive: true });
  const server = await serveOnLoopback((incoming, outgoing) => {
    answer(gateway, agent, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  const gateway: EngineGateway = {
    port: server.port,
    functions: new Map(),
    async stop() {
      await server.stop();
      agent.destroy();
    },
  };
  return gateway;
}

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;

async function answer(
  { functions, target }: EngineGateway,
  agent: Agent,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await buffer(incoming);
  const [, named] = INVOCATION.exec(incoming.url ?? '') ?? [];
  if (named !== undefined) {
    const name = decodeURIComponent(named).split(':').at(-1) ?? '';
    return invoked(functions.get(name), name, JSON.parse(body.toString() || 'null'), outgoing);
  }
  const { method, url: path, headers } = incoming;
  const { hostname, port } = new URL(target ?? '');
  const onward = request({ agent, hostname, port, method, path, headers });
  const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
  onward.end(body);
  const [found] = await answered;
  outgoing.writeHead(found.statusCode ?? 502, found.headers);
  await pipeline(found, outgoing);
}

/** Source: Lambda API reference, Invoke: an error of the function is a 200 with a header. */
async function invoked(
  deployed: Pick<LocalFunction, 'invoke'> | undefined,
  name: string,
  event: unknown,
  outgoing: ServerResponse,
): Promise<void> {
  const json = { 'content-type': 'application/json' };
  if (!deployed) {
    const Message = `Function not found: ${name}`;
    outgoing.writeHead(404, { ...json, 'x-amzn-errortype': 'ResourceNotFoundException' });
    outgoing.end(JSON.stringify({ Message, Type: 'User' }));
    return;
  }
  try {
    const answer = await deployed.invoke(event);
    outgoing.writeHead(200, json).end(JSON.stringify(answer ?? null));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const [, errorType = 'Error', errorMessage = error.message] = /^(\w+): ([^]*)$/.exec(error.message) ?? [];
    outgoing.writeHead(200, { ...json, 'x-amz-function-error': 'Unhandled' });
    outgoing.end(JSON.stringify({ errorType, errorMessage }));
  }
}
