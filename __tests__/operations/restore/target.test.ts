import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../../core/errors';
import { createdFrom, creationOf, decideTarget, type TargetState } from '../../../operations/restore/target';
import { tableIdOf } from '../../../core/formerTable';
import { unfinishedNotes } from '../../../operations/restore/unfinished';
import type { TableDefinition } from '../../../core/tableDefinition';

const fail = (words: string) => {
  throw new Error(words);
};
const keys = { partitionKey: 'id' };
const description = {
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
} as TargetState['description'];
const state = (rest: Partial<TargetState>): TargetState => ({
  tableName: 'copy',
  description,
  hasItems: false,
  unfinished: undefined,
  ...rest,
});
const moment = { momentMs: 1_000 };
const unfinished = { tableId: 't', momentMs: 1_000 };

describe('what a restore does with its target', () => {
  test.each([
    ['there is no table', state({ description: undefined }), undefined, { create: true, mode: 'fill', finishes: true }],
    ['it is empty', state({}), undefined, { create: false, mode: 'fill', finishes: true }],
    ['it is empty, and mirror was said', state({}), 'mirror', { create: false, mode: 'fill', finishes: true }],
    [
      'it has items, and merge was said',
      state({ hasItems: true }),
      'merge',
      { create: false, mode: 'merge', later: 'keep', finishes: false },
    ],
    [
      'it has items, and overwrite was said',
      state({ hasItems: true }),
      'overwrite',
      { create: false, mode: 'merge', later: 'mark', finishes: false },
    ],
    [
      'it has items, and mirror was said',
      state({ hasItems: true }),
      'mirror',
      { create: false, mode: 'mirror', later: 'mark', finishes: true },
    ],
    [
      'it has items, and nothing was said: it may be as planned already',
      state({ hasItems: true }),
      undefined,
      { create: false, mode: 'merge', isUnsaid: true, finishes: true },
    ],
    [
      'it is an unfinished restore, and merge was said',
      state({ hasItems: true, unfinished }),
      'merge',
      { create: false, mode: 'merge', later: 'keep', finishes: true },
    ],
    [
      'it is a restore of the same moment that was stopped',
      state({ hasItems: true, unfinished }),
      undefined,
      { create: false, mode: 'merge', continuesMs: 1_000, finishes: true },
    ],
  ] as const)('%s', (_, target, wanted, decision) => {
    expect(decideTarget(target, wanted, moment, keys)).toEqual(decision);
  });

  test('whatever is remembered of a table, only what is said now deletes', () => {
    for (const hasItems of [true, false]) {
      expect(decideTarget(state({ hasItems, unfinished }), undefined, moment, keys).mode).not.toBe('mirror');
    }
  });

  test('a moment continues no restore of the newest state', () => {
    const target = state({ hasItems: true, unfinished: { ...unfinished, momentMs: Infinity } });
    const newest = { momentMs: Infinity, relativeWords: 'now' };
    expect(decideTarget(target, undefined, newest, keys).continuesMs).toBe(Infinity);
    const earlier = { momentMs: 5_000, relativeWords: '4 s ago' };
    expect(() => decideTarget(target, undefined, earlier, keys)).toThrow('unfinished restore to the newest state');
  });

  test('no moment, which is the newest state, does not continue a restore to a moment', () => {
    const newest = { momentMs: Infinity };
    expect(() => decideTarget(state({ hasItems: true, unfinished }), undefined, newest, keys)).toThrow(
      'unfinished restore as of 1970',
    );
  });

  test('how long ago continues the moment that a stopped restore began with', () => {
    const now = { momentMs: 9_000, relativeWords: '3 days ago' };
    for (const noted of [{}, { relativeWords: '3 days ago' }]) {
      const target = state({ hasItems: true, unfinished: { ...unfinished, ...noted } });
      expect(decideTarget(target, undefined, now, keys).continuesMs).toBe(1_000);
    }
  });

  test('a lie: other words, or a time, are not the moment that it began with', () => {
    const asked = { momentMs: 9_000, relativeWords: '5 minutes ago' };
    for (const relativeWords of ['3 days ago', null]) {
      const target = state({ hasItems: true, unfinished: { ...unfinished, relativeWords } });
      expect(() => decideTarget(target, undefined, asked, keys)).toThrow('unfinished restore as of 1970');
    }
  });

  test.each([
    [
      'is an unfinished restore of another moment',
      state({ hasItems: true, unfinished: { ...unfinished, momentMs: 5 } }),
      'is an unfinished restore as of 1970',
    ],
    [
      'is being made',
      state({ description: { ...description, TableStatus: 'CREATING' } }),
      'is CREATING; wait until it is ACTIVE',
    ],
    [
      'has other keys',
      state({ description: { ...description, KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] } }),
      'has the key pk, the images have id',
    ],
  ])('it is refused when it %s', (_, target, message) => {
    expect(() => decideTarget(target, undefined, moment, keys)).toThrow(message);
  });
});

const throughput = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
const definition: TableDefinition = {
  format: '1',
  tableName: 'users',
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: throughput,
    GlobalSecondaryIndexes: [
      { IndexName: 'i', KeySchema: [], Projection: { ProjectionType: 'ALL' }, ProvisionedThroughput: throughput },
    ],
    DeletionProtectionEnabled: true,
  },
  timeToLiveAttributeName: 'expiresAt',
  pointInTimeRecoveryDays: 14,
};

describe('a table that is made again', () => {
  test('is created without deletion protection, and on demand when that was asked for', () => {
    expect(creationOf(definition, false)).toMatchObject({ ProvisionedThroughput: throughput });
    expect(creationOf(definition, false)).not.toHaveProperty('DeletionProtectionEnabled');
    const onDemand = creationOf(definition, true);
    expect(onDemand.BillingMode).toBe('PAY_PER_REQUEST');
    expect(JSON.stringify(onDemand)).not.toContain('ProvisionedThroughput');
  });
});

test('a definition that DynamoDB does not take is told of with where it comes from', async () => {
  const refusal = (name: string) => Object.assign(new Error('Some \u202e attribute'), { name });
  const refused = createdFrom('table.json', () => Promise.reject(refusal('ValidationException')));
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(
    "does not take the table's definition (table.json): Some \\u202e attribute. Give one of your own: --definition FILE",
  );
  await expect(createdFrom('x', () => Promise.reject(refusal('Throttling')))).rejects.not.toThrow(UsageError);
  await createdFrom('x', () => Promise.resolve());
});

describe('notes about unfinished restores', () => {
  test('that cannot be kept or removed end no restore', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-notes-'));
    await writeFile(path.join(folder, 'file'), '');
    const below = unfinishedNotes({ DCS_STATE_DIR: path.join(folder, 'file') }, fail);
    await below.remove('t');
    const said: string[] = [];
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, (words) => said.push(words));
    await notes.write({ tableId: 't', momentMs: 7 });
    const [file = ''] = await readdir(path.join(folder, 'unfinished-restores'));
    const place = path.join(folder, 'unfinished-restores', file);
    await rm(place);
    await mkdir(place);
    await notes.remove('t');
    expect(said).toEqual([expect.stringContaining(`${file} cannot be removed`)]);
    await rm(folder, { recursive: true });
  });

  test('are kept by table id, so that a later table of the same name is not taken for it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-notes-'));
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, fail);
    const first = tableIdOf({ TableArn: 'arn:t', CreationDateTime: new Date(1) });
    await notes.write({ tableId: first, momentMs: 7 });
    expect(await notes.read(first)).toEqual({ tableId: first, momentMs: 7 });
    expect(await notes.read(tableIdOf({ TableArn: 'arn:t', CreationDateTime: new Date(2) }))).toBeUndefined();
    await notes.remove(first);
    expect(await notes.read(first)).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  test('of the newest state come back as they were', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-notes-'));
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, fail);
    for (const relativeWords of [null, '3 days ago']) {
      const note = { tableId: 't', momentMs: Infinity, relativeWords };
      await notes.write(note);
      expect(await notes.read('t')).toEqual(note);
    }
    await rm(folder, { recursive: true });
  });

  test.each([
    '',
    'null',
    '[]',
    '{"tableId":"t"}',
    '{"tableId":"other","momentMs":1}',
    '{"tableId":"t","momentMs":"1"}',
  ])('that are damaged are passed over with a word: %s', async (text) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-notes-'));
    const said: string[] = [];
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, (words) => said.push(words));
    await notes.write({ tableId: 't', momentMs: 7 });
    const [file = ''] = await readdir(path.join(folder, 'unfinished-restores'));
    await writeFile(path.join(folder, 'unfinished-restores', file), text);
    expect(await notes.read('t')).toBeUndefined();
    expect(said).toEqual([expect.stringContaining(`${file} is passed over`)]);
    await rm(folder, { recursive: true });
  });
});
