import fc from 'fast-check';
import { chainGaps } from '../../core/chain';
import { compareChanges, positionAbove, type ChangePosition } from '../../core/changePosition';
import { readDecidingVersions } from '../../core/decidingVersions';
import { stateAt } from '../../core/history';
import { NO_ITEM, repairImage, TOMBSTONE_DIGEST, type ImageHeader } from '../../core/image';
import { readImage } from '../../core/readImage';

const HOUR_MS = 3_600_000;

interface Stored {
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly header: ImageHeader;
}

const change = (n: number, changedAtMs: number): ImageHeader => ({
  event: n === 0 ? 'INSERT' : 'MODIFY',
  position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
  changedAtMs,
  digest: `d${n}`,
  previousDigest: n === 0 ? NO_ITEM : `d${n - 1}`,
});

const repair = (newest: ChangePosition | undefined, readAtMs: number, digest = `read at ${readAtMs}`): ImageHeader => ({
  event: 'REPAIR',
  position: positionAbove(newest, readAtMs),
  changedAtMs: readAtMs,
  digest,
});

/**
 * Changes of one item, each stored by capture any number of times within 24 hours (or never); redrives of those that are
 * not there, at any time later; and repairs at any time, on what is newest then.
 */
const storedHistory: fc.Arbitrary<Stored[]> = fc
  .tuple(
    fc.array(
      fc.record({
        afterHours: fc.double({ min: 0, max: 40, noNaN: true }),
        delaysHours: fc.array(fc.double({ min: 0, max: 24, noNaN: true }), { maxLength: 2 }),
        redriveAfterHours: fc.double({ min: 24, max: 300, noNaN: true }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    fc.array(fc.double({ min: 0, max: 500 * HOUR_MS, noNaN: true }), { maxLength: 3 }),
  )
  .map(([changes, repairsMs]) => {
    let atMs = 0;
    const made = changes.map((one, n) => ({ ...one, header: change(n, (atMs += one.afterHours * HOUR_MS)) }));
    const captured = made.flatMap(({ header, delaysHours }) =>
      delaysHours.map((hours) => ({ atMs: header.changedAtMs + hours * HOUR_MS, capture: header })),
    );
    const redriven = made.map(({ header, redriveAfterHours }) => ({
      atMs: header.changedAtMs + redriveAfterHours * HOUR_MS,
      redrive: header,
    }));
    const repairs = repairsMs.map((ms) => ({ atMs: ms, repair: true }) as const);
    const events: Event[] = [...captured, ...redriven, ...repairs];
    return events.sort((a, b) => a.atMs - b.atMs).reduce<Stored[]>(applied, []);
  });

interface Event {
  atMs: number;
  capture?: ImageHeader;
  redrive?: ImageHeader;
  repair?: true;
}

function applied(stored: Stored[], event: Event): Stored[] {
  const put = (...headers: ImageHeader[]) => [
    ...stored,
    ...headers.map((header, i) => ({
      versionId: String(stored.length + i),
      storedAtMs: event.atMs + i * 1_000,
      header,
    })),
  ];
  const newest = newestOf(stored);
  if (event.capture) return put(event.capture);
  if (event.repair) return newest ? put(repair(newest.position, event.atMs)) : stored;
  const late = event.redrive!;
  if (stored.some(({ header }) => compareChanges(header.position, late.position) === 0)) return stored;
  const isNewest = !newest || compareChanges(late.position, newest.position) > 0;
  return isNewest ? put(late) : put(newest, late, newest);
}

function newestOf(stored: readonly Stored[]): ImageHeader | undefined {
  const state = stateAt(stored);
  return state.is === 'known' ? state.image.header : undefined;
}

const moment = fc.oneof(fc.constant(Infinity), fc.double({ min: 0, max: 500 * HOUR_MS, noNaN: true }));

function outcome(history: readonly Stored[], momentMs: number): string {
  const state = stateAt(history, momentMs);
  return state.is === 'known' ? (state.image.header.digest ?? '') : state.is;
}

describe('repairs among the images of an item', () => {
  test('law: a repair never covers a newer change', () => {
    fc.assert(
      fc.property(storedHistory, (history) => {
        const numbers = history.flatMap(({ header: { position } }) =>
          position.source === 'stream' ? [Number(position.sequenceNumber)] : [],
        );
        const newest = newestOf(history)?.position;
        if (numbers.length > 0) expect(newest).toMatchObject({ sequenceNumber: String(Math.max(...numbers)) });
      }),
    );
  });

  test('law: a repair covers what it was made on, and each later repair of that the one before', () => {
    fc.assert(
      fc.property(storedHistory, fc.nat(), (history, atMs) => {
        const newest = newestOf(history);
        if (!newest) return;
        const mended = repair(newest.position, atMs);
        expect(compareChanges(mended.position, newest.position)).toBeGreaterThan(0);
        expect(newestOf([...history, { versionId: 'r', storedAtMs: 0, header: mended }])).toBe(mended);
      }),
    );
  });

  test('law: any order of arrival and any duplication give the same answer', () => {
    const shuffled = storedHistory.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, moment, ([history, other], atMs) => {
        expect(outcome(other, atMs)).toBe(outcome(history, atMs));
      }),
    );
  });

  test('law: the versions that are read decide as all of them do, or say that the state is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(storedHistory, moment, async (history, momentMs) => {
        const read = await readDecidingVersions(history, momentMs, ({ header }) => Promise.resolve(header));
        const found = outcome(
          read.map(({ version }) => version),
          momentMs,
        );
        if (found !== 'unknown' || momentMs === Infinity) expect(found).toBe(outcome(history, momentMs));
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['no image', undefined],
    ["the predecessor's", { source: 'predecessor', storedAtMs: 9 }],
    ['a backfill', { source: 'backfill', readAtMs: 9 }],
  ] as const)('on %s a repair ranks among backfill images, below every stream image', (_, newest) => {
    const position = positionAbove(newest, 5);
    expect(position.source).toBe('backfill');
    if (newest) expect(compareChanges(position, newest)).toBeGreaterThan(0);
    expect(compareChanges(position, change(0, 0).position)).toBeLessThan(0);
  });

  test.each([
    ['an item', { id: { S: 'a' } }],
    ['no item', undefined],
  ])('a repair with %s is stored and read as it was', (_, item) => {
    const newest = { source: 'stream', streamLabel: 'L', sequenceNumber: '7' } as const;
    for (const below of [newest, undefined]) {
      const image = readImage({ ...repairImage(item, below, 1_000), storedAtMs: 2_000 });
      expect(image.item).toEqual(item);
      expect(image.header).toMatchObject({ event: 'REPAIR', changedAtMs: 1_000 });
      expect(image.header.position).toEqual(positionAbove(below, 1_000));
    }
  });
});

describe('the chain around a repair', () => {
  const at = (n: number) => change(n, n * 1_000);
  const after = (n: number, digest: string) => repair(at(n).position, n * 1_000 + 500, digest);

  test('a gap that was repaired is told, with the repair', () => {
    const mended = after(1, 'd2');
    expect(chainGaps([at(1), mended, at(3)])).toEqual([
      { kind: 'missing', after: at(1), before: at(3), expectedDigest: 'd2', repairedBy: mended },
    ]);
  });

  test('it is told before the next change has come, too', () => {
    const mended = after(1, 'd2');
    expect(chainGaps([at(0), at(1), mended])).toEqual([
      { kind: 'missing', after: at(1), before: mended, expectedDigest: 'd2', repairedBy: mended },
    ]);
    expect(chainGaps([at(1), at(2), at(3), after(3, 'd4')])).toMatchObject([{ after: at(3) }]);
    const gone = after(1, TOMBSTONE_DIGEST);
    expect(chainGaps([at(0), at(1), gone])).toMatchObject([{ expectedDigest: NO_ITEM, repairedBy: gone }]);
  });

  test('a repair makes no gap: neither where the change came after all, nor where the image was only damaged', () => {
    expect(chainGaps([at(1), after(1, 'd2'), at(2), at(3)])).toEqual([]);
    expect(chainGaps([at(1), after(1, 'd1')])).toEqual([]);
    expect(chainGaps([at(1), after(1, 'dX'), at(2)])).toEqual([]);
  });

  test('a gap elsewhere is not said to be repaired', () => {
    const [gap, ...others] = chainGaps([at(1), at(3), after(3, 'd3'), at(4)]);
    expect(others).toEqual([]);
    expect(gap).not.toHaveProperty('repairedBy');
    const [later] = chainGaps([at(1), after(1, 'd1'), at(2), at(4)]);
    expect(later).not.toHaveProperty('repairedBy');
  });

  test('a repair without a stream image is where the stream starts from, as a backfill is', () => {
    const first = repair(undefined, 0, TOMBSTONE_DIGEST);
    expect(chainGaps([first, at(0), at(1)])).toEqual([]);
    expect(chainGaps([first, at(2)])).toHaveLength(1);
  });
});
