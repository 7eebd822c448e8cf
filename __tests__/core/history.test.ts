import fc from 'fast-check';
import { chainGaps } from '../../core/chain';
import { provesByPlace, stateAt, versionsToRead } from '../../core/history';
import { NO_ITEM, type ImageHeader } from '../../core/image';

const HOUR_MS = 3_600_000;

interface Stored {
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly header: ImageHeader;
}

const header = (n: number, changedAtMs: number, rest: Partial<ImageHeader> = {}): ImageHeader => ({
  event: n === 0 ? 'INSERT' : 'MODIFY',
  position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) },
  changedAtMs,
  digest: `d${n}`,
  previousDigest: n === 0 ? NO_ITEM : `d${n - 1}`,
  ...rest,
});

/**
 * Everything that capture and redrive may do with the changes of one item: each change is stored any number of times
 * within the 24 hours its record is in the stream, in any order; a redrive stores one later, if nothing newer is there.
 */
const storedHistory: fc.Arbitrary<Stored[]> = fc
  .array(
    fc.record({
      afterHours: fc.double({ min: 0.1, max: 60, noNaN: true }),
      delaysHours: fc.array(fc.double({ min: 0, max: 24, noNaN: true }), { maxLength: 3 }),
      redriveAfterHours: fc.double({ min: 24, max: 400, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((changes) => {
    let atMs = 0;
    const dated = changes.map((change, n) => ({ ...change, n, atMs: (atMs += change.afterHours * HOUR_MS) }));
    const captured = dated.flatMap(({ n, atMs: changedAtMs, delaysHours }) =>
      delaysHours.map((hours) => ({ n, storedAtMs: changedAtMs + hours * HOUR_MS, header: header(n, changedAtMs) })),
    );
    const redriven = dated
      .map(({ n, atMs: changedAtMs, redriveAfterHours }) => ({
        n,
        storedAtMs: changedAtMs + redriveAfterHours * HOUR_MS,
        header: header(n, changedAtMs),
      }))
      .sort((a, b) => a.storedAtMs - b.storedAtMs)
      .reduce(
        (stored, image) =>
          stored.some(({ n, storedAtMs }) => n >= image.n && storedAtMs <= image.storedAtMs)
            ? stored
            : [...stored, image],
        captured,
      );
    return redriven
      .sort((a, b) => a.storedAtMs - b.storedAtMs)
      .map(({ storedAtMs, header: h }, i) => ({ versionId: String(i), storedAtMs, header: h }));
  });

const moment = fc.oneof(fc.constant(Infinity), fc.double({ min: 0, max: 500 * HOUR_MS, noNaN: true }));

describe('the state of an item at a moment', () => {
  test('law: the order of arrival and duplicates make no difference', () => {
    const pair = storedHistory.chain((history) =>
      fc.tuple(
        fc.constant(history),
        fc.shuffledSubarray([...history, ...history], { minLength: history.length * 2, maxLength: history.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(pair, moment, ([history, shuffled], atMs) => {
        expect(headerOf(stateAt(shuffled, atMs))).toEqual(headerOf(stateAt(history, atMs)));
      }),
    );
  });

  test('law: it is the newest change made by then', () => {
    fc.assert(
      fc.property(storedHistory, moment, (history, atMs) => {
        const made = history
          .filter(({ header: h }) => h.changedAtMs <= atMs)
          .map(({ header: h }) => Number(h.digest?.slice(1)));
        const state = stateAt(history, atMs);
        if (made.length > 0) expect(headerOf(state)?.digest).toBe(`d${Math.max(...made)}`);
        else expect(state.is).not.toBe('known');
      }),
    );
  });

  test('law: the versions chosen from a listing give the same state as all of them', () => {
    fc.assert(
      fc.property(storedHistory, moment, (history, atMs) => {
        expect(headerOf(stateAt(versionsToRead(history, atMs), atMs))).toEqual(headerOf(stateAt(history, atMs)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a version that stands alone decides without being compared', () => {
    const versions = [0, 48, 96].map((hours, i) => ({ versionId: String(i), storedAtMs: hours * HOUR_MS }));
    expect(versionsToRead(versions).map(({ versionId }) => versionId)).toEqual(['2']);
    expect(versionsToRead(versions, 50 * HOUR_MS).map(({ versionId }) => versionId)).toEqual(['1', '2']);
  });

  test('a line of a journal that was stored days later proves nothing of what lies before it', () => {
    const stored = (versionId: string, days: number) => ({ versionId, storedAtMs: days * 24 * HOUR_MS });
    const ofRedrive = { ...stored('2', 5), image: {} };
    expect(versionsToRead([stored('1', 0), ofRedrive])).toHaveLength(2);
    expect(versionsToRead([stored('1', 0), stored('2', 5)])).toHaveLength(1);
  });

  test.each([
    ['stored 25 hours before the last one, which may be older', [0, 25], Infinity, [0, 25]],
    ['stored more than 25 hours before the last one', [0, 25.001], Infinity, [25.001]],
    ['stored an hour before the moment, by a clock that may be an hour off', [0, 48], 49, [48]],
    ['stored less than an hour before the moment, and perhaps made after it', [0, 48], 48.5, [0, 48]],
    ['stored after the moment, and perhaps made before it', [0, 48, 96], 50, [48, 96]],
  ])('which versions are read: %s', (_, storedHours, momentHours, readHours) => {
    const versions = storedHours.map((hours) => ({ versionId: `${hours}`, storedAtMs: hours * HOUR_MS }));
    const read = versionsToRead(versions, momentHours * HOUR_MS);
    expect(read.map(({ storedAtMs }) => storedAtMs / HOUR_MS)).toEqual(readHours);
  });

  test.each<[string, boolean, number, Partial<ImageHeader>]>([
    ['that capture stored', true, 0, {}],
    ['of a change an hour later than it was stored, by a clock that may be an hour off', true, HOUR_MS, {}],
    ['of a change that was made still later, which no clock explains', false, HOUR_MS + 1, {}],
    ['that a redrive stored, which may have slept', false, 0, { writeId: 'w' }],
    ['of a backfill', false, 0, { position: { source: 'backfill', readAtMs: 0 } }],
    ['of the predecessor', false, 0, { position: { source: 'predecessor', storedAtMs: 0 } }],
  ])(
    'whether its place proves a version newer than what was stored a day before: one %s, %s',
    (_, proves, afterMs, rest) => {
      expect(provesByPlace(header(1, 5_000 + afterMs, rest), { storedAtMs: 5_000 })).toBe(proves);
    },
  );

  test('before its first insert an item is absent; before a history that begins in the middle it is unknown', () => {
    expect(stateAt([{ header: header(0, 5_000) }], 4_999)).toEqual({ is: 'absent' });
    expect(stateAt([{ header: header(1, 5_000) }], 4_999)).toEqual({ is: 'unknown', historyBeginsAtMs: 5_000 });
    expect(stateAt([], 4_999)).toEqual({ is: 'absent' });
  });

  test("of a predecessor's images of one second, the one stored last is the newest", () => {
    const image = (digest: string) => ({
      header: header(0, 1_000, {
        event: 'PREDECESSOR',
        position: { source: 'predecessor', storedAtMs: 1_000 },
        digest,
      }),
    });
    expect(headerOf(stateAt([image('first'), image('last')]))?.digest).toBe('last');
  });
});

function headerOf(state: ReturnType<typeof stateAt<{ header: ImageHeader }>>): ImageHeader | undefined {
  return state.is === 'known' ? state.image.header : undefined;
}

describe('the chain of images', () => {
  /** States an item went through; undefined is a delete. Two neighbours always differ, as in a stream. */
  const states = fc
    .array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), { minLength: 1, maxLength: 12 })
    .map((list) => list.filter((state, i) => state !== (i === 0 ? undefined : list[i - 1])))
    .filter((list) => list.length > 0);

  const headersOf = (list: (number | undefined)[]): ImageHeader[] =>
    list.map((state, i) => {
      const before = list[i - 1];
      return header(i, i * 1_000, {
        event: state === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
        digest: state === undefined ? 'digest of {}' : `d${state}`,
        previousDigest: before === undefined ? NO_ITEM : `d${before}`,
      });
    });

  test('law: a whole history has no gap, in any order of arrival and with any duplicates', () => {
    const arrival = states
      .map(headersOf)
      .chain((all) => fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2, maxLength: all.length * 2 }));
    fc.assert(fc.property(arrival, (headers) => expect(chainGaps(headers)).toEqual([])));
  });

  test('law: any one image that is missing from the middle is found, and the gap is named', () => {
    const withHole = states
      .map(headersOf)
      .filter((all) => all.length >= 3)
      .chain((all) => fc.tuple(fc.constant(all), fc.integer({ min: 1, max: all.length - 2 })));
    fc.assert(
      fc.property(withHole, ([all, hole]) => {
        expect(chainGaps(all.filter((_, i) => i !== hole))).toEqual([
          {
            kind: 'missing',
            after: all[hole - 1],
            before: all[hole + 1],
            expectedDigest: all[hole + 1]!.previousDigest,
          },
        ]);
      }),
    );
  });

  test('two images that claim to be the same change and differ are a conflict', () => {
    const [first, second] = [header(1, 0), header(1, 0, { digest: 'other' })];
    expect(chainGaps([first, second])).toEqual([
      { kind: 'conflict', after: first, before: second, expectedDigest: 'd1' },
    ]);
    expect(chainGaps([first, header(1, 0, { previousDigest: 'other' })])).toMatchObject([{ kind: 'conflict' }]);
  });

  const backfill = (digest: string) =>
    header(0, 0, {
      event: 'BACKFILL',
      position: { source: 'backfill', readAtMs: 0 },
      digest,
      previousDigest: undefined,
    });

  test.each([
    ['before the first captured change', 'd0', 0],
    ['between captured changes', 'd1', 0],
    ['after the last captured change', 'd2', 0],
    ['a state that a missing change left', 'dX', 1],
  ])('a backfill that read the item %s: %s', (_, digest, gaps) => {
    const [first, second] = [header(1, 1_000), header(2, 2_000)];
    const gap = { kind: 'missing', after: backfill(digest), before: first, expectedDigest: 'd0' };
    expect(chainGaps([backfill(digest), first, second])).toEqual(gaps === 0 ? [] : [gap]);
  });

  test('a chain goes on from one stream to the next', () => {
    const later = (digest: string) =>
      header(9, 9_000, {
        position: { source: 'stream', streamLabel: 'M', sequenceNumber: '1' },
        previousDigest: digest,
      });
    expect(chainGaps([header(1, 0), later('d1')])).toEqual([]);
    expect(chainGaps([header(1, 0), later('d5')])).toHaveLength(1);
  });
});
