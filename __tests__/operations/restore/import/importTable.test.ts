import type { FileStore } from '../../../../aws/fileStore';
import type { ImportState, TableImport } from '../../../../aws/tableImport';
import { RefusedError } from '../../../../core/errors';
import { engineFor } from '../../../../operations/restore/import/engine';
import { importingTarget, waitForImport } from '../../../../operations/restore/import/importTable';

const createTable = {
  ...{ AttributeDefinitions: [], KeySchema: [], BillingMode: 'PAY_PER_REQUEST' as const },
};
const files: FileStore = { bucket: 'files', write: () => Promise.resolve('md5') };
const signal = new AbortController().signal;

function imported(...states: Partial<ImportState>[]) {
  const looked: string[] = [];
  const imports: TableImport = {
    start: () => Promise.resolve('arn:import'),
    state(importArn) {
      looked.push(importArn);
      const state = states.length > 1 ? states.shift() : states[0];
      return Promise.resolve({ importArn, status: 'completed', imported: 2, errors: 0, ...state });
    },
    running: (tableArn) => Promise.resolve(`${tableArn}/import`),
    complete: () => Promise.resolve(),
  };
  return { imports, looked };
}

async function loaded(...states: Partial<ImportState>[]): Promise<void> {
  const target = importingTarget({
    ...{ files, prefix: 'x/', imports: imported(...states).imports, tableName: 'users', creation: createTable, signal },
    createEmpty: () => Promise.reject(new Error('created')),
    whenStarted: () => Promise.resolve(),
    pause: () => Promise.resolve(),
  });
  await target.write([{ put: { id: { S: 'a' } } }, { put: { id: { S: 'b' } } }]);
  await target.load();
}

test('as many imported as planned, once DynamoDB says that it is over', async () => {
  await expect(loaded({ status: 'running', imported: 0 }, { status: 'running', imported: 0 }, {})).resolves.toBe(
    undefined,
  );
});

test.each([
  ['one less', { imported: 1 }, 'of 2 planned items 1 were imported'],
  ['one more', { imported: 3 }, 'of 2 planned items 3 were imported'],
  ['an error beside all of them', { errors: 1 }, 'with 1 errors'],
  ['a failure', { status: 'failed' as const, imported: 0, reason: 'S3AccessDenied' }, 'S3AccessDenied'],
])('%s is no success', async (_, state, words) => {
  await expect(loaded(state)).rejects.toThrow(words);
});

test('where there is no item nothing is imported, for that would fail', async () => {
  const target = importingTarget({
    ...{ files, prefix: 'x/', imports: imported().imports, tableName: 'users', creation: createTable, signal },
    createEmpty: () => Promise.reject(new Error('created')),
    whenStarted: () => Promise.resolve(),
    pause: () => Promise.resolve(),
  });
  await expect(target.load()).rejects.toThrow('created');
});

test('an import that is running is waited for, and no other table is', async () => {
  const { imports, looked } = imported({ status: 'running' }, {});
  const waiting = { imports, signal, pause: () => Promise.resolve(), dryRun: false };
  await waitForImport(waiting, undefined);
  await waitForImport(waiting, { TableStatus: 'ACTIVE', TableArn: 'arn:table' });
  expect(looked).toEqual([]);
  await waitForImport(waiting, { TableStatus: 'CREATING', TableArn: 'arn:table' });
  expect(looked).toEqual(['arn:table/import', 'arn:table/import']);
});

test('a dry run tells of an import that is running, and waits for nothing', async () => {
  const { imports, looked } = imported({ status: 'running' });
  const waiting = { imports, signal, pause: () => Promise.resolve(), dryRun: true };
  const description = { TableStatus: 'CREATING', TableArn: 'arn:table' };
  await expect(waitForImport(waiting, description)).rejects.toThrow(RefusedError);
  await expect(waitForImport(waiting, description)).rejects.toThrow('arn:table/import');
  expect(looked).toEqual([]);
  await waitForImport(waiting, { TableStatus: 'ACTIVE', TableArn: 'arn:table' });
});

describe('the engine', () => {
  const could = { isNew: true, hasBucket: true, items: 10, definition: { createTable } };
  const index = { IndexName: 'local', KeySchema: [], Projection: {} };

  test('is what was asked for, where an import can do it', () => {
    expect(engineFor('import', could)).toEqual({ name: 'import' });
    expect(engineFor('write', could)).toEqual({ name: 'write' });
  });

  test.each([
    ['a table that is there', { isNew: false }, 'this one is there'],
    [
      'local secondary indexes',
      { definition: { createTable: { ...createTable, LocalSecondaryIndexes: [index] } } },
      'local',
    ],
    ['no bucket', { hasBucket: false }, '--import-bucket'],
  ])('is writes for %s, and says why', (_, other, words) => {
    const engine = engineFor('import', { ...could, ...other });
    expect(engine).toEqual({ name: 'write', why: expect.stringContaining(words) as string });
  });

  test('by itself: an import from a million items on; without a bucket writes, without a word', () => {
    expect(engineFor('auto', { ...could, items: 999_999 })).toMatchObject({ name: 'write' });
    expect(engineFor('auto', { ...could, items: 1_000_000 })).toMatchObject({ name: 'import' });
    expect(engineFor('auto', { ...could, items: undefined })).toMatchObject({ name: 'write' });
    expect(engineFor('auto', { ...could, items: 1e9, hasBucket: false })).toEqual({ name: 'write' });
  });
});
