import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { digestOf } from '../../../core/digest';
import { CouldNotLookError, RefusedError } from '../../../core/errors';
import { encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import { carryOutKeptPlan } from '../../../operations/plan/carryOutKeptPlan';
import type { RevertStep } from '../../../operations/revert/planRevert';
import { revertTable, type RevertRequest } from '../../../operations/revert/revertTable';
import { timeWindow } from '../../../operations/revert/windowStates';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const keySchema = { partitionKey: 'id' };
const table = { prefix: '', tableName: 'users', keySchema };
const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 0, 2);
const TO_MS = FROM_MS + HOUR_MS;

type State = AttributeMap | undefined;
interface Story {
  readonly before: State;
  readonly window: readonly State[];
  readonly later: readonly State[];
}

const item = (id: number, attributes: Record<string, number>): AttributeMap => ({
  id: { S: `user ${id}` },
  ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { N: String(value) }])),
});

/** A bucket and a table after the stories, one for each item. Capture stores each change a second after it was made. */
function laidOut(stories: readonly Story[]): { bucket: MemoryBucket; users: MemoryTable } {
  const bucket = new MemoryBucket();
  const users = new MemoryTable(keySchema);
  let sequence = 0;
  stories.forEach(({ before, window, later }, id) => {
    const objectKey = objectKeyOf(table, keySchema, { id: { S: `user ${id}` } });
    let last: State;
    const happens = (state: State, atMs: number) => {
      if (itemDigest(state) === itemDigest(last)) return;
      const event = state === undefined ? 'REMOVE' : last === undefined ? 'INSERT' : 'MODIFY';
      const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String((sequence += 1)) } as const;
      bucket.store(
        objectKey,
        encodeImage({ event, position, changedAtMs: atMs, previousDigest: itemDigest(last) }, state),
        atMs + 1_000,
      );
      last = state;
    };
    happens(before, FROM_MS - HOUR_MS);
    window.forEach((state, i) => happens(state, FROM_MS + 60_000 * (i + 1)));
    later.forEach((state, i) => happens(state, TO_MS + 60_000 * (i + 1)));
    if (last) users.items.set(canonicalItem({ id: last.id! }), last);
  });
  return { bucket, users };
}

async function reverted(
  { bucket, users }: { bucket: MemoryBucket; users: MemoryTable },
  more: Partial<RevertRequest> = {},
) {
  const steps: RevertStep[] = [];
  const left: string[] = [];
  const outcome = await revertTable({
    states: timeWindow({ source: bucket, table, fromMs: FROM_MS, toMs: TO_MS }),
    target: users,
    header: { verb: 'revert', tableName: 'users', tableId: 'T1', title: 'a window' },
    selection: {},
    conflictRule: 'leave',
    itemCount: 0,
    dryRun: false,
    mayDo: () => Promise.resolve(true),
    signal: new AbortController().signal,
    nowMs: () => 0,
    pause: () => Promise.resolve(),
    ...more,
    watch: { onPlanned: (step) => void steps.push(step), onLeft: ({ why }) => void left.push(why) },
  });
  return { ...outcome, steps, left };
}

const contents = ({ items }: MemoryTable) => [...items.values()].map(canonicalItem).sort();
const tableOf = (states: readonly State[]) => states.flatMap((state) => (state ? [canonicalItem(state)] : [])).sort();

const attributes = fc.record({ a: fc.nat(2), b: fc.nat(2) }, { requiredKeys: [] });
const maybe = fc.option(attributes, { nil: undefined });
const inWindow = fc.array(maybe, { maxLength: 3 });
const numbered = (state: Record<string, number> | undefined, id: number) => state && item(id, state);

describe('reverting a window', () => {
  test('law: a window that nobody touched later is gone: the table is the one of before', async () => {
    const stories = fc
      .array(fc.tuple(maybe, inWindow), { minLength: 1, maxLength: 12 })
      // Of a table that never had anything there is no image: that is refused.
      .filter((list) => list.some(([before, window]) => [before, ...window].some((state) => state !== undefined)));
    await fc.assert(
      fc.asyncProperty(stories, async (list) => {
        const all = list.map(([before, window], id) => ({
          before: numbered(before, id),
          window: window.map((state) => numbered(state, id)),
          later: [],
        }));
        const laid = laidOut(all);
        const { planned, done } = await reverted(laid);
        expect(contents(laid.users)).toEqual(tableOf(all.map(({ before }) => before)));
        expect(planned).toMatchObject({ conflicts: 0, changedLater: 0 });
        expect(done).toMatchObject({
          moved: 0,
          differences: 0,
          written: planned.put + planned.change + planned.delete,
        });
      }),
      { numRuns: 60 },
    );
  });

  test('law: later changes of other attributes stay, and the rest is the table of before', async () => {
    const stories = fc.array(fc.tuple(attributes, attributes, fc.nat(3)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stories, async (list) => {
        const all = list.map(([before, window, later], id) => ({
          before: item(id, before),
          window: [item(id, window)],
          later: [item(id, { ...window, later })],
        }));
        const laid = laidOut(all);
        const { planned } = await reverted(laid);
        expect(contents(laid.users)).toEqual(
          tableOf(list.map(([before, , later], id) => item(id, { ...before, later }))),
        );
        expect(planned.conflicts).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('law: made again, the plan of a window that is gone has nothing to do', async () => {
    const stories = fc.array(fc.tuple(maybe, inWindow, inWindow), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(stories, fc.constantFrom('leave', 'theirs', 'ours'), async (list, conflictRule) => {
        const laid = laidOut(
          list.map(([before, window, later], id) => ({
            before: numbered(before, id),
            window: window.map((state) => numbered(state, id)),
            later: later.map((state) => numbered(state, id)),
          })),
        );
        await reverted(laid, { conflictRule });
        const between = contents(laid.users);
        const again = await reverted(laid, { conflictRule });
        expect([again.planned.put, again.planned.change, again.planned.delete]).toEqual([0, 0, 0]);
        expect(contents(laid.users)).toEqual(between);
      }),
      { numRuns: 60 },
    );
  });

  const migration = (id: number, later: readonly State[] = []): Story => ({
    before: item(id, { plan: 1, seen: 1 }),
    window: [item(id, { plan: 9, seen: 1 })],
    later,
  });

  test('a migration over 75 items of which 31 were changed well afterwards: their changes stay', async () => {
    const laid = laidOut(
      Array.from({ length: 75 }, (_, id) => migration(id, id < 31 ? [item(id, { plan: 9, seen: 2 })] : [])),
    );
    const { planned, done } = await reverted(laid);
    expect(planned).toMatchObject({ change: 75, changedLater: 31, put: 0, delete: 0, conflicts: 0 });
    expect(done).toMatchObject({ written: 75, differences: 0 });
    expect(contents(laid.users)).toEqual(
      tableOf(Array.from({ length: 75 }, (_, id) => item(id, { plan: 1, seen: id < 31 ? 2 : 1 }))),
    );
  });

  test('what is written between look and write is not lost, and told', async () => {
    const laid = laidOut([migration(0), migration(1)]);
    const meanwhile = item(0, { plan: 7, seen: 1 });
    laid.users.beforeWriteIf = ({ keys }) => {
      if (canonicalItem(keys) === canonicalItem({ id: { S: 'user 0' } }))
        laid.users.items.set(canonicalItem(keys), meanwhile);
    };
    const { done, left } = await reverted(laid);
    expect(done).toMatchObject({ moved: 1, written: 1 });
    expect(left).toEqual(['moved']);
    expect(contents(laid.users)).toEqual(tableOf([meanwhile, item(1, { plan: 1, seen: 1 })]));
  });

  test('an item whose state before the window is not known is listed and left', async () => {
    const laid = laidOut([]);
    const [before, after] = [item(0, { plan: 1 }), item(0, { plan: 9 })];
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } as const;
    const header = { event: 'MODIFY', position, changedAtMs: FROM_MS + 1, previousDigest: itemDigest(before) } as const;
    laid.bucket.store('users/user%200/image.json', encodeImage(header, after), FROM_MS + 1_000);
    laid.users.items.set(canonicalItem({ id: after.id! }), after);
    const { steps, planned } = await reverted(laid);
    expect(planned).toMatchObject({ unknown: 1, put: 0, change: 0, delete: 0 });
    expect(steps).toMatchObject([
      { is: 'unknown', reason: expect.stringContaining('its history begins later') as string },
    ]);
    expect(contents(laid.users)).toEqual(tableOf([after]));
  });

  test('more than one item in ten needs a yes, and nothing is written without', async () => {
    const laid = laidOut([migration(0), migration(1)]);
    const before = contents(laid.users);
    const refused = reverted(laid, { mayDo: () => Promise.resolve(false) });
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow('it deletes 0 and changes 2 of 2 items, more than one in 10');
    expect(contents(laid.users)).toEqual(before);
    const few = laidOut([migration(0)]);
    await reverted(few, { itemCount: 10, mayDo: () => Promise.reject(new Error('nobody is asked for one in ten')) });
    expect(contents(few.users)).toEqual(tableOf([item(0, { plan: 1, seen: 1 })]));
  });

  test('a table or partition without an image cannot be looked at, and a plan of it is none; keys that are named may be none', async () => {
    const laid = laidOut([]);
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plan-')), 'plan.jsonl');
    const of = (selection: RevertRequest['selection']) => reverted(laid, { dryRun: true, planFile, selection });
    await expect(of({})).rejects.toThrow(CouldNotLookError);
    await expect(of({ partition: { S: 'nobody' } })).rejects.toThrow('no images of what was chosen of users');
    expect(existsSync(planFile)).toBe(false);
    const none = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true as const, value: undefined }) }),
    };
    expect((await of({ keys: none })).planned).toMatchObject({ looked: 0, put: 0 });
    expect(existsSync(planFile)).toBe(true);
    const some = laidOut([migration(0)]);
    const { planned } = await reverted(some, { selection: { matches: () => false } });
    expect(planned).toMatchObject({ looked: 1, change: 0 });
  });

  describe('by a plan that was kept', () => {
    const kept = () => path.join(mkdtempSync(path.join(tmpdir(), 'dcs-plan-')), 'plan.jsonl');
    const carriedOut = (users: MemoryTable, planFile: string, tableId = 'T1') =>
      carryOutKeptPlan({
        ...{ planFile, verb: 'revert', mayDo: () => Promise.resolve(true) },
        target: Object.assign(users, {
          tableName: 'users',
          describe: () =>
            Promise.resolve({ TableId: tableId, KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' as const }] }),
        }),
        ...{ signal: new AbortController().signal, nowMs: () => 0, pause: () => Promise.resolve() },
      });

    test('exactly that is done, twice no more than once, and what has moved since is left', async () => {
      const laid = laidOut([migration(0), migration(1), migration(2)]);
      const planFile = kept();
      await reverted(laid, { dryRun: true, planFile });
      const moved = item(2, { plan: 9, seen: 3 });
      laid.users.items.set(canonicalItem({ id: moved.id! }), moved);
      expect(await carriedOut(laid.users, planFile)).toEqual({
        written: 2,
        already: 0,
        moved: 1,
        rejected: 0,
        differences: 0,
        leftByPlan: 0,
      });
      expect(await carriedOut(laid.users, planFile)).toMatchObject({ written: 0, already: 2, moved: 1 });
      expect(contents(laid.users)).toEqual(tableOf([0, 1].map((id) => item(id, { plan: 1, seen: 1 })).concat(moved)));
    });

    test.each([
      ['a part of a plan', (text: string) => text.slice(0, text.lastIndexOf('{')), 'it is not whole'],
      [
        'a plan without one of its writes',
        (text: string) =>
          text
            .split('\n')
            .filter((_, i) => i !== 1)
            .join('\n'),
        'it is not whole',
      ],
      [
        'a state of another value',
        (text: string) => text.replace('{"plan":{"N":"1"', '{"plan":{"N":"3"'),
        'was changed',
      ],
      ['another title', (text: string) => text.replace('a window', 'no window'), 'was changed'],
      ['no number of what is left', (text: string) => text.replace(',"left":0', ''), 'was changed'],
      ['another number of what is left', (text: string) => text.replace(',"left":0', ',"left":1'), 'was changed'],
      ['two plans', (text: string) => text + text, 'it stands behind the end'],
      ['another file', () => '{"type":"diff"}\n', 'it is no plan of dcs'],
      ['no JSON', () => 'null\n', 'it is no JSON object'],
      ['a newer format', (text: string) => text.replace('"format":"1"', '"format":"2"'), 'it has the format "2"'],
      [
        'an unknown change',
        (text: string) => text.replace('"do":"update"', '"do":"drop"'),
        'no change that can be made: "drop"',
      ],
      ['a value of no type', (text: string) => text.replace('{"plan":{"N"', '{"plan":{"X"'), 'unknown type "X"'],
    ])('%s is refused before anything is written', async (_, damaged, words) => {
      const laid = laidOut([migration(0), migration(1)]);
      const planFile = kept();
      await reverted(laid, { dryRun: true, planFile });
      writeFileSync(planFile, damaged(readFileSync(planFile, 'utf8')));
      const before = contents(laid.users);
      await expect(carriedOut(laid.users, planFile)).rejects.toThrow(words);
      expect(contents(laid.users)).toEqual(before);
    });

    test('a line whose change makes another item than it says is refused, whatever the digest of the file', async () => {
      const laid = laidOut([migration(0)]);
      const planFile = kept();
      await reverted(laid, { dryRun: true, planFile });
      const lines = readFileSync(planFile, 'utf8').replace('{"plan":{"N":"1"', '{"plan":{"N":"3"').split('\n');
      const before = lines.slice(0, 2).map((line) => `${line}\n`);
      const end = JSON.stringify({
        ...{ type: 'end', writes: 1, left: 0 },
        digest: digestOf(`${before.join('')}{"writes":1,"left":0}`),
      });
      writeFileSync(planFile, [...before, end].join(''));
      const live = contents(laid.users);
      await expect(carriedOut(laid.users, planFile)).rejects.toThrow('becomes another item than its change makes');
      expect(contents(laid.users)).toEqual(live);
    });

    test('what was left when the plan was made is counted when it is carried out', async () => {
      const laid = laidOut([migration(0), migration(1, [item(1, { plan: 5, seen: 1 })])]);
      const planFile = kept();
      await reverted(laid, { dryRun: true, planFile });
      expect(await carriedOut(laid.users, planFile)).toMatchObject({ written: 1, moved: 0, leftByPlan: 1 });
    });

    test('a plan for a table that was made again is refused', async () => {
      const laid = laidOut([migration(0)]);
      const planFile = kept();
      await reverted(laid, { dryRun: true, planFile });
      await expect(carriedOut(laid.users, planFile, 'T2')).rejects.toThrow('it has been made again since');
    });
  });
});
