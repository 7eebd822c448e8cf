import type { AttributeMap } from '../../../core/attributeValue';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import { bringBack } from '../../../operations/restore/bringBack';
import type { UnfinishedRestore } from '../../../operations/restore/unfinished';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema, keyTypes: { id: 'S' } } as const;
const item = (id: string, v: string): AttributeMap => ({ id: { S: id }, v: { S: v } });
const CAPTURED_MS = Date.UTC(2026, 0, 5);
const WEEK_MS = 7 * 86_400_000;

/** Three items, a second each, in a bucket, and a table with some items that a restore made a week later, and did not finish. */
async function again(there: readonly AttributeMap[], note: UnfinishedRestore | undefined, asOfMs?: number) {
  const bucket = new MemoryBucket(CAPTURED_MS);
  for (const [n, id] of ['a', 'b', 'c'].entries()) {
    bucket.clockMs = CAPTURED_MS + n * 1_000;
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = {
      event: 'INSERT',
      position,
      changedAtMs: bucket.clockMs,
      previousDigest: itemDigest(undefined),
    } as const;
    bucket.store(objectKeyOf(table, keySchema, { id: { S: id } }), encodeImage(header, item(id, 'old')));
  }
  const memory = new MemoryTable(keySchema, there);
  const description = {
    ...{ TableId: 'T1', TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    ...{ AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }] },
    CreationDateTime: new Date(CAPTURED_MS + WEEK_MS),
  } as const;
  const removed: string[] = [];
  const { signal } = new AbortController();
  const restoring = bringBack({
    ...{ source: bucket, signal, targetSettings: {}, dryRun: false, allowEmpty: false, onDemand: true },
    located: { prefix: '', tableName: 'users', configuredKeys: { keySchema, keyTypes: { id: 'S' } } },
    target: {
      ...{ tableName: 'users', describe: () => Promise.resolve(description) },
      hasItems: () => Promise.resolve(memory.items.size > 0),
      getBatch: (keys: readonly AttributeMap[]) => memory.getBatch(keys),
      scan: (segment: number, of: number) => memory.scan(segment, of),
      write: (operations: Parameters<MemoryTable['write']>[0]) => memory.write(operations),
      writeIf: (write: Parameters<MemoryTable['writeIf']>[0]) => memory.writeIf(write),
    },
    notes: {
      read: (id: string) => Promise.resolve(note?.tableId === id ? note : undefined),
      remove: (id: string) => Promise.resolve(void removed.push(id)),
    },
    ...(asOfMs !== undefined && { asOf: { words: 'that moment', ms: asOfMs } }),
    ...{ timeToLiveWanted: false, mayDo: () => Promise.resolve(true) },
    ...{ nowMs: () => CAPTURED_MS + 3 * WEEK_MS, pause: () => Promise.resolve() },
  } as unknown as Parameters<typeof bringBack>[0]);
  const outcome = await restoring.then(
    () => 'done',
    (error: unknown) => error,
  );
  return { outcome, removed, items: [...memory.items.values()] };
}

const whole = [item('a', 'old'), item('b', 'old'), item('c', 'old')];

test('a restore that was stopped two weeks ago is finished by the same command', async () => {
  const { outcome, items, removed } = await again([item('a', 'old')], { tableId: 'T1', momentMs: Infinity });
  expect(outcome).toBe('done');
  expect(items).toEqual(whole);
  expect(removed).toEqual(['T1']);
});

test.each([
  ['a changed item', [item('a', 'new')]],
  ['an item of its own', [item('a', 'old'), item('own', 'x')]],
])('what has %s since is not reverted, and nothing of it is deleted', async (_, there) => {
  const { outcome, items } = await again(there, { tableId: 'T1', momentMs: Infinity });
  if (outcome !== 'done') expect(outcome).toBeInstanceOf(RefusedError);
  for (const one of there) expect(items).toContainEqual(one);
});

test.each([
  ['on another machine, where there is no note', undefined],
  ['where the note is of a table that had the name before', { tableId: 'T0', momentMs: Infinity }],
])('%s, a table with other items is refused and not touched', async (_, note) => {
  const there = [item('a', 'new')];
  const { outcome, items } = await again(there, note);
  expect(outcome).toBeInstanceOf(RefusedError);
  expect((outcome as Error).message).toContain('--merge');
  expect(items).toEqual(there);
});

test('on another machine a restore that came to its last write is as planned', async () => {
  expect(await again(whole, undefined)).toMatchObject({ outcome: 'done', items: whole });
});

test.each([
  ['of a moment before anything was captured', CAPTURED_MS - WEEK_MS, undefined, '2025-12-29T00:00:00Z'],
  ['of another moment than is asked for', CAPTURED_MS + 1_000, CAPTURED_MS + 2_000, '2026-01-05T00:00:01Z'],
])('a note %s finishes nothing', async (_, momentMs, asOfMs, told) => {
  const there = [item('a', 'old')];
  const { outcome, items, removed } = await again(there, { tableId: 'T1', momentMs }, asOfMs);
  expect(outcome).toBeInstanceOf(RefusedError);
  expect((outcome as Error).message).toContain(`is an unfinished restore as of ${told}`);
  expect(items).toEqual(there);
  expect(removed).toEqual([]);
});
