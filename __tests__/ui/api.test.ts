import { encodeImage, itemDigest, NO_ITEM } from '../../core/image';
import type { AttributeMap } from '../../core/attributeValue';
import { objectKeyOf } from '../../core/objectKey';
import { uiApi } from '../../ui/api';
import type { ChangesAnswer, DrillsAnswer, HistoryAnswer, TablesAnswer, TimelineAnswer } from '../../ui/answers';
import type { UiPlaces } from '../../ui/places';
import { MemoryBucket } from '../support/memoryBucket';

const BEGIN_MS = Date.UTC(2026, 10, 24, 2, 10);
const SECRET = 'not for these eyes';
const users = {
  prefix: '',
  tableName: 'users',
  configuredKeys: { keySchema: { partitionKey: 'id' }, keyTypes: { id: 'S' as const } },
};

let bucket: MemoryBucket;
let n: number;
beforeEach(() => {
  bucket = new MemoryBucket();
  n = 0;
});

function store(before: AttributeMap | undefined, after: AttributeMap, atSeconds: number): void {
  const position = {
    source: 'stream',
    streamLabel: '2026-11-24T00:00:00.000',
    sequenceNumber: String((n += 1)),
  } as const;
  const changedAtMs = BEGIN_MS + atSeconds * 1_000;
  const previousDigest = before ? itemDigest(before) : NO_ITEM;
  const image = encodeImage({ event: before ? 'MODIFY' : 'INSERT', position, changedAtMs, previousDigest }, after);
  bucket.store(objectKeyOf(users, users.configuredKeys.keySchema, { id: after.id! }), image, changedAtMs);
}

function ask<Answer>(name: string, query: Record<string, string> = {}, more: Partial<UiPlaces> = {}): Promise<Answer> {
  const places: UiPlaces = {
    ...{ copy: 's3://copy', accounts: '1 → 2', tables: [users], source: bucket, options: '', hidden: new Set() },
    findings: () => Promise.resolve([]),
    nowMs: () => BEGIN_MS,
    liveTable: () => ({ getBatch: () => Promise.resolve([]) }),
    reports: () => Promise.resolve([]),
    ...more,
  };
  const asked = new URLSearchParams({ table: 'users', ...query });
  return uiApi(places)(name, asked, new AbortController().signal) as Promise<Answer>;
}
const WINDOW = { from: '2026-11-24T02:10:30Z', to: '2026-11-24T02:12:00Z' };

describe('attributes that the settings hide', () => {
  const before: AttributeMap = {
    id: { S: 'u1' },
    email: { S: SECRET },
    card: { M: { number: { N: '1' }, pin: { S: SECRET } } },
    notes: { L: [{ M: { pin: { S: SECRET } } }] },
  };
  const after: AttributeMap = {
    id: { S: 'u1' },
    email: { S: `${SECRET}, nor this` },
    card: { M: { number: { N: '1' }, pin: { S: `${SECRET} 2` } } },
    added: { M: { pin: { S: SECRET }, other: { S: 'seen' } } },
  };
  const hidden = new Set(['email', 'pin']);
  beforeEach(() => {
    store(undefined, before, 0);
    store(before, after, 60);
  });

  test('their values never leave the process, and that they changed is told', async () => {
    const found = await ask<ChangesAnswer>('changes', WINDOW, { hidden });
    const history = await ask<HistoryAnswer>('history', { object: 'users/u1/image.json' }, { hidden });
    expect(JSON.stringify([found, history])).not.toContain(SECRET);
    expect(found.items[0]?.changes).toEqual([
      { path: 'added', after: '{"other":"seen","pin":"(hidden)"}' },
      { path: 'card.pin', before: '(hidden)', after: '(hidden)', isHidden: true },
      { path: 'email', before: '(hidden)', after: '(hidden)', isHidden: true },
      { path: 'notes', before: '[{"pin":"(hidden)"}]' },
    ]);
    expect(history.versions).toHaveLength(2);
  });

  test('without the setting they are shown: the test above can fail', async () => {
    const found = await ask<ChangesAnswer>('changes', WINDOW);
    expect(JSON.stringify(found)).toContain(SECRET);
  });

  test('nor does what an image that cannot be read says of itself', async () => {
    bucket.store('users/u1/image.json', { body: `{"Item": ${SECRET}`, metadata: {} }, BEGIN_MS + 90_000);
    const { versions } = await ask<HistoryAnswer>('history', { object: 'users/u1/image.json' }, { hidden });
    expect(versions.map(({ problem }) => problem)).toContain('dcs history says why');
    expect(JSON.stringify(versions)).not.toContain(SECRET);
  });
});

test('what would turn a line round or end it is written as it is in JSON, in keys, values and the option alike', async () => {
  store(undefined, { id: { S: `a'b\u202e\u0007` }, v: { S: '\u2028' } }, 60);
  const { items, keyNames } = await ask<ChangesAnswer>('changes', WINDOW);
  expect(keyNames).toEqual(['id']);
  expect(items[0]).toMatchObject({
    keys: [`a'b\\u202e\\u0007`],
    keyOption: `--key '{"id":"a'\\''b\\u202e\\u0007"}'`,
  });
  expect(items[0]?.changes.map(({ after }) => after)).toContain('"\\u2028"');
});

describe('gaps', () => {
  const parked = (read: () => Promise<string | undefined>) => ({ lister: bucket.lister, texts: { read } });
  const key = 'aws/lambda/m/shard/2026/11/24/a';
  const batch = (tableName: string) => {
    const streamArn = `arn:aws:dynamodb:eu-west-1:111111111111:table/${tableName}/stream/2026-11-24T00:00:00.000`;
    const info = { streamArn, approximateArrivalOfLastRecord: new Date(BEGIN_MS + 70_000).toISOString() };
    const Records = [{ dynamodb: { ApproximateCreationDateTime: (BEGIN_MS + 65_000) / 1_000 } }];
    return JSON.stringify({ DDBStreamBatchInfo: info, payload: { Records } });
  };
  beforeEach(async () => {
    store(undefined, { id: { S: 'u1' } }, 0);
    store(undefined, { id: { S: 'u2' } }, 600);
    bucket.clockMs = BEGIN_MS + 3_600_000; // A batch is parked after the last of its records has come.
    await bucket.write(key, '{}');
  });

  test('a parked batch is a time of which not all is recorded, and how it is applied is said', async () => {
    const { gaps, notLookedAt } = await ask<TimelineAnswer>(
      'timeline',
      {},
      { parked: parked(() => Promise.resolve(batch('users'))) },
    );
    expect(gaps).toEqual([
      {
        ...{ fromMs: BEGIN_MS + 65_000, toMs: BEGIN_MS + 71_000 },
        why: 'capture gave up 1 change, parked and not applied yet: npx dcs redrive users',
      },
    ]);
    expect(notLookedAt).toEqual([]);
  });

  test('beyond what is zoomed into it is not shown', async () => {
    const zoom = { from: '2026-11-24T02:15:00Z', to: '2026-11-24T02:30:00Z' };
    const { gaps } = await ask<TimelineAnswer>('timeline', zoom, {
      parked: parked(() => Promise.resolve(batch('users'))),
    });
    expect(gaps).toEqual([]);
  });

  test('a source bucket that is lost is no reason to show nothing, and none to say that nothing is missing', async () => {
    const denied = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    const { bars, notLookedAt } = await ask<TimelineAnswer>('timeline', {}, { parked: parked(denied) });
    expect(bars.length).toBeGreaterThan(0);
    expect(notLookedAt).toEqual([expect.stringMatching(/^Whether batches are parked in the source bucket: /)]);
    expect((await ask<TimelineAnswer>('timeline')).notLookedAt).toEqual([
      expect.stringContaining('settings say nothing'),
    ]);
  });

  test('where the stream was switched off between, that is a gap', async () => {
    const image = encodeImage(
      {
        ...{ event: 'INSERT', changedAtMs: BEGIN_MS + 900_000, previousDigest: NO_ITEM },
        position: { source: 'stream', streamLabel: '2026-11-24T02:24:00.000', sequenceNumber: '9' },
      },
      { id: { S: 'u3' } },
    );
    bucket.store('users/u3/image.json', image, BEGIN_MS + 900_000);
    const { gaps } = await ask<TimelineAnswer>('timeline');
    expect(gaps).toMatchObject([{ fromMs: BEGIN_MS + 600_000, toMs: Date.UTC(2026, 10, 24, 2, 24) }]);
  });
});

test('what needs somebody comes first, with what there is to do', async () => {
  const tables = ['aa1', 'bb2', 'cc3'].map((tableName) => ({ ...users, tableName }));
  const about = { side: 'destination', subject: 'table bb2' } as const;
  const findings = () =>
    Promise.resolve([
      { ...about, subject: 'table aa1', id: 'restorable', verdict: 'ok', found: 'since' } as const,
      { ...about, id: 'hidden replicas', verdict: 'problem', found: '3 objects', remedy: 'repair' } as const,
      { ...about, id: 'last drill', verdict: 'problem', found: '2026-11-24T00:00:00Z, 2 h ago: 3 different' } as const,
    ]);
  const { tables: cards } = await ask<TablesAnswer>('tables', {}, { tables, findings });
  expect(cards.map(({ name }) => name)).toEqual(['bb2', 'cc3', 'aa1']);
  expect(cards[0]).toMatchObject({
    problems: [{ found: '3 objects', remedy: 'repair' }],
    lastDrill: { verdict: 'problem', found: '3 different' },
    lastVerify: { verdict: 'cannotTell', found: 'not looked at' },
  });
});

test('a report that cannot be read is a drill of which nothing is known, and keeps no other from being shown', async () => {
  const report = (text: string) => ({ objectKey: 'k', storedAtMs: 5, text });
  const reports = () =>
    Promise.resolve([report('{"verdict":"same","restoreSeconds":3}'), report('null'), report('{"ha')]);
  const { drills } = await ask<DrillsAnswer>('drills', {}, { reports });
  expect(drills.map(({ verdict, restoreSeconds, atMs }) => [verdict, restoreSeconds, atMs])).toEqual([
    ['same', 3, 5],
    [null, null, 5],
    [null, null, 5],
  ]);
});

test('a drill is shown beside the targets of its time; an estimate and an older report miss none', async () => {
  const of = (fields: object) => ({ objectKey: 'k', storedAtMs: 5, text: JSON.stringify(fields) });
  const recoveryPoint = { at: '2026-11-24T00:00:00Z', ageSeconds: 400 };
  const measured = { verdict: 'same', sample: null, restoreSeconds: 90, recoveryPoint };
  const recoveryTime = { seconds: 90, isEstimated: false, targetSeconds: 60, isMet: false };
  const reports = () =>
    Promise.resolve([
      of({ ...measured, recoveryTime, recoveryPointTarget: { targetSeconds: 300, isMet: false } }),
      of({ ...measured, sample: 5, recoveryTime: { ...recoveryTime, seconds: 900, isEstimated: true } }),
      of({ ...measured, sample: 5 }),
      of(measured),
    ]);
  const { drills } = await ask<DrillsAnswer>('drills', {}, { reports });
  expect(
    drills.map((drill) => [drill.recoverySeconds, drill.recoveryTargetSeconds, drill.isTooLate, drill.isTooOld]),
  ).toEqual([
    [90, 60, true, true],
    [900, 60, false, false],
    [null, null, false, false],
    [90, null, false, false],
  ]);
});

test.each([
  [{ from: 'yesterday' }, 'from is no second in UTC'],
  [{ from: '2026-11-24T02:10:30Z', to: '2026-11-24T02:10:30Z' }, 'the window is empty'],
])('%j is no window', async (query, message) => {
  await expect(ask('changes', query)).rejects.toThrow(message);
});

test.each([
  ['history', { object: 'orders/1/image.json' }],
  ['history', { object: 'users/../orders/image' }],
  ['changes', { table: 'orders' }],
  ['toString', {}],
])('there is no %s %j', async (name, query) => {
  await expect(ask(name, query as Record<string, string>)).rejects.toThrow();
});
