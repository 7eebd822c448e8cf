import fc from 'fast-check';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import type { PlannedWrite } from '../../../core/plannedWrite';
import { carryOutKeptPlan } from '../../../operations/plan/carryOutKeptPlan';
import { keepingPlan } from '../../../operations/restore/keepPlan';
import type { PreparedRestore } from '../../../operations/restore/prepare';
import { restoreTable, type LeftItem, type RestoreReport } from '../../../operations/restore/restoreTable';
import type { ExistingItems } from '../../../operations/restore/target';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema };
const HOUR_MS = 3_600_000;
const MOMENT_MS = Date.UTC(2026, 0, 2);

/** The states of an item, one after the other: those by the moment, and those after it. Undefined: it is not there. */
interface Story {
  readonly byThen: readonly (number | undefined)[];
  readonly later: readonly (number | undefined)[];
}
type State = AttributeMap | undefined;

const itemOf = (id: number, value: number | undefined): State =>
  value === undefined ? undefined : { id: { S: `user ${id}` }, value: { N: String(value) } };
const keyOf = (id: number) => objectKeyOf(table, keySchema, { id: { S: `user ${id}` } });

function bucketOf(stories: readonly Story[]): MemoryBucket {
  const bucket = new MemoryBucket();
  let sequence = 0;
  stories.forEach(({ byThen, later }, id) => {
    let last: State;
    const happens = (state: State, atMs: number) => {
      if (itemDigest(state) === itemDigest(last)) return;
      const event = state === undefined ? 'REMOVE' : last === undefined ? 'INSERT' : 'MODIFY';
      const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String((sequence += 1)) } as const;
      const header = { event, position, changedAtMs: atMs, previousDigest: itemDigest(last) } as const;
      bucket.store(keyOf(id), encodeImage(header, state), atMs + 2_000);
      last = state;
    };
    byThen.forEach((value, i) => happens(itemOf(id, value), MOMENT_MS - HOUR_MS * (byThen.length - i)));
    later.forEach((value, i) => happens(itemOf(id, value), MOMENT_MS + HOUR_MS * (i + 1)));
  });
  return bucket;
}

const then = (stories: readonly Story[]) => stories.map(({ byThen }, id) => itemOf(id, byThen.at(-1)));
const now = (stories: readonly Story[]) =>
  stories.map(({ byThen, later }, id) => itemOf(id, [...byThen, ...later].at(-1)));
const items = (states: readonly State[]) => states.flatMap((state) => (state ? [state] : []));
const texts = (states: readonly State[]) => items(states).map(canonicalItem).sort();
const contents = (target: MemoryTable) => texts([...target.items.values()]);

interface Outcome {
  readonly report: RestoreReport;
  readonly left: LeftItem[];
  readonly planned: PlannedWrite[];
  readonly needs: string | undefined;
}

interface Wanted {
  readonly existing: ExistingItems;
  readonly momentMs?: number;
  readonly planFile?: string;
  readonly dryRun?: boolean;
  readonly says?: boolean;
  readonly passedOver?: readonly string[];
}

async function restored(source: MemoryBucket, target: MemoryTable, wanted: Wanted): Promise<Outcome> {
  const { existing, momentMs = MOMENT_MS, dryRun = false, planFile, says = true, passedOver = [] } = wanted;
  const [left, planned, need]: [LeftItem[], PlannedWrite[], (string | undefined)[]] = [[], [], []];
  const mode = existing === 'mirror' ? 'mirror' : 'merge';
  const later = existing === 'merge' ? 'keep' : 'mark';
  const plan = { source, table, target, momentMs, mode, later, signal: new AbortController().signal } as const;
  const prepared = {
    ...{
      momentMs,
      plan,
      passedOver,
      tableId: 'T1',
      itemCount: 0,
      decision: { create: false, mode, later, finishes: false },
    },
  } as unknown as PreparedRestore;
  const report = await keepingPlan(
    {
      target: Object.assign(target, { tableName: 'users' }) as never,
      ...{
        dryRun,
        planFile,
        mayDo: () => Promise.resolve(says),
        watch: { onPlan: (_, needs) => void need.push(needs) },
      },
    },
    prepared,
    (keep) =>
      restoreTable({
        ...{ ...plan, keep, dryRun, allowEmpty: true, nowMs: () => 0, pause: () => Promise.resolve() },
        watch: { onLeft: (one) => void left.push(one), onPlannedWrite: (write) => void planned.push(write) },
      }),
  );
  return { report, left, planned, needs: need[0] };
}

const value = fc.option(fc.nat(3), { nil: undefined });
const story = fc.record({ byThen: fc.array(value, { maxLength: 3 }), later: fc.array(value, { maxLength: 3 }) });
const stories = fc.array(story, { minLength: 1, maxLength: 12 });
const runs = { numRuns: 80 };

describe('a restore into a table in use', () => {
  test('law: merge puts what is missing, and leaves and lists every item that is another one by now', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (list) => {
        const [before, live] = [then(list), now(list)];
        const target = new MemoryTable(keySchema, items(live));
        const { left, report } = await restored(bucketOf(list), target, { existing: 'merge' });
        expect(contents(target)).toEqual(texts(live.map((state, id) => state ?? before[id])));
        const others = live.flatMap((state, id) =>
          state && before[id] && canonicalItem(state) !== canonicalItem(before[id]) ? [keyOf(id)] : [],
        );
        expect(left.map(({ why, objectKey }) => `${why} ${objectKey}`).sort()).toEqual(
          others.map((objectKey) => `changedLater ${objectKey}`).sort(),
        );
        expect(report).toMatchObject({ left: others.length, differences: 0 });
      }),
      runs,
    );
  });

  test('law: merge brings a table of an older moment up to date, and leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (list) => {
        const target = new MemoryTable(keySchema, items(then(list)));
        const { report } = await restored(bucketOf(list), target, { existing: 'merge', momentMs: Infinity });
        const kept = then(list).map((state, id) => now(list)[id] ?? state);
        expect(contents(target)).toEqual(texts(kept));
        expect(report).toMatchObject({ left: 0, differences: 0 });
      }),
      runs,
    );
  });

  test('law: overwrite changes all that was there, mirror makes it what it was, and both mark what was written later', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.constantFrom<ExistingItems>('overwrite', 'mirror'), async (list, existing) => {
        const [before, live] = [then(list), now(list)];
        const target = new MemoryTable(keySchema, items(live));
        const { report, planned } = await restored(bucketOf(list), target, { existing });
        const expected = existing === 'mirror' ? before : before.map((state, id) => state ?? live[id]);
        expect(contents(target)).toEqual(texts(expected));
        expect(report).toMatchObject({ left: 0, differences: 0 });
        // In the live table whatever is to be written was written after the moment.
        expect(planned.every(({ isChangedLater }) => isChangedLater)).toBe(true);
      }),
      runs,
    );
  });

  test('law: a kept plan does what the run would have done, and what it shows', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'dcs-plans-'));
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        stories,
        fc.constantFrom<ExistingItems>('merge', 'overwrite', 'mirror'),
        async (list, existing) => {
          const [one, other] = [0, 1].map(() => new MemoryTable(keySchema, items(now(list)))) as [
            MemoryTable,
            MemoryTable,
          ];
          const planFile = path.join(folder, String((number += 1)));
          const shown = await restored(bucketOf(list), one, { existing, dryRun: true, planFile });
          expect(one.written).toBe(0);
          const done = await carriedOut(one, planFile);
          const { planned } = await restored(bucketOf(list), other, { existing });
          expect(contents(one)).toEqual(contents(other));
          expect(planned).toEqual(shown.planned);
          expect(done).toEqual({
            written: planned.length,
            already: 0,
            moved: 0,
            rejected: 0,
            differences: 0,
            leftByPlan: shown.report.left,
          });
        },
      ),
      runs,
    );
  });

  const two: Story[] = [
    { byThen: [1], later: [2] },
    { byThen: [1], later: [2] },
  ];

  test('an item that is written between the plan and the write keeps what it has, and is listed', async () => {
    const target = new MemoryTable(keySchema, items(now(two)));
    const mine = itemOf(1, 9)!;
    target.beforeWriteIf = ({ keys }) => {
      const key = canonicalItem(keys);
      if (key.includes('user 1')) target.items.set(key, mine);
    };
    const { report, left } = await restored(bucketOf(two), target, { existing: 'overwrite' });
    expect(contents(target)).toEqual(texts([itemOf(0, 1), mine]));
    expect(left).toMatchObject([{ why: 'moved', objectKey: keyOf(1), keys: { id: { S: 'user 1' } } }]);
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { change: 1, moved: 1 } });
  });

  test('what a kept plan was not made for is left: an item that has moved, another table, another command', async () => {
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plans-')), 'plan');
    const target = new MemoryTable(keySchema, items(now(two)));
    await restored(bucketOf(two), target, { existing: 'overwrite', dryRun: true, planFile });
    target.items.set(canonicalItem({ id: { S: 'user 0' } }), itemOf(0, 7)!);
    expect(await carriedOut(target, planFile)).toMatchObject({ written: 1, moved: 1 });
    expect(contents(target)).toEqual(texts([itemOf(0, 7), itemOf(1, 1)]));
    await expect(carriedOut(target, planFile, { tableId: 'T2' })).rejects.toThrow('made again since');
    await expect(carriedOut(target, planFile, { verb: 'revert' })).rejects.toThrow('is a plan of dcs restore');
  });

  test('definitions that were passed over are left by the plan, too, and told again when it is carried out', async () => {
    const target = new MemoryTable(keySchema, items([itemOf(0, 2)]));
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plans-')), 'plan');
    const source = bucketOf([{ byThen: [1], later: [2] }]);
    await restored(source, target, {
      ...{ existing: 'overwrite', dryRun: true, planFile, passedOver: ['table.json of 14:00 is no JSON'] },
    });
    expect(await carriedOut(target, planFile)).toMatchObject({ written: 1, leftByPlan: 1 });
  });

  test.each<[string, (item: AttributeMap) => AttributeMap, object]>([
    ['is changed', (item) => ({ ...item, other: { N: '2' } }), { written: 0, moved: 1 }],
    ['is removed', ({ other, ...item }) => (other ? item : {}), { written: 0, moved: 1 }],
    ['is added', (item) => ({ ...item, more: { N: '2' } }), { written: 1, moved: 0, differences: 1 }],
  ])(
    'an attribute that a kept plan does not touch %s before the write: it is not as planned',
    async (_, lie, counts) => {
      const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plans-')), 'plan');
      const withOther = (value: number): AttributeMap => ({ ...itemOf(0, value), other: { N: '1' } });
      const [then, now] = [withOther(1), withOther(2)];
      const bucket = new MemoryBucket();
      const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } as const;
      const changedAtMs = MOMENT_MS - HOUR_MS;
      const header = { event: 'INSERT', position, changedAtMs, previousDigest: itemDigest(undefined) } as const;
      bucket.store(keyOf(0), encodeImage(header, then), changedAtMs + 2_000);
      const target = new MemoryTable(keySchema, [now]);
      await restored(bucket, target, { existing: 'overwrite', dryRun: true, planFile });
      target.beforeWriteIf = ({ keys }) => void target.items.set(canonicalItem(keys), lie(now));
      expect(await carriedOut(target, planFile)).toMatchObject(counts);
    },
  );

  test('a kept plan counts what was left when it was made', async () => {
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plans-')), 'plan');
    const target = new MemoryTable(keySchema, items(now(two)));
    const { report } = await restored(bucketOf(two), target, { existing: 'merge', dryRun: true, planFile });
    expect(report).toMatchObject({ left: 2, counts: { changedLater: 2 } });
    expect(await carriedOut(target, planFile)).toMatchObject({ written: 0, leftByPlan: 2 });
  });

  test.each<[ExistingItems, Story[], string | undefined]>([
    ['overwrite', two, 'it deletes 0 and changes 2 of 2 items, more than one in 10'],
    ['merge', two, undefined],
    ['mirror', [{ byThen: [1], later: [undefined] }], '--mirror deletes 0, changes 0 and puts 1'],
    ['mirror', [{ byThen: [1], later: [] }], undefined],
  ])('%s: whether it needs a yes, and without one nothing is written', async (existing, list, needs) => {
    const target = new MemoryTable(keySchema, items(now(list)));
    const outcome = restored(bucketOf(list), target, { existing, says: false });
    if (needs === undefined) expect((await outcome).needs).toBeUndefined();
    else await expect(outcome).rejects.toThrow(RefusedError);
    if (needs !== undefined) expect(target.written).toBe(0);
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plans-')), 'plan');
    const { needs: said } = await restored(bucketOf(list), target, { existing, dryRun: true, planFile });
    expect(said ?? 'none').toContain(needs ?? 'none');
    const kept = carriedOut(target, planFile, { says: false });
    if (needs === undefined) expect(await kept).toMatchObject({ differences: 0 });
    else await expect(kept).rejects.toThrow(needs);
  });
});

interface Odd {
  readonly tableId?: string;
  readonly verb?: 'restore' | 'revert';
  readonly says?: boolean;
  readonly passedOver?: readonly string[];
}

function carriedOut(
  target: MemoryTable,
  planFile: string,
  { tableId = 'T1', verb = 'restore', says = true }: Odd = {},
) {
  return carryOutKeptPlan({
    ...{ planFile, verb, mayDo: () => Promise.resolve(says), nowMs: () => 0, pause: () => Promise.resolve() },
    signal: new AbortController().signal,
    target: Object.assign(target, {
      tableName: 'users',
      describe: () =>
        Promise.resolve({
          TableId: tableId,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }],
          AttributeDefinitions: [],
        }),
    }),
  });
}
