import { once } from 'node:events';
import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { TableExportStandIn } from '../engine/tableExport';
import { serveOnLoopback } from '../parts/loopbackServer';
import { ImportRefusal, type TableImportStandIn } from '../engine/tableImport';

/** What DynamoDB Local does not do. */
export interface DynamoDbStandIns {
  readonly imports?: Pick<TableImportStandIn, 'answer' | 'isFilling'>;
  readonly exports: Pick<TableExportStandIn, 'answer'>;
}

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
  standIns: DynamoDbStandIns,
): Promise<DynamoDbGateway> {
  const agent = new Agent({ keepAlive: true });
  const onward = { target: new URL(target), agent, databaseKey, standIns };
  const server = await serveOnLoopback((incoming, outgoing) => {
    answer(incoming, outgoing, onward).catch(() => incoming.socket.destroy());
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    async stop() {
      await server.stop();
      agent.destroy();
    },
  };
}

interface Onward {
  readonly target: URL;
  readonly agent: Agent;
  readonly databaseKey: (tableName: string) => string;
  readonly standIns: DynamoDbStandIns;
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, onward: Onward): Promise<void> {
  const body = await buffer(incoming);
  const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
  const json = { 'content-type': 'application/x-amz-json-1.0' };
  try {
    const { imports, exports } = onward.standIns;
    const input: unknown = JSON.parse(body.toString() || '{}');
    const answered = (await imports?.answer(operation, input)) ?? (await exports.answer(operation, input));
    if (answered) outgoing.writeHead(200, json).end(JSON.stringify(answered));
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error;
    const refusal = { __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, message: error.message };
    outgoing.writeHead(400, json).end(JSON.stringify(refusal));
  }
  if (!outgoing.headersSent) await forward({ incoming, body, operation }, outgoing, onward);
}

async function forward(
  { incoming, body, operation }: { incoming: IncomingMessage; body: Buffer; operation: string },
  outgoing: ServerResponse,
  { target, agent, databaseKey, standIns }: Onward,
): Promise<void> {
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
  const [found] = await answered;
  if (operation === 'DescribeTable' && standIns.imports?.isFilling(tableName)) return describeFilling(found, outgoing);
  outgoing.writeHead(found.statusCode ?? 502, found.headers);
  await pipeline(found, outgoing);
}

/** A table is CREATING for as long as an import fills it. Source: DynamoDB developer guide, "Importing data from S3". */
async function describeFilling(found: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const description = JSON.parse((await buffer(found)).toString()) as { Table?: object };
  const Table = description.Table && { ...description.Table, TableStatus: 'CREATING' };
  const json = { 'content-type': 'application/x-amz-json-1.0' };
  outgoing.writeHead(found.statusCode ?? 502, json).end(JSON.stringify({ ...description, ...(Table && { Table }) }));
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
