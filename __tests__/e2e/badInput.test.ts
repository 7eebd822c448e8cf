import type { DynamoDBStreamEvent } from 'aws-lambda';
import { objectHistories } from '../../aws/objectVersions';
import { s3TextStore } from '../../aws/textStore';
import type { DeployedTable } from '../../local/deployment/synthesized';
import type { LocalRun } from '../../local/localRun';
import { imagesIn, startDeployment, tableOf } from './support/deployment';

let run: LocalRun;
const log: string[] = [];

/** The stream of `users` shows keys only; the function of `orders` writes to a bucket that is not there. */
const misconfigured = (deployed: DeployedTable): DeployedTable => ({
  ...deployed,
  eventSourceMapping: { ...deployed.eventSourceMapping, maximumRetryAttempts: 1, maximumBatchingWindowInSeconds: 0 },
  ...(deployed.tableName === 'users'
    ? {
        createTable: {
          ...deployed.createTable,
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        },
      }
    : {
        captureFunction: {
          ...deployed.captureFunction,
          environment: { ...deployed.captureFunction.environment, DCS_BUCKET: 'no-such-bucket' },
        },
      }),
});

beforeAll(async () => {
  run = await startDeployment(misconfigured, (line) => log.push(line));
});
afterAll(() => run.stop());

/** The records of every parked batch of a table's function. */
async function parkedRecords(tableName: string): Promise<DynamoDBStreamEvent['Records']> {
  const texts = s3TextStore(run.source);
  const records: DynamoDBStreamEvent['Records'] = [];
  for await (const { objectKey } of objectHistories(run.source, `aws/lambda/dcs-capture-${tableName}/`)) {
    const { payload } = JSON.parse((await texts.read(objectKey)) ?? '{}') as { payload: string };
    records.push(...(JSON.parse(payload) as DynamoDBStreamEvent).Records);
  }
  return records;
}

test('a stream without images is parked whole, and the error names its view type and what to do', async () => {
  const { table, pump } = tableOf(run, 'users');
  for (const id of ['a', 'b', 'c']) await table.put({ id: { S: id } });
  await pump.drained();
  // Each may be a batch of its own, and batches of one second are listed in no order.
  expect((await parkedRecords('users')).map(({ dynamodb }) => dynamodb?.Keys?.id?.S).sort()).toEqual(['a', 'b', 'c']);
  expect(await imagesIn(run.source, 'users')).toEqual(new Map());
  expect(log.join('\n')).toMatch(
    /INSERT without NewImage: the stream's view type is KEYS_ONLY, it has to be NEW_AND_OLD_IMAGES\. Disable/,
  );
});

test('an unknown bucket loses nothing, and the error names it', async () => {
  const { table, pump } = tableOf(run, 'orders');
  const item = { customerId: { S: 'x/y' }, orderedAt: { N: '1' } };
  await table.put(item);
  await pump.drained();
  expect((await parkedRecords('orders')).map(({ dynamodb }) => dynamodb?.NewImage)).toEqual([item]);
  expect(log.join('\n')).toContain('PUT s3://no-such-bucket/orders/x%2Fy/1/image.json failed: NoSuchBucket');
  expect(log.join('\n')).toContain('check its name');
});
