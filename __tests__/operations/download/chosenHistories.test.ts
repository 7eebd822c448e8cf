import fc from 'fast-check';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { encodeImage, NO_ITEM } from '../../../core/image';
import { compareKeys } from '../../../core/keyRanges';
import { objectKeyOf } from '../../../core/objectKey';
import { chosenHistories } from '../../../operations/download/chosenHistories';
import { downloadTable } from '../../../operations/download/downloadTable';
import { folderImageSource } from '../../../operations/images/folderImageSource';
import type { Selection } from '../../../operations/selection';
import { MemoryBucket } from '../../support/memoryBucket';

const schema = { partitionKey: 'id', sortKey: 'at' };
const table = { prefix: 'p/', tableName: 'users', keySchema: schema, keyTypes: { id: 'S', at: 'S' } } as const;
type Key = readonly [id: string, at: string];
const keyOf = ([id, at]: Key) => ({ id: { S: id }, at: { S: at } });

async function bucketOf(keys: readonly Key[]): Promise<MemoryBucket> {
  const bucket = new MemoryBucket();
  await bucket.write('p/users/table.json', '{}');
  for (const [n, key] of keys.entries()) {
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = { event: 'INSERT', position, changedAtMs: 1_000, previousDigest: NO_ITEM } as const;
    const item = { ...keyOf(key), v: { N: String(n % 2) } };
    bucket.store(objectKeyOf(table, schema, keyOf(key)), encodeImage(header, item), 1_000 * (n + 1));
  }
  return bucket;
}

async function* listed(bucket: MemoryBucket, prefix: string): AsyncGenerator<ObjectHistory> {
  const all: ObjectHistory[] = [];
  for await (const history of bucket.histories(prefix)) all.push(history);
  yield* all.sort((a, b) => compareKeys(a.objectKey, b.objectKey));
}

async function chosen(source: MemoryBucket, selection: Selection, unknown: string[] = []): Promise<string[]> {
  const choice = { table, selection, onUnknown: (objectKey: string) => unknown.push(objectKey) };
  const objectKeys: string[] = [];
  const histories = chosenHistories({ source, choice, listed: (prefix) => listed(source, prefix) });
  for await (const { objectKey } of histories) objectKeys.push(objectKey);
  return objectKeys;
}

const long = 'x'.repeat(1_100);
const keys = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('a', 'ab', 'b', 't', 'table.json', '.', '..', long, `a${long}`),
    fc.constantFrom('1', '12', '2', long),
  ),
  { selector: (key) => key.join(' '), maxLength: 12 },
);
const selection = fc.record<Selection>(
  {
    partition: fc.constantFrom({ S: 'a' }, { S: 'table.json' }, { S: '.' }),
    keyPrefix: fc.constantFrom('1', 'a', 't', '.'),
  },
  { requiredKeys: [] },
);

test('law: what is chosen is what its keys say, each once, in the order of object keys, and the definition', async () => {
  await fc.assert(
    fc.asyncProperty(keys, selection, async (all, { partition, keyPrefix }) => {
      const isChosen = ([id, at]: Key) => {
        if (partition && !('S' in partition && partition.S === id)) return false;
        return (partition ? at : id).startsWith(keyPrefix ?? '');
      };
      const expected = all.filter(isChosen).map((key) => objectKeyOf(table, schema, keyOf(key)));
      const bucket = await bucketOf([...all, ['zz', long]]); // There is always one of a shortened key.
      const found = await chosen(bucket, {
        ...(partition && { partition }),
        ...(keyPrefix !== undefined && { keyPrefix }),
      });
      const there = isChosen(['zz', long]) ? [objectKeyOf(table, schema, keyOf(['zz', long]))] : [];
      expect(found).toEqual([...expected, ...there, 'p/users/table.json'].sort(compareKeys));
    }),
  );
});

test('by keys, by what changes were, and what cannot be told of', async () => {
  const bucket = await bucketOf([
    ['b', '1'],
    ['a', '1'],
    ['c', '1'],
  ]);
  async function* asked() {
    await Promise.resolve();
    yield keyOf(['c', '1']);
    yield keyOf(['a', '9']);
    yield keyOf(['b', '1']);
  }
  const unknown: string[] = [];
  const definition = 'p/users/table.json';
  expect(await chosen(bucket, { keys: asked() }, unknown)).toEqual([
    'p/users/b/1/image.json',
    'p/users/c/1/image.json',
    definition,
  ]);
  expect(unknown).toEqual(['p/users/a/9/image.json']);
  const isOne = { matches: ({ after }: { after?: object }) => JSON.stringify(after).includes('"v":{"N":"1"}') };
  expect(await chosen(bucket, isOne)).toEqual(['p/users/a/1/image.json', definition]);
});

test('what is named has to be there', async () => {
  const bucket = await bucketOf([['a', '1']]);
  await expect(chosen(bucket, { partition: { S: 'zz' } })).rejects.toThrow('no images of what was chosen of users');
  await expect(chosen(new MemoryBucket(), { matches: () => true })).rejects.toThrow('no images of users');
  expect(await chosen(bucket, { matches: () => false })).toEqual(['p/users/table.json']);
});

test('a copy of a part says so, wherever it is named', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-part-'));
  try {
    const source = await bucketOf([
      ['a', '1'],
      ['b', '1'],
    ]);
    const choice = { table, selection: { partition: { S: 'a' } }, onUnknown: () => undefined };
    await downloadTable({
      ...{ source, table, folder, part: '--partition a', signal: new AbortController().signal, nowMs: () => 0 },
      histories: chosenHistories({ source, choice, listed: (prefix) => listed(source, prefix) }),
    });
    const copy = await folderImageSource(folder);
    expect(copy).toMatchObject({ part: '--partition a', name: `${folder} (a part of the table: --partition a)` });
    const found: string[] = [];
    for await (const { objectKey } of copy.histories('p/users/')) found.push(objectKey);
    expect(found).toEqual(['p/users/a/1/image.json', 'p/users/table.json']);
    await copy.close?.();
    expect(await readFile(path.join(folder, 'manifest.json'), 'utf8')).toContain('"part": "--partition a"');
  } finally {
    await rm(folder, { recursive: true });
  }
});
