import type { WriteOperation } from '../../../../aws/batchTable';
import type { ConditionalWrite } from '../../../../aws/conditionalWrites';
import type { ImportState, TableImport } from '../../../../aws/tableImport';
import type { AttributeMap } from '../../../../core/attributeValue';
import { encodeImage, itemDigest } from '../../../../core/image';
import { objectKeyOf } from '../../../../core/objectKey';
import { bringBack, type BringBackRequest } from '../../../../operations/restore/bringBack';
import type { UnfinishedNotes, UnfinishedRestore } from '../../../../operations/restore/unfinished';
import { MemoryBucket } from '../../../support/memoryBucket';
import { MemoryTable } from '../../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const item = (id: number): AttributeMap => ({ id: { S: `u${id}` } });
const ITEMS = [1, 2, 3].map(item);

function bucketOf(): MemoryBucket {
  const bucket = new MemoryBucket(Date.UTC(2026, 0, 5));
  for (const [n, one] of ITEMS.entries()) {
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) } as const;
    const header = {
      event: 'INSERT',
      position,
      changedAtMs: bucket.clockMs,
      previousDigest: itemDigest(undefined),
    } as const;
    bucket.store(objectKeyOf({ prefix: '', tableName: 'users' }, keySchema, one), encodeImage(header, one));
  }
  return bucket;
}

/** An account without the table, in which an import brings `items`, and ends as `state` says. */
function world(items: readonly AttributeMap[], state: Partial<ImportState>) {
  const notes = new Map<string, UnfinishedRestore>();
  const memory = new MemoryTable(keySchema);
  let isThere = false;
  const made = () => {
    isThere = true;
    return Promise.resolve();
  };
  const definition = {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  };
  const target = {
    getBatch: (keys: readonly AttributeMap[]) => memory.getBatch(keys),
    scan: (segment: number, of: number) => memory.scan(segment, of),
    write: (operations: readonly WriteOperation[]) => memory.write(operations),
    writeIf: (write: ConditionalWrite) => memory.writeIf(write),
    tableName: 'users',
    describe: () => Promise.resolve(isThere ? { ...definition, TableId: 'T1', TableStatus: 'ACTIVE' } : undefined),
    hasItems: () => Promise.resolve(memory.items.size > 0),
    create: made,
  };
  const imports: TableImport = {
    async start() {
      await made();
      for (const one of items) await memory.write([{ put: one }]);
      return 'arn:import';
    },
    state: (importArn) =>
      Promise.resolve({ importArn, status: 'completed', imported: items.length, errors: 0, ...state }),
    running: () => Promise.resolve(undefined),
    complete: () => Promise.resolve(),
  };
  const kept: UnfinishedNotes = {
    read: (tableId) => Promise.resolve(notes.get(tableId)),
    write: (note) => Promise.resolve(void notes.set(note.tableId, note)),
    remove: (tableId) => Promise.resolve(void notes.delete(tableId)),
  };
  const engines: string[] = [];
  const request = {
    ...{
      source: bucketOf(),
      located: { prefix: '', tableName: 'users', configuredKeys: { keySchema, keyTypes: { id: 'S' } } },
    },
    ...{
      target,
      notes: kept,
      targetSettings: {},
      allowEmpty: false,
      onDemand: true,
      timeToLiveWanted: false,
      dryRun: false,
    },
    ...{ engine: 'import', mayDo: () => Promise.resolve(true), signal: new AbortController().signal },
    ...{ nowMs: () => Date.UTC(2026, 0, 6), pause: () => Promise.resolve() },
    importing: { files: { bucket: 'files', write: () => Promise.resolve('md5') }, prefix: 'x/', imports },
    watch: { onEngine: ({ name }: { readonly name: string }) => engines.push(name) },
  } as unknown as BringBackRequest;
  return { memory, notes, request, engines };
}

test.each<[string, readonly AttributeMap[], Partial<ImportState>]>([
  ['with errors, and an item less', ITEMS.slice(1), { errors: 1 }],
  ['as failed, without an item', [], { status: 'failed' }],
])(
  'an import that ended %s leaves a note, by which the same command writes what is missing',
  async (_, items, state) => {
    const { memory, notes, request, engines } = world(items, state);
    await expect(bringBack(request)).rejects.toThrow('the same command, run again, writes what is missing'.slice(4));
    expect([...notes.values()]).toEqual([{ tableId: 'T1', momentMs: Infinity, relativeWords: null }]);
    const { report } = await bringBack(request);
    expect(report).toMatchObject({ counts: { put: ITEMS.length - items.length }, left: 0, differences: 0 });
    expect(memory.items.size).toBe(ITEMS.length);
    expect([engines, notes.size]).toEqual([['import', 'write'], 0]);
  },
);

test('an import that brought everything leaves no note', async () => {
  const { notes, request } = world(ITEMS, {});
  expect((await bringBack(request)).report).toMatchObject({ left: 0, differences: 0 });
  expect(notes.size).toBe(0);
});
