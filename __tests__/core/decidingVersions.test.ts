import fc from 'fast-check';
import { readDecidingVersions } from '../../core/decidingVersions';
import { stateAt } from '../../core/history';
import { NO_ITEM, type ImageHeader } from '../../core/image';

const HOUR_MS = 3_600_000;

interface Stored {
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly header: ImageHeader;
}

const header = (n: number, changedAtMs: number, first: boolean): ImageHeader => ({
  event: first ? 'INSERT' : 'MODIFY',
  position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
  changedAtMs,
  digest: `d${n}`,
  previousDigest: first ? NO_ITEM : `d${n - 1}`,
});

/**
 * Changes in order, each stored any number of times within the 24 hours of its record, in any order; those that were
 * never stored are stored at last, where nothing newer has been, or, filled in, below what is newer, as a redrive does.
 * The history may begin in the middle of an item's life.
 */
const changesOfItem = fc.tuple(
  fc.boolean(),
  fc.array(
    fc.record({
      afterHours: fc.double({ min: 0, max: 40, noNaN: true }),
      delaysHours: fc.array(fc.double({ min: 0, max: 24, noNaN: true }), { maxLength: 3 }),
      redriveAfterHours: fc.double({ min: 24, max: 300, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
);

const storedHistory = (isFilledIn: boolean): fc.Arbitrary<Stored[]> =>
  changesOfItem.map(([beginsWithInsert, changes]) => {
    let atMs = 0;
    const dated = changes.map((change, n) => ({ ...change, n, changedAtMs: (atMs += change.afterHours * HOUR_MS) }));
    const image = (n: number, changedAtMs: number, delayHours: number) => ({
      n,
      storedAtMs: changedAtMs + delayHours * HOUR_MS,
      header: header(n, changedAtMs, n === 0 && beginsWithInsert),
    });
    const stored = dated.flatMap(({ n, changedAtMs, delaysHours }) => delaysHours.map((h) => image(n, changedAtMs, h)));
    const redrives = dated.map(({ n, changedAtMs, redriveAfterHours }) => image(n, changedAtMs, redriveAfterHours));
    for (const late of redrives.sort((a, b) => a.storedAtMs - b.storedAtMs)) {
      const newer = stored.filter((one) => one.n >= late.n && one.storedAtMs <= late.storedAtMs);
      if (newer.length === 0) stored.push(late);
      else if (isFilledIn && newer.every(({ n }) => n !== late.n)) {
        const newest = newer.reduce((a, b) => (b.n > a.n ? b : a));
        for (const [i, one] of [newest, late, newest].entries()) {
          stored.push({ ...one, storedAtMs: late.storedAtMs + i * 1_000 });
        }
      }
    }
    return stored
      .sort((a, b) => a.storedAtMs - b.storedAtMs)
      .map(({ storedAtMs, header: h }, i) => ({ versionId: String(i), storedAtMs, header: h }));
  });

const moment = fc.oneof(fc.constant(Infinity), fc.double({ min: 0, max: 400 * HOUR_MS, noNaN: true }));

async function readFor(history: readonly Stored[], momentMs: number): Promise<Stored[]> {
  const read = await readDecidingVersions(history, momentMs, (version) => Promise.resolve(version.header));
  return read.map(({ version }) => version);
}

function outcome(history: readonly Stored[], momentMs: number): string {
  const state = stateAt(history, momentMs);
  return state.is === 'known' ? (state.image.header.digest ?? '') : state.is;
}

describe('reading as few versions as decide', () => {
  test('law: they give the same state as all versions', async () => {
    await fc.assert(
      fc.asyncProperty(storedHistory(false), moment, async (history, momentMs) => {
        expect(outcome(await readFor(history, momentMs), momentMs)).toBe(outcome(history, momentMs));
      }),
      { numRuns: 5_000 },
    );
  });

  test('law: so they do after changes have been filled in late, or they say that the state is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(storedHistory(true), moment, async (history, momentMs) => {
        const found = outcome(await readFor(history, momentMs), momentMs);
        if (found !== 'unknown') expect(found).toBe(outcome(history, momentMs));
        if (momentMs === Infinity) expect(found).toBe(outcome(history, momentMs));
      }),
      { numRuns: 5_000 },
    );
  });

  const every = (minutes: number, count: number): Stored[] =>
    Array.from({ length: count }, (_, n) => {
      const changedAtMs = n * minutes * 60_000;
      return { versionId: String(n), storedAtMs: changedAtMs + 1_000, header: header(n, changedAtMs, n === 0) };
    });

  test('of an item that changes every ten minutes, those of an hour are read and not those of a day', async () => {
    expect(await readFor(every(10, 1_000), Infinity)).toHaveLength(7);
  });

  test('for a moment long ago, what was stored in the day after it is read and not what came later', async () => {
    const read = await readFor(every(360, 1_000), 100 * HOUR_MS);
    expect(read.length).toBeLessThan(8);
  });

  test('a version that is passed over is as if it were not there', async () => {
    const [first, second] = every(10, 2);
    const read = await readDecidingVersions([first!, second!], Infinity, (version) =>
      Promise.resolve(version === second ? undefined : version.header),
    );
    expect(read.map(({ version }) => version)).toEqual([first]);
  });
});
