import type { ExecutionState } from '../../../aws/stateMachine';
import type { ExportState } from '../../../aws/tableExports';
import { markSeen, PLACES } from '../../../operations/engine/run';
import {
  differencesOf,
  verifyByEngine,
  type EngineVerifyEnd,
  type EngineVerifyRequest,
} from '../../../operations/engine/verify/verifyByEngine';
import { readVerifyRun } from '../../../operations/engine/verify/verifyRun';
import { bucketOf, itemOf, keySchema } from './support/engineRun';
import { MemoryStore } from './support/memoryStore';
import { exportFolder, putExport } from './support/verifyRun';

const EXPORTED_MS = Date.UTC(2026, 10, 24);
const MINUTE_MS = 60_000;

/** A copy with an item, its table, and a state machine whose executions go on for ever. */
function world() {
  const store = new MemoryStore();
  const bucket = bucketOf([{ id: 'a', sequence: 1, value: 1, changedAtMs: 1_000 }]);
  const executions = new Map<string, ExecutionState>();
  const asked: object[] = [];
  let [nowMs, exported, pausedMs, tableId] = [EXPORTED_MS + MINUTE_MS, EXPORTED_MS, 0, 'id'];
  const state = (): ExportState => ({
    ...{ exportArn: 'arn:export', status: 'completed', tableId, bucket: 'engine', prefix: 'exports/users' },
    ...{ folder: exportFolder, exportTimeMs: exported, isFullDynamoDbJson: true },
  });
  const base: Omit<EngineVerifyRequest, 'tableId'> = {
    ...{ store, source: bucket, isFollowed: false, settleMs: 5 * MINUTE_MS, accountId: '222222222222' },
    ...{ tableArn: 'arn:aws:dynamodb:eu-central-1:111111111111:table/users' },
    reads: { lister: bucket.versionLister, bytes: bucket.bytes },
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
    pause(ms) {
      pausedMs += ms;
      nowMs += ms;
      return Promise.resolve();
    },
  };
  return {
    ...{ store, bucket, executions, asked },
    verify: (other: Partial<EngineVerifyRequest> = {}): Promise<EngineVerifyEnd> =>
      verifyByEngine({ ...base, tableId, ...other }),
    makeTableAgain: (id: string) => (tableId = id),
    later: (ms: number) => (nowMs += ms),
    paused: () => pausedMs,
  };
}

test('an export is made in the engine’s bucket, what it shows has its time to come, and the run says what is compared', async () => {
  const { store, verify, asked, paused, executions } = world();
  const { is, folder, run } = await verify();
  expect(is).toBe('running');
  expect(asked).toEqual([{ bucket: 'engine', prefix: 'exports/users', bucketAccountId: '222222222222' }]);
  expect(paused()).toBe(5 * MINUTE_MS);
  expect(run).toMatchObject({
    ...{ tableName: 'users', layout: 'images', momentMs: EXPORTED_MS + MINUTE_MS, partitions: 1 },
    ...{ storedByMs: EXPORTED_MS + 6 * MINUTE_MS, export: { folder: exportFolder, itemCount: 1 } },
  });
  expect(await readVerifyRun(store, folder)).toEqual(JSON.parse(JSON.stringify(run)));
  expect([...executions.keys()]).toEqual([expect.stringMatching(/^users-verify-2026-11-24T[\w-]+Z-1$/)]);
});

test('the same command finds the run, takes it up where it failed, and tells its outcome until somebody has been told', async () => {
  const { store, verify, asked, executions, later } = world();
  const first = await verify();
  expect(await verify()).toMatchObject({ is: 'running', folder: first.folder });
  expect(executions.size).toBe(1);
  const [name = ''] = executions.keys();
  executions.set(name, { status: 'failed', error: 'Error', cause: 'died' });
  expect(await verify()).toMatchObject({ folder: first.folder, execution: name.replace(/1$/, '2') });
  const outcome = { format: '1', rounds: 2, counts: {}, classes: {}, examples: {}, differenceFiles: [] };
  store.objects.set(PLACES.outcome(first.folder), Buffer.from(JSON.stringify(outcome)));
  for (let time = 0; time < 2; time++) expect(await verify()).toMatchObject({ is: 'over', end: outcome });
  expect(asked).toHaveLength(1);
  await markSeen(store, first.folder);
  later(MINUTE_MS);
  // What has been compared is not compared again: another export is made.
  expect((await verify()).folder > first.folder).toBe(true);
  expect(asked).toHaveLength(2);
});

test('a lie: what was found of a former table is not told of the one that was made again under its name', async () => {
  const { store, verify, asked, makeTableAgain } = world();
  const former = await verify();
  const outcome = { format: '1', rounds: 2, counts: {}, classes: {}, examples: {}, differenceFiles: [] };
  store.objects.set(PLACES.outcome(former.folder), Buffer.from(JSON.stringify(outcome)));
  makeTableAgain('another');
  const { is, folder, run } = await verify();
  expect([is, folder === former.folder, run.tableId]).toEqual(['running', false, 'another']);
  expect(asked).toHaveLength(2);
});

test('a run whose request was written, and refused when it was tried again after a lost answer, is gone on with', async () => {
  const { store, verify, executions } = world();
  const writeOnce = store.writeOnce.bind(store);
  store.writeOnce = async (...given) => (await writeOnce(...given), writeOnce(...given));
  const { is, folder, run } = await verify();
  expect(is).toBe('running');
  expect(await readVerifyRun(store, folder)).toEqual(JSON.parse(JSON.stringify(run)));
  expect(executions.size).toBe(1);
});

test('a run that nobody has asked after for a day is left, and so is one of another export than the one named', async () => {
  const { store, verify, later } = world();
  const first = await verify();
  putExport(store, [itemOf('a', 1)], EXPORTED_MS, { folder: 'exports/other' });
  await expect(verify({ fromExport: 'exports/other' })).rejects.toThrow('in this very moment');
  later(1);
  const named = await verify({ fromExport: 'exports/other' });
  expect(named.folder).not.toBe(first.folder);
  expect((await verify({ fromExport: 'exports/other' })).folder).toBe(named.folder);
  later(25 * 60 * MINUTE_MS);
  expect((await verify()).folder).not.toBe(named.folder);
});

test.each<[string, (store: MemoryStore) => void, string]>([
  ['of another table', (store) => putExport(store, [], EXPORTED_MS, { tableName: 'orders' }), 'is of the table orders'],
  [
    'of the same name in another account',
    (store) => putExport(store, [], EXPORTED_MS, { accountId: '333333333333' }),
    'is of arn:aws:dynamodb:eu-central-1:333333333333:table/users, not of',
  ],
  [
    'of a table that was there before',
    (store) => putExport(store, [], EXPORTED_MS, { tableId: 'former' }),
    'its id is former, and that of the table now id',
  ],
  ['of tomorrow', (store) => putExport(store, [], EXPORTED_MS + 24 * 60 * MINUTE_MS), 'the export is dated'],
  [
    'with another manifest than its checksum is of',
    (store) => {
      putExport(store, [], EXPORTED_MS);
      store.objects.set(`${exportFolder}/manifest-files.json`, Buffer.from(''));
    },
    'manifest-files.json is damaged',
  ],
  ['that is not there', () => undefined, 'has no manifest-summary.json'],
])('an export %s is refused, and nothing is started', async (_, put, words) => {
  const { store, verify, executions } = world();
  put(store);
  await expect(verify({ fromExport: exportFolder })).rejects.toThrow(words);
  expect(executions.size).toBe(0);
});

test('a file of differences that is gone is no file without any', async () => {
  const { store } = world();
  const read = differencesOf(store, { differenceFiles: ['verifies/users/verify-1/differences-0.jsonl'] });
  await expect(read.next()).rejects.toThrow('differences-0.jsonl, which has differences of the run, is not there');
});

test('a copy that the engine cannot read is refused before an export is made, which is billed', async () => {
  const { bucket, verify, asked } = world();
  bucket.store('=dcs/users/journal/2026/any', { body: '', metadata: {} }, 1_000);
  await expect(verify()).rejects.toThrow('the engine cannot compare users: its copy has images and a journal');
  expect(asked).toEqual([]);
});
