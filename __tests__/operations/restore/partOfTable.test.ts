import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AttributeMap } from '../../../core/attributeValue';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import { chosenHistories } from '../../../operations/download/chosenHistories';
import { downloadTable } from '../../../operations/download/downloadTable';
import { folderImageSource } from '../../../operations/images/folderImageSource';
import { bringBack, type BringBackRequest } from '../../../operations/restore/bringBack';
import type { ExistingItems } from '../../../operations/restore/target';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema, keyTypes: { id: 'S' } } as const;
const item = (id: string, v: string): AttributeMap => ({ id: { S: id }, v: { S: v } });

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'dcs-part-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Restores from a copy of the item `a` alone into a table that has `a`, differently, and `b`. */
async function restoreFromPart(existing: ExistingItems, isPart = true): Promise<readonly AttributeMap[]> {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 5));
  const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } as const;
  const header = {
    event: 'INSERT',
    position,
    changedAtMs: bucket.clockMs,
    previousDigest: itemDigest(undefined),
  } as const;
  bucket.store(objectKeyOf(table, keySchema, { id: { S: 'a' } }), encodeImage(header, item('a', 'old')));
  const signal = new AbortController().signal;
  const choice = { table, selection: { partition: { S: 'a' } }, onUnknown: () => undefined };
  await downloadTable({
    ...{ source: bucket, table, folder, signal, nowMs: () => 0, ...(isPart && { part: '--partition a' }) },
    histories: chosenHistories({ source: bucket, choice, listed: (prefix) => bucket.histories(prefix) }),
  });
  const memory = new MemoryTable(keySchema);
  await memory.write([{ put: item('a', 'now') }, { put: item('b', 'now') }]);
  const description = {
    ...{ TableId: 'T1', TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] },
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  const target = {
    ...{ tableName: 'users', describe: () => Promise.resolve(description), hasItems: () => Promise.resolve(true) },
    getBatch: (keys: readonly AttributeMap[]) => memory.getBatch(keys),
    scan: (segment: number, of: number) => memory.scan(segment, of),
    write: (operations: Parameters<MemoryTable['write']>[0]) => memory.write(operations),
    writeIf: (write: Parameters<MemoryTable['writeIf']>[0]) => memory.writeIf(write),
  };
  const source = await folderImageSource(folder);
  try {
    await bringBack({
      ...{ source, target, existing, signal, targetSettings: {}, dryRun: false, allowEmpty: false, onDemand: true },
      located: { prefix: '', tableName: 'users', configuredKeys: { keySchema, keyTypes: { id: 'S' } } },
      notes: { read: () => Promise.resolve(undefined), remove: () => Promise.resolve() },
      ...{ timeToLiveWanted: false, mayDo: () => Promise.resolve(true) },
      ...{ nowMs: () => Date.UTC(2026, 0, 6), pause: () => Promise.resolve() },
    } as unknown as BringBackRequest);
  } finally {
    await source.close?.();
  }
  return [...memory.items.values()];
}

test('what a copy of a part does not hold is not what was not there: --mirror from it is refused', async () => {
  const refused = restoreFromPart('mirror');
  await expect(refused).rejects.toThrow(RefusedError);
  await expect(refused).rejects.toThrow(
    `${folder} (a part of the table: --partition a) is no whole one. Use --merge, or a copy of the whole table`,
  );
});

test('--merge=overwrite from a copy of a part changes what the part holds', async () => {
  expect(await restoreFromPart('overwrite')).toEqual(expect.arrayContaining([item('a', 'old'), item('b', 'now')]));
});

test('of a whole copy --mirror deletes what it does not have', async () => {
  expect(await restoreFromPart('mirror', false)).toEqual([item('a', 'old')]);
});
