import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface DynamoDbGateway {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/**
 * One DynamoDB out of many databases: in DynamoDB Local tables with streams must not share one, and whose keys a request
 * is signed with decides about its database. So the name of the table in the request becomes the access key. Signatures
 * are not looked at there.
 *
 * @param databaseKey the access key of a table's database
 */
export async function startDynamoDbGateway(
  target: string,
  databaseKey: (tableName: string) => string,
): Promise<DynamoDbGateway> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing, { target: new URL(target), agent, databaseKey }).catch(() => incoming.socket.destroy());
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
      agent.destroy();
    },
  };
}

interface Onward {
  readonly target: URL;
  readonly agent: Agent;
  readonly databaseKey: (tableName: string) => string;
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { target, agent, databaseKey }: Onward,
): Promise<void> {
  const body = await buffer(incoming);
  const tableName = tableNameIn(body.toString());
  const { authorization = '' } = incoming.headers;
  const headers = { ...incoming.headers };
  if (tableName !== undefined) {
    headers.authorization = authorization.replace(/Credential=[^/]*\//, `Credential=${databaseKey(tableName)}/`);
  }
  const { method, url: path } = incoming;
  const onward = request({ agent, hostname: target.hostname, port: target.port, method, path, headers });
  const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
  onward.end(body);
  const [answer] = await answered;
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, outgoing);
}

/** The first table that a request names. Undefined where it names none: ListTables, ListStreams of all. */
export function tableNameIn(body: string): string | undefined {
  const request = JSON.parse(body || '{}') as Record<string, unknown>;
  const { TableName, RequestItems, TransactItems, StreamArn, ResourceArn, ShardIterator } = request;
  if (typeof TableName === 'string') return nameOf(TableName);
  if (typeof RequestItems === 'object' && RequestItems) return Object.keys(RequestItems).map(nameOf)[0];
  if (Array.isArray(TransactItems)) {
    const [first = {}] = TransactItems as Record<string, unknown>[];
    return tableNameIn(JSON.stringify(Object.values(first)[0] ?? {}));
  }
  const arn = [StreamArn, ResourceArn, ShardIterator].find((value) => typeof value === 'string');
  return arn === undefined ? undefined : /:table\/([^/|]+)/.exec(arn)?.[1];
}

/** Where a table's ARN may stand in place of its name. */
function nameOf(tableNameOrArn: string): string {
  return tableNameOrArn.split(':table/').at(-1) ?? tableNameOrArn;
}
