import { request, type Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { directAgent } from '../../aws/keptConnections';
import { serveOnLoopback } from './loopbackServer';
import { refusedLock, setsLock } from './lockGuard';
import { newVersions, type NewVersion } from './newVersions';
import { answerError, type Faults } from './s3Faults';
import { deletesMany, parseS3Request, readsObject, type S3Request } from './s3Request';

export type { NewVersion } from './newVersions';

/** What happens in front of a bucket that moto does not play. */
export interface GatewayHooks {
  /** Told before the client has its answer, in the order of completion. */
  readonly onNewVersion?: (version: NewVersion) => void;
  /** Value of `x-amz-replication-status` in answers to HEAD and GET. */
  readonly replicationStatus?: (
    objectKey: string,
    versionId: string,
  ) => string | undefined | Promise<string | undefined>;
}

/** Requests that S3 has at the same time; more wait in the gateway. */
export const MOST_CONNECTIONS = 128;

export interface S3Gateway {
  readonly endpoint: string;
  hooks: GatewayHooks;
  /** What goes wrong; nothing by default. */
  faults: Faults;
  stop(): Promise<void>;
}

/**
 * A loopback proxy in front of an account's S3. Requests and answers pass through byte by byte (paths with their
 * percent escapes as they come); it sees which versions are made, adds the replication status, refuses a lock that S3
 * would refuse, and makes S3 fail where a test wants it to. What is sent to S3 itself, past the gateway, it does not see.
 */
export async function startS3Gateway(targetEndpoint: string): Promise<S3Gateway> {
  const target = new URL(targetEndpoint);
  const agent = directAgent(target.protocol, MOST_CONNECTIONS);
  const server = await serveOnLoopback((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => fail(error, incoming, outgoing));
  });

  const gateway: S3Gateway = {
    endpoint: `http://127.0.0.1:${server.port}`,
    hooks: {},
    faults: () => undefined,
    async stop() {
      await server.stop();
      agent.destroy();
    },
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const s3Request = parseS3Request(incoming);
    const fault = gateway.faults(s3Request);
    if (fault?.kind === 'error') {
      answerError(fault, incoming, outgoing);
      return;
    }
    if (fault?.kind === 'resetBefore') throw new BrokenConnection();
    if (fault?.kind === 'hold') await fault.until;
    if (fault?.kind === 'delay') await delay(fault.milliseconds);

    const sent = setsLock(s3Request) ? await bytesOf(incoming) : undefined;
    const refused = sent && (await refusedLock(target, agent, incoming, sent));
    if (refused) {
      answerError(refused, incoming, outgoing);
      return;
    }
    const answer = await forward(target, agent, incoming, outgoing, sent);
    const body = deletesMany(s3Request) ? await bytesOf(answer) : undefined;
    for (const version of newVersions(s3Request, answer, body?.toString())) gateway.hooks.onNewVersion?.(version);
    const headers = [...endToEnd(answer), ...(await replicationHeader(gateway.hooks, s3Request, answer))];
    if (fault?.kind === 'resetAfter') {
      answer.resume();
      throw new BrokenConnection();
    }
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    if (body) outgoing.end(body);
    else passOn(answer, outgoing);
  }

  return gateway;
}

/** The connection to the client, or to S3, is gone or is to go. */
class BrokenConnection extends Error {}

function forward(
  { hostname, port }: URL,
  agent: Agent,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  sent: Buffer | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Its client gave up while a fault kept it: what has nobody to answer to would be done late, or never end.
    if (incoming.socket.destroyed || outgoing.destroyed) throw new BrokenConnection();
    const { method, url: path, headers } = incoming;
    const onward = request({ agent, hostname, port, method, path, headers }, resolve);
    onward.once('error', (cause) => reject(new BrokenConnection('to S3', { cause })));
    // What still waits for its turn when its client gives up would be done after what that client tries next. What S3
    // has begun, it ends: a version that comes of it has to be seen.
    outgoing.once('close', () => {
      if (!onward.socket) onward.destroy();
    });
    if (sent) onward.end(sent);
    else if (hasBody(headers)) incoming.once('error', (error) => onward.destroy(error)).pipe(onward);
    else onward.end();
  });
}

function hasBody({ 'content-length': length = '0', 'transfer-encoding': coding }: IncomingMessage['headers']): boolean {
  return length !== '0' || coding !== undefined;
}

/** As `pipeline` does, which for small bodies takes as long as everything else. Either may be gone already. */
function passOn(answer: IncomingMessage, outgoing: ServerResponse): void {
  if (answer.destroyed || outgoing.destroyed) {
    answer.destroy();
    outgoing.destroy();
    return;
  }
  answer.once('error', () => outgoing.destroy());
  outgoing.once('close', () => answer.destroy());
  answer.pipe(outgoing);
}

function fail(error: unknown, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (error instanceof BrokenConnection || outgoing.headersSent) {
    incoming.socket.destroy();
    return;
  }
  // A mistake in the gateway, a hook, or a test's plan of faults: it has to be seen, not tried again as a lost connection.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  answerError({ statusCode: 400, code: 'LocalGatewayError', message }, incoming, outgoing);
}

/** A name and its value, or nothing. */
async function replicationHeader(
  { replicationStatus }: GatewayHooks,
  s3Request: S3Request,
  { statusCode = 500, headers }: IncomingMessage,
): Promise<readonly string[]> {
  const versionId = headers['x-amz-version-id'];
  if (!replicationStatus || statusCode >= 300 || typeof versionId !== 'string' || !readsObject(s3Request)) return [];
  const status = await replicationStatus(s3Request.objectKey, versionId);
  return status === undefined ? [] : ['x-amz-replication-status', status];
}

/** Names and values in turn. A stock moto closes each connection after its answer; that is between it and the gateway. */
function endToEnd({ rawHeaders }: IncomingMessage): readonly string[] {
  return rawHeaders.filter((_, i) => !/^(connection|keep-alive)$/i.test(rawHeaders[i - (i % 2)] ?? ''));
}

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch (cause) {
    throw new BrokenConnection('to S3', { cause });
  }
  return Buffer.concat(chunks);
}
