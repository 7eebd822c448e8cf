import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { creationOf, decideTarget, finishTable, type TargetState } from '../../../operations/restore/target';
import { tableIdOf, unfinishedNotes } from '../../../operations/restore/unfinished';
import type { TableDefinition } from '../../../core/tableDefinition';

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
const moment = { ms: 1_000, isAbsolute: true };
const unfinished = { tableId: 't', momentMs: 1_000 };

describe('what a restore does with its target', () => {
  test.each([
    ['there is no table', state({ description: undefined }), undefined, { create: true, mode: 'fill' }],
    ['it is empty', state({}), undefined, { create: false, mode: 'fill' }],
    ['it is empty, and mirror was said', state({}), 'mirror', { create: false, mode: 'fill' }],
    ['it has items, and merge was said', state({ hasItems: true }), 'merge', { create: false, mode: 'merge' }],
    ['it has items, and mirror was said', state({ hasItems: true }), 'mirror', { create: false, mode: 'mirror' }],
    [
      'it is a restore of the same moment that was stopped',
      state({ hasItems: true, unfinished }),
      undefined,
      { create: false, mode: 'mirror', continuesMs: 1_000 },
    ],
  ] as const)('%s', (_, target, wanted, decision) => {
    expect(decideTarget(target, wanted, moment, keys)).toEqual(decision);
  });

  test('"now" continues the moment that a stopped restore began with', () => {
    const now = { ms: 9_000, isAbsolute: false };
    expect(decideTarget(state({ hasItems: true, unfinished }), undefined, now, keys).continuesMs).toBe(1_000);
  });

  test.each([
    ['has items', state({ hasItems: true }), 'has items. Say what becomes of them: --merge'],
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

  test('gets time to live, recovery and protection at the end', async () => {
    const calls: string[] = [];
    const call = (name: string) => {
      calls.push(name);
      return Promise.resolve();
    };
    const done = await finishTable(
      {
        enableTimeToLive: (name) => call(`ttl ${name}`),
        enablePointInTimeRecovery: (days) => call(`pitr ${days}`),
        protectFromDeletion: () => call('protect'),
      },
      definition,
    );
    expect(calls).toEqual(['ttl expiresAt', 'pitr 14', 'protect']);
    expect(done).toHaveLength(3);
  });
});

describe('notes about unfinished restores', () => {
  test('are kept by table id, so that a later table of the same name is not taken for it', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'dcs-notes-'));
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder });
    const first = tableIdOf({ TableArn: 'arn:t', CreationDateTime: new Date(1) });
    await notes.write({ tableId: first, momentMs: 7 });
    expect(await notes.read(first)).toEqual({ tableId: first, momentMs: 7 });
    expect(await notes.read(tableIdOf({ TableArn: 'arn:t', CreationDateTime: new Date(2) }))).toBeUndefined();
    await notes.remove(first);
    expect(await notes.read(first)).toBeUndefined();
    await rm(folder, { recursive: true });
  });
});
