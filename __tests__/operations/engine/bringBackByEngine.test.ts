import type { ExecutionState } from '../../../aws/stateMachine';
import { RefusedError } from '../../../core/errors';
import { bringBackByEngine, type EngineEnd, type EngineRequest } from '../../../operations/engine/bringBackByEngine';
import { newestRun } from '../../../operations/engine/findRun';
import type { RunRequest } from '../../../operations/engine/run';
import { bucketOf, keySchema } from './support/engineRun';
import { MemoryStore } from './support/memoryStore';

const NOW_MS = Date.UTC(2026, 10, 24);
const definition = {
  ...{ format: '1', tableName: 'users', timeToLiveAttributeName: 'until' },
  createTable: {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  },
};
const given = { definition: { ...definition, pointInTimeRecoveryDays: 7 }, definitionFrom: 'mine.json' };

/** A copy with an item, no table, and a state machine whose executions go on for ever. */
function world() {
  const store = new MemoryStore();
  const bucket = bucketOf([{ id: 'a', sequence: 1, value: 1, changedAtMs: 1_000 }]);
  const executions = new Map<string, ExecutionState>();
  const base = {
    ...{ store, source: bucket, isFollowed: false, dryRun: false },
    reads: { lister: bucket.versionLister, bytes: bucket.bytes },
    located: { prefix: '', tableName: 'users', configuredKeys: { keySchema, keyTypes: { id: 'S' } } },
    target: { tableName: 'users-2', describe: () => Promise.resolve(undefined) },
    notes: { read: () => Promise.resolve(undefined) },
    machine: {
      start: (name: string) => Promise.resolve(void executions.set(name, { status: 'running' })),
      state: (name: string) => Promise.resolve(executions.get(name)),
    },
    ...{ onDemand: false, nowMs: () => NOW_MS, signal: new AbortController().signal, given: { ...given, definition } },
  };
  const bringBack = (other: object = {}): Promise<EngineEnd> =>
    bringBackByEngine({ ...base, ...other } as unknown as EngineRequest);
  const run = async () => (await newestRun(store, { tableName: 'users', into: 'users-2' }))?.run;
  return { bucket, bringBack, run, executions };
}

test('what the command is told is in the run', async () => {
  const { bringBack, run } = world();
  const asOf = { words: '--as-of', ms: 1_500 };
  await bringBack({ asOf, ignoreStoredAfterMs: 3_000, onDemand: true, given });
  expect(await run()).toMatchObject({
    ...{ tableName: 'users', into: 'users-2', momentMs: 1_500, storedByMs: 3_000, onDemand: true, layout: 'images' },
    ...{ definition: given.definition, timeToLive: { attributeName: 'until', nowMs: NOW_MS } },
  } satisfies Partial<Record<keyof RunRequest, unknown>>);
});

test('how long ago goes on with the run that the same words began; other words are refused', async () => {
  const { bringBack, executions } = world();
  const asOf = { words: '--as-of', ms: 1_500, relativeWords: '3 days ago' };
  await bringBack({ asOf });
  expect(await bringBack({ asOf: { ...asOf, ms: 2_500 } })).toMatchObject({ is: 'running' });
  const other = { ...asOf, ms: 2_500, relativeWords: '5 minutes ago' };
  await expect(bringBack({ asOf: other })).rejects.toThrow('("3 days ago"), with what was stored by');
  expect(executions.size).toBe(1);
});

test('a dry run starts no run, and takes none up that is there', async () => {
  const { bringBack, run, executions } = world();
  expect(await bringBack({ dryRun: true })).toMatchObject({ is: 'write', why: 'a dry run plans on this machine' });
  expect(await run()).toBeUndefined();
  await bringBack();
  const [name = ''] = executions.keys();
  executions.set(name, { status: 'failed' });
  expect(await bringBack({ dryRun: true })).toMatchObject({ is: 'write' });
  expect(executions.size).toBe(1);
});

test('a run is gone on with by whoever wants the same table; another one is refused by what differs', async () => {
  const { bringBack, executions } = world();
  await bringBack({ onDemand: true });
  expect(await bringBack({ onDemand: true })).toMatchObject({ is: 'running' });
  expect(executions.size).toBe(1);
  const refused = async (other: object, words: string) => {
    await expect(bringBack(other)).rejects.toThrow(words);
    await expect(bringBack(other)).rejects.toThrow(RefusedError);
  };
  await refused({}, 'makes users-2 with --on-demand');
  await refused({ onDemand: true, given }, 'makes users-2 by another definition than --definition has');
  await refused({ onDemand: true, asOf: { words: '', ms: 1_500 } }, 'to the newest state');
});

describe('of two commands in one millisecond, neither of which has seen the run of the other', () => {
  /** What the second is told, where the first writes its run while the second looks at the table. */
  function second(others: { readonly first: object; readonly second: object }) {
    const { bringBack, executions, run } = world();
    const onRun = jest.fn();
    const describe = () => bringBack(others.first).then(() => undefined);
    const told = bringBack({ ...others.second, target: { tableName: 'users-2', describe }, watch: { onRun } });
    return { told, run, executions, onRun };
  }

  test('who wants the same goes on with the run that is there', async () => {
    const { told, executions, onRun } = second({ first: {}, second: {} });
    expect(await told).toMatchObject({ is: 'running' });
    expect(onRun).toHaveBeenCalledWith(expect.objectContaining({ isNew: false }));
    expect(executions.size).toBe(1);
  });

  test('who wants another table is refused, and starts nothing', async () => {
    const { told, run, executions } = second({ first: { onDemand: true }, second: { onDemand: false } });
    await expect(told).rejects.toThrow('makes users-2 with --on-demand');
    expect(await run()).toMatchObject({ onDemand: true });
    expect(executions.size).toBe(1);
  });
});
