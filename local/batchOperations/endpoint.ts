import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { BatchOperationsStandIn } from './standIn';
import { answerJobs } from './wire';

/** Where a client of S3 Control finds the stand-in. */
export interface BatchEndpoint {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startBatchEndpoint(standIn: BatchOperationsStandIn): Promise<BatchEndpoint> {
  const server = createServer((incoming, outgoing) => {
    answerBatchRequest(standIn, incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
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
