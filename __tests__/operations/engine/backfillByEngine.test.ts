import type { ExecutionState } from '../../../aws/stateMachine';
import type { ExportState } from '../../../aws/tableExports';
import {
  backfillByEngine,
  type EngineBackfillEnd,
  type EngineBackfillRequest,
} from '../../../operations/engine/backfill/backfillByEngine';
import { readBackfillRun } from '../../../operations/engine/backfill/backfillRun';
import { NO_ITEMS } from '../../../operations/engine/backfill/backfillTasks';
import { requireNoOtherRun } from '../../../operations/engine/otherRuns';
import { markSeen, PLACES } from '../../../operations/engine/run';
import { bucketOf, itemOf, keySchema } from './support/engineRun';
import { MemoryStore } from './support/memoryStore';
import { exportFolder, putExport } from './support/verifyRun';

const EXPORTED_MS = Date.UTC(2026, 10, 24);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A table with a stream, its bucket, and a state machine whose executions go on for ever. */
function world() {
  const store = new MemoryStore();
  const bucket = bucketOf([]);
  const executions = new Map<string, ExecutionState>();
  const asked: object[] = [];
  let [nowMs, exported, definitions] = [EXPORTED_MS + MINUTE_MS, EXPORTED_MS, 0];
  const state = (): ExportState => ({
    ...{ exportArn: 'arn:export', status: 'completed', tableId: 'id', bucket: 'engine', prefix: 'exports/users' },
    ...{ folder: exportFolder, exportTimeMs: exported, isFullDynamoDbJson: true },
  });
  const described = {
    TableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/users',
    TableId: 'id',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    LatestStreamLabel: '2026-11-01T00:00:00.000',
  };
  const base: EngineBackfillRequest = {
    ...{ store, source: bucket, described, isFollowed: false, allowGap: false, accountId: '222222222222' },
    ...{ layout: 'images', hasJournal: () => Promise.resolve(false), tombstoneExpirationDays: 365 },
    storeDefinition: () => Promise.resolve((definitions += 1)),
    table: { prefix: '', tableName: 'users', keySchema, keyTypes: { id: 'S' } },
    exports: {
      start(into) {
        asked.push(into);
        exported = nowMs;
        putExport(store, [itemOf('a', 1)], exported);
        return Promise.resolve(state());
      },
      state: () => Promise.resolve(state()),
      list: () => Promise.resolve(asked.length === 0 ? [] : ['arn:export']),
    },
    machine: {
      arn: 'arn:machine',
      start: (name) => Promise.resolve(void executions.set(name, { status: 'running' })),
      state: (name) => Promise.resolve(executions.get(name)),
    },
    signal: new AbortController().signal,
    nowMs: () => nowMs,
    pause: () => Promise.resolve(),
  };
  return {
    ...{ store, bucket, executions, asked, described, base },
    backfill: (other: Partial<EngineBackfillRequest> = {}): Promise<EngineBackfillEnd> =>
      backfillByEngine({ ...base, ...other }),
    later: (ms: number) => (nowMs += ms),
    definitions: () => definitions,
  };
}

test('an export is made in the engine’s bucket, the definition is stored, and the run says what is to have images', async () => {
  const { store, backfill, asked, executions, definitions } = world();
  const { is, folder, run } = await backfill();
  expect({ is, definitions: definitions() }).toEqual({ is: 'running', definitions: 1 });
  expect(asked).toEqual([{ bucket: 'engine', prefix: 'exports/users', bucketAccountId: '222222222222' }]);
  expect(run).toMatchObject({
    ...{ tableName: 'users', momentMs: EXPORTED_MS + MINUTE_MS, tableId: 'id' },
    export: { folder: exportFolder, itemCount: 1 },
  });
  expect(await readBackfillRun(store, folder)).toEqual(JSON.parse(JSON.stringify(run)));
  expect([...executions.keys()]).toEqual([expect.stringMatching(/^users-backfill-2026-11-24T[\w-]+Z-1$/)]);
});

test('the same command finds the run, takes it up where it failed, and tells its outcome until somebody has been told', async () => {
  const { store, backfill, asked, executions, later } = world();
  const first = await backfill();
  // As long as it goes on, however long that is.
  later(30 * DAY_MS);
  expect(await backfill()).toMatchObject({ is: 'running', folder: first.folder });
  expect(executions.size).toBe(1);
  later(-29 * DAY_MS);
  const [name = ''] = executions.keys();
  executions.set(name, { status: 'failed', error: 'Error', cause: 'died' });
  expect(await backfill()).toMatchObject({ folder: first.folder, execution: name.replace(/1$/, '2') });
  const outcome = { format: '1', rounds: 2, counts: NO_ITEMS, leftFiles: [] };
  store.objects.set(PLACES.outcome(first.folder), Buffer.from(JSON.stringify(outcome)));
  executions.set(name.replace(/1$/, '2'), { status: 'succeeded' });
  for (let time = 0; time < 2; time++) expect(await backfill()).toMatchObject({ is: 'over', end: outcome });
  expect(asked).toHaveLength(1);
  await markSeen(store, first.folder);
  later(MINUTE_MS);
  expect((await backfill()).folder > first.folder).toBe(true);
});

test('while a backfill goes on, one from another export, or of another table of the name, is refused by its name', async () => {
  const { store, backfill, described, executions } = world();
  const { folder } = await backfill();
  putExport(store, [itemOf('a', 1)], EXPORTED_MS, { folder: 'exports/other' });
  const other = backfill({ fromExport: 'exports/other' });
  await expect(other).rejects.toThrow('a backfill of users from another export goes on');
  await expect(backfill({ fromExport: 'exports/other' })).rejects.toThrow(folder);
  const made = { ...described, TableId: 'another' };
  await expect(backfill({ described: made })).rejects.toThrow('a backfill of a former table users goes on');
  expect(executions.size).toBe(1);
});

test.each([
  ['a verify', 'verifies/users/verify-1/', 'users-verify-1-1'],
  ['a restore', 'restores/users/users-2/run/', 'users-run-1'],
])('%s of the table that goes on refuses it by its name, and one that is over does not', async (noun, folder, name) => {
  const { store, backfill, executions, asked } = world();
  store.objects.set(PLACES.request(folder), Buffer.from('{}'));
  executions.set(name, { status: 'running' });
  await expect(backfill()).rejects.toThrow(
    `${noun} of users goes on: the run ${folder} of the engine (execution ${name})`,
  );
  expect(asked).toEqual([]);
  executions.set(name, { status: 'failed' });
  expect(await backfill()).toMatchObject({ is: 'running' });
});

test('a backfill that goes on refuses what is told of it', async () => {
  const { store, base, backfill } = world();
  const { folder } = await backfill();
  const kinds = [{ noun: 'a backfill', runs: 'backfills/users/' }];
  await expect(requireNoOtherRun(store, base.machine, 'users', kinds)).rejects.toThrow(folder);
  store.objects.set(PLACES.outcome(folder), Buffer.from('{}'));
  await requireNoOtherRun(store, base.machine, 'users', kinds);
});

test.each<[string, (of: ReturnType<typeof world>) => Partial<EngineBackfillRequest>, string]>([
  [
    'kept in a journal',
    () => ({ layout: 'journal' }),
    'is kept in a journal, of which an object takes 10,000 items: leave --engine out',
  ],
  ['that once was', () => ({ hasJournal: () => Promise.resolve(true) }), 'still has a journal of users'],
  [
    'without a stream',
    ({ described }) => ({ described: { ...described, StreamSpecification: undefined } }),
    'the table has no stream',
  ],
])('a table %s is refused before an export is made, which is billed', async (_, other, words) => {
  const made = world();
  await expect(made.backfill(other(made))).rejects.toThrow(words);
  expect([made.asked, made.executions.size, made.definitions()]).toEqual([[], 0, 0]);
});

test('an export of before the stream is refused, unless that is allowed, and of another table or of tomorrow always', async () => {
  const { store, backfill, executions } = world();
  const fromExport = exportFolder;
  putExport(store, [], EXPORTED_MS - 60 * DAY_MS);
  await expect(backfill({ fromExport })).rejects.toThrow("the table's stream begins at");
  putExport(store, [], EXPORTED_MS, { tableId: 'former' });
  await expect(backfill({ fromExport, allowGap: true })).rejects.toThrow('its id is former');
  putExport(store, [], EXPORTED_MS + DAY_MS);
  await expect(backfill({ fromExport, allowGap: true })).rejects.toThrow('the export is dated');
  expect(executions.size).toBe(0);
  putExport(store, [], EXPORTED_MS - 60 * DAY_MS);
  const gaps: string[] = [];
  await backfill({ fromExport, allowGap: true, watch: { onGap: (gap) => gaps.push(gap) } });
  expect(gaps).toHaveLength(1);
});

test('an export older than tombstones are kept is refused, unless that is allowed: what was deleted since would come back', async () => {
  const { store, backfill, executions, later } = world();
  putExport(store, [itemOf('a', 1)], EXPORTED_MS);
  later(10 * DAY_MS);
  const request = { fromExport: exportFolder, tombstoneExpirationDays: 10 };
  await expect(backfill(request)).rejects.toThrow('tombstones go 10 days after the delete');
  expect(executions.size).toBe(0);
  expect(await backfill({ ...request, allowGap: true })).toMatchObject({ is: 'running' });
  expect(executions.size).toBe(1);
});

test.each([
  ['failed', { status: 'failed' } as const],
  ['is over', { status: 'succeeded' } as const],
])(
  'a run that %s is no answer when its table has another stream by now: one of a later export is',
  async (_, state) => {
    const { store, backfill, described, executions, asked, later } = world();
    const { folder } = await backfill();
    const [name = ''] = executions.keys();
    executions.set(name, state);
    if (state.status === 'succeeded') {
      const outcome = { format: '1', rounds: 1, counts: NO_ITEMS, leftFiles: [] };
      store.objects.set(PLACES.outcome(folder), Buffer.from(JSON.stringify(outcome)));
    }
    later(2 * DAY_MS);
    const since = { ...described, LatestStreamLabel: '2026-11-25T00:00:00.000' };
    const again = backfill({ described: since, fromExport: exportFolder });
    await expect(again).rejects.toThrow("the table's stream begins at");
    expect(executions.size).toBe(1);
    const allowed = await backfill({ described: since, allowGap: true, fromExport: exportFolder });
    expect(allowed.folder).toBe(folder);
    executions.set(name.replace(/1$/, '2'), state);
    const next = await backfill({ described: since });
    expect(next.is).toBe('running');
    expect(next.folder > folder).toBe(true);
    expect(asked).toHaveLength(2);
  },
);
