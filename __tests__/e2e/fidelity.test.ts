import { createHash } from 'node:crypto';
import { s3LockStore } from '../../aws/objectLocks';
import { objectHistories } from '../../aws/objectVersions';
import { replicationStatus } from '../../aws/replicationStatus';
import { dynamoDbTable } from '../../aws/table';
import { chainGaps } from '../../core/chain';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { backfillImage, imageBody } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { keysOf, type KeySchema } from '../../core/objectKey';
import { restore } from '../../local/demo/restore';
import { compare, snapshotOf } from '../../local/demo/snapshot';
import { order, seededRandom, user } from '../../local/demo/workload';
import type { DeployedTable } from '../../local/deployment/synthesized';
import type { LocalRun } from '../../local/localRun';
import { expectConverged, imagesIn, objectKeyIn, startDeployment, tableOf, versionsIn } from './support/deployment';

let run: LocalRun;

/** `users` gets a binary key and `orders` a string and a number: with the strings of the demo, every type of key. */
const withBinaryKey = (deployed: DeployedTable): DeployedTable => {
  if (deployed.tableName !== 'users') return deployed;
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'B' as const }];
  return { ...deployed, createTable: { ...deployed.createTable, AttributeDefinitions } };
};

beforeAll(async () => {
  run = await startDeployment(withBinaryKey);
  await run.refreshTableDefinitions();
});
afterAll(() => run.stop());

const EVERY_TYPE: AttributeMap = Object.fromEntries(
  Object.entries({
    emptyString: { S: '' },
    text: { S: 'Zoë "Ångström" 李 🦊 \u0000\n' },
    digits38: { N: '-1234567890.1234567890123456789012345678' },
    tiny: { N: '1E-130' },
    huge: { N: '9.9999999999999999999999999999999999999E+125' },
    spelled: { N: '0001.500E+3' },
    binary: { B: 'AAH//g==' },
    emptyBinary: { B: '' },
    yes: { BOOL: true },
    no: { BOOL: false },
    nothing: { NULL: true },
    strings: { SS: ['b', 'a', '\u{1F98A}', '\uFF5E'] },
    numbers: { NS: ['10', '9', '1E2', '-0.5'] },
    binaries: { BS: ['/w==', 'AA==', 'AP8='] },
    emptyList: { L: [] },
    list: { L: [{ N: '1' }, { S: '1' }, { L: [{ NULL: true }] }] },
    emptyMap: { M: {} },
    ['__proto__']: { S: 'top' },
    constructor: { S: 'a name like any other' },
    deep: deep(28),
  }),
);

function deep(levels: number): AttributeMap[string] {
  return levels === 0 ? { BS: ['AA=='] } : { M: Object.fromEntries([['__proto__', deep(levels - 1)]]) };
}

describe('promise 3: no type is lost', () => {
  test('an item of every type is the same, bit for bit, in the table, in both buckets, and from a scan', async () => {
    const users = tableOf(run, 'users');
    const item: AttributeMap = { ...EVERY_TYPE, id: { B: 'AP+AfwA=' } };
    await users.table.put(item);
    await run.drained();

    const [scanned] = await onlyPage(users.table.scan());
    for (const bucket of [run.source, run.destination]) {
      const [version] = await versionsIn(bucket, objectKeyIn(users, item));
      expect(version?.body).toBe(imageBody(scanned!));
      expect(version?.body).toBe(backfillImage(scanned!, 0).body);
      expect(version?.body).toBe(imageBody(item));
      expect(version?.etag).toBe(createHash('md5').update(imageBody(scanned!)).digest('hex'));
      expect(canonicalItem(version!.item!)).toBe(canonicalItem(scanned!));
    }
  });
});

describe('promise 4: one spelling of a key', () => {
  test('every item has an object of its own, whatever its key', async () => {
    const orders = tableOf(run, 'orders');
    const random = seededRandom(4);
    const items = Array.from({ length: 60 }, (_, n) => order(n, random));
    await inParallel(items, 8, (item) => orders.table.put(item));
    await run.drained();
    const keys = new Set(items.map((item) => objectKeyIn(orders, item)));
    expect(keys.size).toBe(60);
    for (const bucket of [run.source, run.destination])
      expect(new Set((await imagesIn(bucket, 'orders')).keys())).toEqual(keys);
    expect([...keys].some((key) => key.includes('/=sha256-'))).toBe(true);
  });
});

describe('promise 5: full history', () => {
  test('every change is a version; one that is missing is found, and its place named', async () => {
    const users = tableOf(run, 'users');
    const item = (n: number): AttributeMap => ({ id: { B: 'aGlzdG9yeQ==' }, n: { N: String(n) } });
    for (const n of [1, 2, 3, 4, 5]) await users.table.put(item(n));
    await run.drained();
    const versions = await versionsIn(run.source, objectKeyIn(users, item(0)));
    expect(versions.map((version) => version.item?.n)).toEqual([1, 2, 3, 4, 5].map((n) => ({ N: String(n) })));
    expect(chainGaps(versions.map(({ header }) => header))).toEqual([]);

    const withHole = versions.filter((_, i) => i !== 2).map(({ header }) => header);
    expect(chainGaps(withHole)).toEqual([
      { kind: 'missing', after: withHole[1], before: withHole[2], expectedDigest: versions[2]!.header.digest },
    ]);
  });
});

describe('promise 6: a delete is an image', () => {
  test('a tombstone is an ordinary object of two bytes, and replicates', async () => {
    const users = tableOf(run, 'users');
    const item: AttributeMap = { id: { B: 'Z29uZQ==' } };
    await users.table.put(item);
    await users.table.delete(item);
    await run.drained();
    const objectKey = objectKeyIn(users, item);
    for (const [bucket, status] of [
      [run.source, 'COMPLETED'],
      [run.destination, 'REPLICA'],
    ] as const) {
      for await (const { versions } of objectHistories(bucket, objectKey)) {
        expect(versions.at(-1)).toMatchObject({ sizeBytes: 2, isLatest: true });
        expect(await replicationStatus(bucket, objectKey, versions.at(-1)?.versionId)).toBe(status);
      }
      const images = await versionsIn(bucket, objectKey);
      expect(images.map(({ header }) => header.event)).toEqual(['INSERT', 'REMOVE']);
    }
  });
});

test('the renewal of locks, played as it is deployed, locks the newest copy of every item', async () => {
  await run.drained();
  const told = (await run.renewLocks()) as Record<string, number>;
  expect(told).toMatchObject({ renewedInThisRun: told.foundUnlocked, left: 0, isUnderWay: false });
  const locks = s3LockStore(run.destination);
  let locked = 0;
  for await (const { objectKey, versions } of objectHistories(run.destination, 'users/')) {
    const { lock } = await locks.look(objectKey, versions.at(-1)!.versionId);
    expect({ objectKey, mode: lock?.mode }).toEqual({ objectKey, mode: 'COMPLIANCE' });
    locked++;
  }
  expect(locked).toBeGreaterThan(1);
});

/** Keys, or versions, in a page of an S3 listing. */
const PAGE = 1_000;
/** A sixth of them is deleted. */
const ITEMS = 1_300;

describe('promise 10: restoring needs only the destination account', () => {
  test('more items than a page lists, written in random order of operations, come back equal when the source account is lost', async () => {
    const orders = tableOf(run, 'orders');
    const users = tableOf(run, 'users');
    const random = seededRandom(ITEMS);
    const items = Array.from({ length: ITEMS }, (_, n) => binaryUser(n, random));
    // Each item's operations in order, the items in any.
    await inParallel(shuffled(items, random), 16, async (item) => {
      await users.table.put(item);
      if (random(4) === 0) await users.table.put({ ...item, note: { S: `changed ${random(1_000)}` } });
      if (random(6) === 0) await users.table.delete(keysOf(users.deployed.keySchema, item));
      if (random(12) === 0) await users.table.put(item);
    });
    await run.drained();
    await expectConverged(run, orders);
    const expected = {
      users: await snapshotOf(users.table, users.deployed.keySchema),
      orders: await snapshotOf(orders.table, orders.deployed.keySchema),
    };
    expect(expected.users.size).toBeGreaterThan(PAGE);

    await run.loseSourceAccount();
    await expectRestored('users', users.deployed.keySchema, expected.users);
    await expectRestored('orders', orders.deployed.keySchema, expected.orders);
  });
});

async function expectRestored(
  tableName: string,
  keySchema: KeySchema,
  expected: ReadonlyMap<string, string>,
): Promise<void> {
  const into = { tableName: `${tableName}-restored`, dynamoDb: run.destinationDynamoDb(tableName) };
  const { items } = await restore(run.destination, { prefix: '', tableName }, into);
  const found = await snapshotOf(dynamoDbTable(into.tableName, into.dynamoDb), keySchema);
  expect(compare(expected, found)).toEqual({ identical: expected.size, different: [], missing: [], extra: [] });
  expect(items).toBe(expected.size);
}

function binaryUser(n: number, random: (below: number) => number): AttributeMap {
  return { ...user(n, random), id: { B: Buffer.from(`user ${n}`).toString('base64') } };
}

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  return list
    .map((member) => ({ member, at: random(1 << 30) }))
    .sort((a, b) => a.at - b.at)
    .map(({ member }) => member);
}

async function onlyPage(pages: AsyncGenerator<AttributeMap[]>): Promise<AttributeMap[]> {
  for await (const page of pages) return page;
  return [];
}
