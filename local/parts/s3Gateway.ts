import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerFault, type Fault, type Faults } from './s3Faults';
import { parseS3Request, type S3Request } from './s3Request';

/** A version, or a delete marker, that a client has just added to a bucket. */
export interface NewVersion {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
}

/** What happens in front of a bucket that moto does not play. */
export interface GatewayHooks {
  /** Told before the client has its answer, in the order of completion. */
  readonly onNewVersion?: (version: NewVersion) => void;
  /** Value of `x-amz-replication-status` in answers to HEAD and GET. */
  readonly replicationStatus?: (objectKey: string, versionId: string) => string | undefined;
}

export interface S3Gateway {
  readonly endpoint: string;
  hooks: GatewayHooks;
  /** What goes wrong; nothing by default. */
  faults: Faults;
  stop(): Promise<void>;
}

/**
 * A loopback proxy in front of an account's S3. Requests and answers pass through byte by byte; it sees which versions
 * are made, adds the replication status, and makes S3 fail where a test wants it to.
 */
export async function startS3Gateway(targetEndpoint: string): Promise<S3Gateway> {
  const target = new URL(targetEndpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const gateway: S3Gateway = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hooks: {},
    faults: () => undefined,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const s3Request = parseS3Request(incoming);
    const fault = gateway.faults(s3Request);
    if (fault?.kind === 'delay') await delay(fault.milliseconds);
    else if (fault && fault.kind !== 'resetAfter') {
      answerFault(fault, incoming, outgoing);
      return;
    }
    forward(s3Request, incoming, outgoing, fault);
  }

  function forward(s3Request: S3Request, incoming: IncomingMessage, outgoing: ServerResponse, fault?: Fault): void {
    const { hostname, port } = target;
    const onward = request({
      agent,
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    });
    onward.on('error', () => outgoing.destroy());
    onward.on('response', (answer) => {
      const headers = { ...answer.headers, ...observe(gateway.hooks, s3Request, answer) };
      if (fault?.kind === 'resetAfter') {
        answer.resume();
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  }

  return gateway;
}

/** Notes what an answer says has happened. Returns the headers to add. */
function observe(
  hooks: GatewayHooks,
  { method, bucket, objectKey, query }: S3Request,
  answer: IncomingMessage,
): Record<string, string> {
  const versionId = answer.headers['x-amz-version-id'];
  if ((answer.statusCode ?? 500) >= 300 || typeof versionId !== 'string' || objectKey === '') return {};

  const isRead = method === 'GET' || method === 'HEAD';
  if (isRead) {
    const status = hooks.replicationStatus?.(objectKey, versionId);
    return status === undefined ? {} : { 'x-amz-replication-status': status };
  }
  const isPut =
    method === 'PUT' && !['partNumber', 'tagging', 'acl', 'retention', 'legal-hold'].some((name) => query.has(name));
  const isCompletedUpload = method === 'POST' && query.has('uploadId');
  const isDeleteMarker =
    method === 'DELETE' && answer.headers['x-amz-delete-marker'] === 'true' && !query.has('versionId');
  if (isPut || isCompletedUpload || isDeleteMarker)
    hooks.onNewVersion?.({ bucket, objectKey, versionId, isDeleteMarker });
  return {};
}
