import type { DynamoDBStreamEvent } from 'aws-lambda';
import { chainGaps } from '../../core/chain';
import type { AttributeMap } from '../../core/attributeValue';
import { inParallel } from '../../core/inParallel';
import { canonicalNumber } from '../../core/canonicalNumber';
import { seededRandom, type Random } from '../../local/demo/workload';
import type { DeployedTable } from '../../local/deployment/synthesized';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { RESET_AFTER, RESET_BEFORE, SLOW_DOWN } from '../../local/parts/s3Faults';
import { expectConverged, imagesIn, objectKeyIn, startDeployment, tableOf, until } from './support/deployment';

let run: LocalRun;
let users: LocalTable;
let orders: LocalTable;

/** `users` gets a number as its key, and a time to live. No change is ever given up; one batch at a time. */
const changed = (deployed: DeployedTable): DeployedTable => ({
  ...deployed,
  eventSourceMapping: {
    ...deployed.eventSourceMapping,
    batchSize: 10,
    parallelizationFactor: 1,
    maximumRetryAttempts: -1,
    maximumBatchingWindowInSeconds: 0,
  },
  ...(deployed.tableName === 'users' && {
    timeToLiveAttributeName: 'expiresAt',
    createTable: {
      ...deployed.createTable,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' as const }],
    },
  }),
});

beforeAll(async () => {
  run = await startDeployment(changed);
  [users, orders] = [tableOf(run, 'users'), tableOf(run, 'orders')];
});
afterAll(() => run.stop());
afterEach(() => {
  run.source.gateway.faults = () => undefined;
  jest.restoreAllMocks();
});

/** Lets a test stand between the pump and the function. */
function onInvoke({ captureFunction }: LocalTable, handle: (event: DynamoDBStreamEvent) => Promise<unknown>) {
  const invoke = captureFunction.invoke.bind(captureFunction);
  jest.spyOn(captureFunction, 'invoke').mockImplementation((event) => handle(event as DynamoDBStreamEvent));
  return invoke;
}

async function versionsOf(table: LocalTable, item: AttributeMap) {
  return (await imagesIn(run.source, table.deployed.tableName)).get(objectKeyIn(table, item)) ?? [];
}

async function expectWholeChains(table: LocalTable): Promise<void> {
  for (const images of (await imagesIn(run.destination, table.deployed.tableName)).values())
    expect(chainGaps(images.map(({ header }) => header))).toEqual([]);
}

describe('promise 2: convergence', () => {
  test('a delete and a re-create of one key within one batch are three images, in order', async () => {
    const batches: DynamoDBStreamEvent[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const invoke = onInvoke(users, async (event) => {
      batches.push(event);
      await held;
      return invoke(event);
    });
    const readBefore = users.pump.counts.recordsRead;
    const phoenix = (n: number): AttributeMap => ({ id: { N: '1' }, n: { N: String(n) } });
    await users.table.put({ id: { N: '2' } });
    await until(() => batches.length === 1); // what is written now comes in the next batch, all of it
    await users.table.put(phoenix(1));
    await users.table.delete({ id: { N: '1' } });
    await users.table.put(phoenix(2));
    await until(() => users.pump.counts.recordsRead === readBefore + 4);
    release();
    await run.drained();

    expect(batches[1]?.Records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'REMOVE', 'INSERT']);
    const versions = await versionsOf(users, phoenix(0));
    expect(versions.map(({ header, item }) => [header.event, item?.n])).toEqual([
      ['INSERT', { N: '1' }],
      ['REMOVE', undefined],
      ['INSERT', { N: '2' }],
    ]);
    await expectConverged(run, users);
  });

  test('whatever comes together: old batches again, functions that crash when they are done, S3 that fails', async () => {
    const random = seededRandom(2);
    const seen: DynamoDBStreamEvent[] = [];
    let invocations = 0;
    let faults = 0;
    const invoke = onInvoke(orders, async (event) => {
      const old = seen[random(seen.length)];
      seen.push(event);
      if (old && invocations++ % 4 === 1) {
        await orders.captureFunction.stop(); // a cold function does not know what has been written
        await invoke(old);
      }
      const answer = await invoke(event);
      if (invocations % 5 !== 3) return answer;
      throw new Error('crashed after its work was done'); // so everything comes again
    });
    run.source.gateway.faults = ({ method }) => {
      if (method !== 'PUT' || random(10) > 0) return undefined;
      faults++;
      return [SLOW_DOWN, RESET_BEFORE, RESET_AFTER][random(3)];
    };
    await inParallel(Array.from({ length: 12 }).keys(), 6, (item) => changeOrder(item, 25, random));
    await run.drained();

    expect(orders.pump.counts.failedInvocations).toBeGreaterThan(3);
    expect(faults).toBeGreaterThan(10);
    expect(orders.pump.counts).toMatchObject({ recordsParked: 0, recordsDiscarded: 0 });
    await expectConverged(run, orders);
    await expectWholeChains(orders);
  });
});

/**
 * Puts and deletes an item in any order, one after the other: DynamoDB Local, unlike DynamoDB, makes a record without an
 * old image of a delete that comes at the same moment as another one.
 */
async function changeOrder(item: number, changes: number, random: Random): Promise<void> {
  const keys: AttributeMap = { customerId: { S: `../${item % 4}` }, orderedAt: { N: String(item) } };
  for (let change = 0; change < changes; change++) {
    if (random(4) === 0) await orders.table.delete(keys);
    else await orders.table.put({ ...keys, value: { N: String(random(1_000)) }, ['__proto__']: { L: [] } });
  }
}

describe('promise 4: one spelling of a key', () => {
  test('a number is one item and one object, however it is written', async () => {
    const spellings = ['1E+3', '1000', '1000.00', '0.1e4'];
    for (const [i, id] of spellings.entries()) await users.table.put({ id: { N: id }, n: { N: String(i) } });
    const others = ['-1E-130', '9.9999999999999999999999999999999999999E+125', '0.000', '-12.50'];
    for (const id of others) await users.table.put({ id: { N: id } });
    await run.drained();

    const images = await imagesIn(run.source, 'users');
    expect(images.get('users/1000/image.json')).toHaveLength(4);
    for (const id of others) expect(images.get(`users/${canonicalNumber(id)}/image.json`)).toHaveLength(1);
    await expectConverged(run, users);
  });
});

describe('promise 6: a delete is an image', () => {
  test('one by the time to live says so', async () => {
    const item: AttributeMap = { id: { N: '77' }, expiresAt: { N: String(Math.floor(Date.now() / 1000) - 60) } };
    await users.table.put(item);
    await until(async () => (await versionsOf(users, item)).length === 2);
    const [, tombstone] = await versionsOf(users, item);
    expect(tombstone?.header).toMatchObject({ event: 'REMOVE', deletedBy: 'dynamodb.amazonaws.com' });
    await users.table.put(item);
    await users.table.delete({ id: { N: '77' } });
    await run.drained();
    const [byUser] = (await versionsOf(users, item)).toReversed();
    expect(byUser?.header.event).toBe('REMOVE');
    await expectConverged(run, users);
  });
});
