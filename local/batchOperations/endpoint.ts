import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveOnLoopback } from '../parts/loopbackServer';
import type { BatchOperationsStandIn } from './standIn';
import { answerJobs } from './wire';

/** Where a client of S3 Control finds the stand-in. */
export interface BatchEndpoint {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startBatchEndpoint(standIn: BatchOperationsStandIn): Promise<BatchEndpoint> {
  const server = await serveOnLoopback((incoming, outgoing) => {
    answerBatchRequest(standIn, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}

async function answerBatchRequest(
  standIn: BatchOperationsStandIn,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
) {
  const { method, url: path, headers } = incoming;
  const accountId = headers['x-amz-account-id']?.toString();
  const { status, body } = await answerJobs(standIn, { method, path, accountId, body: await text(incoming) });
  outgoing.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}
