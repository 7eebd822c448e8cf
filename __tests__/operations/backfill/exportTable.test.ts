import type { ExportState, TableExports } from '../../../aws/tableExports';
import { exportTable, type ExportRequest } from '../../../operations/backfill/exportTable';

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');
const HOUR_MS = 3_600_000;
const into = { bucket: 'exports', prefix: 'users' };

const stateOf = (id: string, more: Partial<ExportState> = {}): ExportState => ({
  ...{ exportArn: `arn:aws:dynamodb:eu-central-1:111111111111:table/users/export/${id}`, status: 'completed' },
  ...{ tableId: 'T', ...into, folder: `users/AWSDynamoDB/${id}`, exportTimeMs: NOW_MS - HOUR_MS },
  ...{ isFullDynamoDbJson: true, ...more },
});

/** DynamoDB, with these exports, of which one that runs is looked at so often before it has ended. */
function dynamoDb(earlier: readonly ExportState[], ends: Partial<ExportState> = { status: 'completed' }, looks = 2) {
  const states = new Map(earlier.map((state) => [state.exportArn, state]));
  const asked = new Map<string, number>();
  const started: object[] = [];
  const exports: TableExports = {
    start(at) {
      started.push(at);
      const state = stateOf('new', { status: 'running', exportTimeMs: NOW_MS });
      states.set(state.exportArn, state);
      return Promise.resolve(state);
    },
    state(exportArn) {
      const state = states.get(exportArn);
      const times = (asked.get(exportArn) ?? 0) + 1;
      asked.set(exportArn, times);
      const hasEnded = state?.status === 'running' && times > looks;
      return Promise.resolve(hasEnded ? { ...state, ...ends } : state);
    },
    list: () => Promise.resolve([...states.keys()]),
  };
  return { exports, started };
}

function requestOf(exports: TableExports, more: Partial<ExportRequest> = {}) {
  const found: string[] = [];
  const request: ExportRequest = {
    ...{ exports, tableId: 'T', into, texts: { read: () => Promise.resolve('{}') }, isUsable: () => true },
    ...{ signal: new AbortController().signal, nowMs: () => NOW_MS, pause: () => Promise.resolve() },
    watch: { onExport: (is, { exportArn }) => void found.push(`${is} ${exportArn.split('/').at(-1) ?? ''}`) },
    ...more,
  };
  return { request, found };
}

test('a table is exported, waited for, and its folder read', async () => {
  const { exports, started } = dynamoDb([]);
  const { request, found } = requestOf(exports);
  expect(await exportTable(request)).toEqual({ bucket: 'exports', folder: 'users/AWSDynamoDB/new' });
  expect({ started, found }).toEqual({ started: [into], found: ['new new'] });
});

test('one that is under way is waited for, before one that is done; of those done the newest is taken', async () => {
  const running = stateOf('running', { status: 'running', exportTimeMs: NOW_MS - 3 * HOUR_MS });
  const old = stateOf('old', { exportTimeMs: NOW_MS - 2 * HOUR_MS });
  const first = requestOf(dynamoDb([old, running, stateOf('done')]).exports);
  await exportTable(first.request);
  const second = requestOf(dynamoDb([old, stateOf('done')]).exports);
  await exportTable(second.request);
  expect([...first.found, ...second.found]).toEqual(['running running', 'completed done']);
});

test.each<[string, Partial<ExportState>, Partial<ExportRequest>]>([
  ['of a former table of the name', { tableId: 'former' }, {}],
  ['into another bucket', { bucket: 'others' }, {}],
  ['into another folder', { prefix: 'orders' }, {}],
  ['incremental, or of another format', { isFullDynamoDbJson: false }, {}],
  ['older than a day', { exportTimeMs: NOW_MS - 25 * HOUR_MS }, {}],
  ['of an unknown moment', { exportTimeMs: undefined }, {}],
  ['failed', { status: 'failed' }, {}],
  ['from before what the stream shows', {}, { isUsable: (ms: number) => ms >= NOW_MS }],
  ['whose files are gone', {}, { texts: { read: () => Promise.resolve(undefined) } }],
])('an earlier one that is %s is not taken', async (_, state, more) => {
  const { exports, started } = dynamoDb([stateOf('earlier', state)]);
  const { request, found } = requestOf(exports, more);
  await exportTable(request);
  expect({ started: started.length, found }).toEqual({ started: 1, found: ['new new'] });
});

test('one that fails says why, in the words of DynamoDB', async () => {
  const { exports } = dynamoDb([], { status: 'failed', reason: 'S3NoSuchBucket: The specified bucket does not exist' });
  await expect(exportTable(requestOf(exports).request)).rejects.toThrow(
    /export\/new failed: S3NoSuchBucket: The specified bucket does not exist\. Nothing was written/,
  );
});

test('stopped while it waits, it leaves the export, and finds it again', async () => {
  const { exports, started } = dynamoDb([], { status: 'completed' }, 3);
  const stopped = requestOf(exports, { pause: () => Promise.reject(new Error('stopped')) });
  await expect(exportTable(stopped.request)).rejects.toThrow('stopped');
  const again = requestOf(exports);
  expect(await exportTable(again.request)).toEqual({ bucket: 'exports', folder: 'users/AWSDynamoDB/new' });
  expect({ started: started.length, found: again.found }).toEqual({ started: 1, found: ['running new'] });
});
