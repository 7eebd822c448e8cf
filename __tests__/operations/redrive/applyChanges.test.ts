import fc from 'fast-check';
import { applyChanges, type Change } from '../../../operations/redrive/applyChanges';
import { S3Error } from '../../../aws/s3Error';
import type { AttributeMap } from '../../../core/attributeValue';
import { readDecidingVersions } from '../../../core/decidingVersions';
import { chainGaps } from '../../../core/chain';
import { stateAt } from '../../../core/history';
import { backfillImage, encodeImage, itemDigest, type ImageHeader } from '../../../core/image';
import { readHeader } from '../../../core/readImage';
import { MemoryBucket } from '../../support/memoryBucket';

const HOUR_MS = 3_600_000;
const KEY = 'users/a/image.json';

/** Changes of one item: state n is an item, or undefined for a delete. */
function changesOf(states: readonly (number | undefined)[], hoursApart: readonly number[]): Change[] {
  let atMs = 0;
  const item = (state: number | undefined): AttributeMap | undefined =>
    state === undefined ? undefined : { id: { S: 'a' }, n: { N: String(state) } };
  return states.map((state, i) => {
    const [before, after] = [item(i === 0 ? undefined : states[i - 1]), item(state)];
    atMs += Math.round((hoursApart[i] ?? 1) * HOUR_MS);
    const header: ImageHeader = {
      event: after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY',
      position: { source: 'stream', streamLabel: '2026-01-01T00:00:00.000', sequenceNumber: String(i + 1) },
      changedAtMs: atMs,
      previousDigest: itemDigest(before),
    };
    return { header, ...encodeImage(header, after) };
  });
}

interface Fate {
  /** Hours after the change when capture stored it; undefined when its batch was parked. */
  readonly capturedAfterHours: number | undefined;
  readonly hoursSinceLast: number;
}

const story = fc
  .record({
    states: fc
      .array(fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }), { minLength: 1, maxLength: 7 })
      .map((list) => list.filter((state, i) => state !== (i === 0 ? undefined : list[i - 1])))
      .filter((list) => list.length > 0),
    fates: fc.array(
      fc.record<Fate>({
        capturedAfterHours: fc.option(fc.double({ min: 0, max: 23, noNaN: true }), { nil: undefined }),
        hoursSinceLast: fc.double({ min: 0.01, max: 50, noNaN: true }),
      }),
      { minLength: 7, maxLength: 7 },
    ),
    redriveAfterHours: fc.double({ min: 0, max: 200, noNaN: true }),
    batches: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 7, maxLength: 7 }),
    breaksAfterPuts: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  })
  .map(({ states, fates, ...rest }) => {
    const changes = changesOf(
      states,
      fates.map(({ hoursSinceLast }) => hoursSinceLast),
    );
    return { changes, fates, ...rest };
  });

/** A bucket as capture has left it, and what it parked. */
function afterCapture(changes: readonly Change[], fates: readonly Fate[], redriveAfterHours: number) {
  const captured = changes.flatMap((change, i) => {
    const hours = fates[i]?.capturedAfterHours;
    return hours === undefined ? [] : [{ change, storedAtMs: change.header.changedAtMs + hours * HOUR_MS }];
  });
  const lastMs = Math.max(changes.at(-1)!.header.changedAtMs, ...captured.map(({ storedAtMs }) => storedAtMs));
  const bucket = new MemoryBucket(lastMs + redriveAfterHours * HOUR_MS);
  for (const { change, storedAtMs } of captured.sort((a, b) => a.storedAtMs - b.storedAtMs)) {
    bucket.store(KEY, change, storedAtMs);
  }
  return { bucket, parked: changes.filter((_, i) => fates[i]?.capturedAfterHours === undefined) };
}

const headersIn = (bucket: MemoryBucket) => bucket.stored(KEY).map(readHeader);
const sequence = ({ position }: ImageHeader) => (position.source === 'stream' ? Number(position.sequenceNumber) : 0);
const newestIn = (bucket: MemoryBucket) => Math.max(0, ...headersIn(bucket).map(sequence));

/** What a restore takes for the item's state, reading as little as it does. */
async function restored(bucket: MemoryBucket, momentMs = Infinity): Promise<number> {
  const headers = new Map(bucket.stored(KEY).map((v) => [v.versionId, readHeader(v)]));
  const read = await readDecidingVersions(bucket.versions(KEY), momentMs, ({ versionId }) =>
    Promise.resolve(headers.get(versionId)),
  );
  const state = stateAt(read, momentMs);
  return state.is === 'known' ? sequence(state.image.header) : 0;
}

class Broken extends Error {}

type Put = Parameters<MemoryBucket['putIf']>;

/** Redrives until nothing breaks any more. After each single put the newest image has to be what a restore takes. */
async function redriveAll(bucket: MemoryBucket, batches: Change[][], breaksAfterPuts: readonly number[] = []) {
  const checks: Promise<void>[] = [];
  const breaks = [...breaksAfterPuts];
  let left = breaks.shift();
  bucket.afterPut = () => {
    const expected = newestIn(bucket);
    checks.push(restored(bucket).then((found) => expect(found).toBe(expected)));
    if (left === undefined || --left > 0) return;
    left = breaks.shift();
    throw new Broken();
  };
  const { signal } = new AbortController();
  const context = { source: bucket, images: bucket, dryRun: false, signal, nowMs: bucket.nowMs };
  for (;;) {
    try {
      const outcomes = [];
      for (const batch of batches) outcomes.push(await applyChanges(context, KEY, batch));
      await Promise.all(checks);
      return outcomes;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
    }
  }
}

describe('applying parked changes of an item', () => {
  test('law: all are in the history, the newest is the newest and the last, and once more writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ changes, fates, redriveAfterHours, batches, breaksAfterPuts }) => {
        const { bucket, parked } = afterCapture(changes, fates, redriveAfterHours);
        const inBatches = [0, 1, 2].map((batch) => parked.filter((_, i) => batches[i] === batch));
        await redriveAll(bucket, inBatches, breaksAfterPuts);

        const headers = headersIn(bucket);
        expect(new Set(headers.map(sequence)).size).toBe(changes.length);
        expect(chainGaps(headers)).toEqual([]);
        expect(await restored(bucket)).toBe(changes.length);
        // A batch leaves the newest image last, whatever capture itself had left.
        if (parked.length > 0) expect(sequence(headers.at(-1)!)).toBe(changes.length);

        const puts = bucket.puts;
        const again = await redriveAll(bucket, inBatches);
        expect(again.flat().every((outcome) => outcome === 'alreadyThere')).toBe(true);
        expect(bucket.puts).toBe(puts);
      }),
      { numRuns: 1_500 },
    );
  });

  test('law: what capture stores between a look and a write is not covered', async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(fc.boolean(), { maxLength: 8 }), async ({ changes, fates }, intrusions) => {
        const { bucket, parked } = afterCapture(changes, fates, 100);
        const later = changesOf(
          Array.from({ length: changes.length + intrusions.length }, (_, i) => i + 100),
          [],
        ).slice(changes.length);
        const due = [...intrusions];
        bucket.beforePut = () => {
          if (due.shift() !== true) return;
          const change = later.shift();
          if (change) bucket.store(KEY, change);
        };
        await redriveAll(bucket, [parked]);
        expect(await restored(bucket)).toBe(newestIn(bucket));
        if (parked.length > 0) expect(sequence(headersIn(bucket).at(-1)!)).toBe(newestIn(bucket));
        const stored = headersIn(bucket).map(sequence);
        expect(parked.map(({ header }) => sequence(header)).filter((n) => !stored.includes(n))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('If-Match lets content pass that came back meanwhile: a restore is right all the same', async () => {
    const [first, second, third] = changesOf([0, 1, 0], [1, 1, 1]);
    const bucket = new MemoryBucket(400 * HOUR_MS);
    bucket.store(KEY, first!, HOUR_MS);
    bucket.beforePut = () => {
      bucket.beforePut = () => undefined;
      bucket.store(KEY, third!); // the same bytes as the first, and so the same ETag
    };
    expect(await redriveAll(bucket, [[second!]])).toEqual([['filledIn']]);
    expect(headersIn(bucket).map(sequence)).toEqual([1, 3, 2, 3]);
    expect(await restored(bucket)).toBe(3);
  });

  test('a restore to a moment in a gap that was filled in long afterwards finds what was filled in', async () => {
    const changes = changesOf([0, 1, 2], [1, 1, 1]);
    const fates = [0, undefined, 0].map((capturedAfterHours) => ({ capturedAfterHours, hoursSinceLast: 1 }));
    const { bucket, parked } = afterCapture(changes, fates, 300);
    expect(await restored(bucket, 2.5 * HOUR_MS)).toBe(1);
    expect(await redriveAll(bucket, [parked])).toEqual([['filledIn']]);
    expect(await restored(bucket, 2.5 * HOUR_MS)).toBe(2);
    expect(headersIn(bucket).map(sequence)).toEqual([1, 3, 3, 2, 3]);
  });

  test('under a delete marker an item that was put away by hand comes back with its change', async () => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    bucket.store(KEY, first!);
    bucket.deleteMarker(KEY);
    expect(await redriveAll(bucket, [[second!]])).toEqual([['applied']]);
    expect(bucket.versions(KEY).at(-1)).toMatchObject({ isLatest: true, metadata: second!.metadata });
  });

  test('an answer that is lost on its way does not hide what was applied', async () => {
    const [only] = changesOf([0], [1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    const lossy = {
      putIf: async (...args: Parameters<MemoryBucket['putIf']>) => {
        await bucket.putIf(...args);
        return bucket.putIf(...args); // what the client does when the first answer does not come
      },
    };
    const { signal } = new AbortController();
    const context = { source: bucket, images: lossy, dryRun: false, signal, nowMs: bucket.nowMs };
    expect(await applyChanges(context, KEY, [only!])).toEqual(['applied']);
  });

  /** Plays what happens to a process that stands still between its look and its write. */
  function whileItSleeps(bucket: MemoryBucket, happens: () => void): void {
    bucket.beforePut = () => {
      bucket.beforePut = () => undefined;
      happens();
    };
  }

  test('law: a redrive that slept for days, the item changed and changed back meanwhile, is told as what it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        async (hoursBefore, hoursAfter) => {
          // a, then b is parked, then c; and a again by capture, with the ETag that the redrive has seen.
          const [a, b, c, again] = changesOf([0, 1, 2, 0], [1, 1, 1, 1]);
          const bucket = new MemoryBucket(2 * HOUR_MS);
          bucket.store(KEY, a!, HOUR_MS);
          whileItSleeps(bucket, () => {
            bucket.clockMs += hoursBefore * HOUR_MS;
            bucket.store(KEY, c!);
            bucket.store(KEY, again!);
            bucket.clockMs += hoursAfter * HOUR_MS;
          });
          expect(await redriveAll(bucket, [[b!]])).toEqual([['filledIn']]);
          expect(await restored(bucket)).toBe(4);
          expect(sequence(headersIn(bucket).at(-1)!)).toBe(4);
          expect(await restored(bucket, b!.header.changedAtMs)).toBe(2);
        },
      ),
    );
  });

  test('an older change that was meant to be near the newest, and came days later, covers nothing', async () => {
    const [a, b, c] = changesOf([0, 1, 2], [1, 1, 1]);
    const bucket = new MemoryBucket(4 * HOUR_MS);
    bucket.store(KEY, a!, HOUR_MS);
    bucket.store(KEY, c!, 3 * HOUR_MS);
    whileItSleeps(bucket, () => (bucket.clockMs += 70 * HOUR_MS));
    expect(await redriveAll(bucket, [[b!]])).toEqual([['filledIn']]);
    expect(await restored(bucket, b!.header.changedAtMs)).toBe(2);
    expect(sequence(headersIn(bucket).at(-1)!)).toBe(3);
  });

  test('a copy of the newest image that slept for days covers nothing that came meanwhile', async () => {
    const [a, b, c, d, e] = changesOf([0, 1, 2, 3, 2], [1, 1, 1, 100, 1]);
    const bucket = new MemoryBucket(90 * HOUR_MS);
    bucket.store(KEY, a!, HOUR_MS);
    bucket.store(KEY, c!, 3 * HOUR_MS);
    whileItSleeps(bucket, () => {
      bucket.clockMs = 104 * HOUR_MS;
      bucket.store(KEY, d!);
      bucket.store(KEY, e!);
      bucket.clockMs += 100 * HOUR_MS;
    });
    expect(await redriveAll(bucket, [[b!]])).toEqual([['filledIn']]);
    expect(await restored(bucket)).toBe(5);
  });

  test('what capture wrote twice, the older image last, is put right: the newest is the current version', async () => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket(300 * HOUR_MS);
    for (const change of [first, second, first]) bucket.store(KEY, change!, 3 * HOUR_MS);
    expect(await redriveAll(bucket, [[first!]])).toEqual([['alreadyThere']]);
    expect(headersIn(bucket).map(sequence)).toEqual([1, 2, 1, 2]);
  });

  test('an old version that is damaged does not stand in the way', async () => {
    const [first, second] = changesOf([0, 1], [300, 1]);
    const bucket = new MemoryBucket(400 * HOUR_MS);
    bucket.store(KEY, { body: '{}', metadata: { 'dcs-format': '1', 'dcs-event': 'NONE' } }, HOUR_MS);
    bucket.store(KEY, first!, 300 * HOUR_MS);
    const { signal } = new AbortController();
    const context = { source: bucket, images: bucket, dryRun: false, signal, nowMs: bucket.nowMs };
    expect(await applyChanges(context, KEY, [second!])).toEqual(['applied']);
  });

  test.each([
    ['no answer at all', () => Promise.reject(new S3Error('TimeoutError', undefined, 'no answer', {}))],
    ['the refusal of its own second try', (bucket: MemoryBucket, ...args: Put) => bucket.putIf(...args)],
  ])('what was written and answered with %s was written by this redrive', async (_, answer) => {
    const [first, second, third] = changesOf([0, 1, 2], [1, 1, 1]);
    const bucket = new MemoryBucket(4 * HOUR_MS);
    bucket.store(KEY, second!);
    const lossy = {
      putIf: async (...args: Put) => {
        await bucket.putIf(...args);
        return answer(bucket, ...args);
      },
    };
    const { signal } = new AbortController();
    const context = { source: bucket, images: lossy, dryRun: false, signal, nowMs: bucket.nowMs };
    expect(await applyChanges(context, KEY, [third!])).toEqual(['applied']);
    expect(await applyChanges(context, KEY, [first!])).toEqual(['filledIn']);
    expect(await applyChanges(context, KEY, [first!, third!])).toEqual(['alreadyThere', 'alreadyThere']);
  });

  test('a change of a former table of the name goes below what is of this one, also below a backfill', async () => {
    const [former] = changesOf([0], [1]);
    const createdAtMs = Date.UTC(2026, 5, 1);
    const bucket = new MemoryBucket(createdAtMs + HOUR_MS);
    bucket.store(KEY, backfillImage({ id: { S: 'a' }, n: { N: '7' } }, createdAtMs + HOUR_MS));
    const { signal } = new AbortController();
    const context = { source: bucket, images: bucket, dryRun: false, signal, nowMs: bucket.nowMs, createdAtMs };
    expect(await applyChanges(context, KEY, [former!])).toEqual(['filledIn']);
    expect(headersIn(bucket).map(({ event }) => event)).toEqual(['BACKFILL', 'INSERT', 'BACKFILL']);
  });

  test('what somebody else has written meanwhile was there already', async () => {
    const [only] = changesOf([0], [1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    whileItSleeps(bucket, () => bucket.store(KEY, only!));
    expect(await redriveAll(bucket, [[only!]])).toEqual([['alreadyThere']]);
  });

  test('a dry run writes nothing and foretells', async () => {
    const changes = changesOf([0, 1, 2], [1, 1, 1]);
    const bucket = new MemoryBucket(5 * HOUR_MS);
    bucket.store(KEY, changes[1]!);
    const { signal } = new AbortController();
    const context = { source: bucket, images: bucket, dryRun: true, signal, nowMs: bucket.nowMs };
    expect(await applyChanges(context, KEY, changes)).toEqual(['filledIn', 'alreadyThere', 'applied']);
    expect(bucket.puts).toBe(0);
  });

  const contextOf = (bucket: MemoryBucket, rest: Partial<Parameters<typeof applyChanges>[0]> = {}) => ({
    ...{ source: bucket, images: bucket, dryRun: false, nowMs: bucket.nowMs },
    signal: new AbortController().signal,
    ...rest,
  });

  test('they are put into change order first, and told in the order in which they were given', async () => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    expect(await applyChanges(contextOf(bucket), KEY, [second!, first!])).toEqual(['applied', 'applied']);
    expect(headersIn(bucket).map(sequence)).toEqual([1, 2]);
    const [, , third] = changesOf([0, 1, 2], [1, 1, 1]);
    expect(await applyChanges(contextOf(bucket), KEY, [third!, first!])).toEqual(['applied', 'alreadyThere']);
  });

  test('a dry run does not put the newest image on top either', async () => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket(300 * HOUR_MS);
    for (const change of [first, second, first]) bucket.store(KEY, change!, 3 * HOUR_MS);
    expect(await applyChanges(contextOf(bucket, { dryRun: true }), KEY, [first!])).toEqual(['alreadyThere']);
    expect(bucket.puts).toBe(0);
  });

  test('what this redrive and somebody else have both stored was applied by this redrive', async () => {
    const [only] = changesOf([0], [1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    const putIf = async (...args: Put) => {
      await bucket.putIf(...args);
      bucket.store(KEY, only!);
      throw new S3Error('TimeoutError', undefined, 'no answer', {});
    };
    expect(await applyChanges(contextOf(bucket, { images: { putIf } }), KEY, [only!])).toEqual(['applied']);
  });

  test.each([[[]], [[0]]])(
    'a change of a former table is applied where there is nothing of this one: after %j',
    async (there) => {
      const changes = changesOf([0, 1], [1, 1]);
      const createdAtMs = Date.UTC(2026, 5, 1);
      const bucket = new MemoryBucket(createdAtMs + HOUR_MS);
      for (const at of there) bucket.store(KEY, changes[at]!, 2 * HOUR_MS);
      expect(await applyChanges(contextOf(bucket, { createdAtMs }), KEY, [changes[1]!])).toEqual(['applied']);
    },
  );

  test.each([
    ['23 hours ago is stored once more before an older one', 23 * HOUR_MS, [2, 2, 1, 2]],
    ['less long ago is near enough for readers to compare the two', 23 * HOUR_MS - 1, [2, 1, 2]],
  ])('a newest image that was stored %s', async (_, agoMs, sequences) => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket(3 * HOUR_MS + agoMs);
    bucket.store(KEY, second!, 3 * HOUR_MS);
    await applyChanges(contextOf(bucket), KEY, [first!]);
    expect(headersIn(bucket).map(sequence)).toEqual(sequences);
  });

  test.each<[string, number, boolean, number[]]>([
    ['by capture, wherever it is', 40, true, [2, 1, 2]],
    ['by a redrive, less than a day after the newest', 23.5, false, [2, 1, 2]],
    ['by a redrive a day after the newest, where readers do not look', 24, false, [2, 1, 2, 1, 2]],
  ])('an older change that was stored %s', async (_, hoursAfter, isCaptured, sequences) => {
    const [first, second] = changesOf([0, 1], [1, 1]);
    const bucket = new MemoryBucket((3 + hoursAfter) * HOUR_MS + 60_000);
    bucket.store(KEY, second!, 3 * HOUR_MS);
    const late = isCaptured ? first! : { ...first!, metadata: { ...first!.metadata, 'dcs-write-id': 'w' } };
    bucket.store(KEY, late, (3 + hoursAfter) * HOUR_MS);
    expect(await applyChanges(contextOf(bucket), KEY, [first!])).toEqual(['alreadyThere']);
    expect(headersIn(bucket).map(sequence)).toEqual(sequences);
  });

  test('what was redriven first of all, or in its order, stays where it is, however far from the others', async () => {
    const [first, second, third] = changesOf([0, 1, 2], [1, 1, 1]);
    const bucket = new MemoryBucket(10 * HOUR_MS);
    await applyChanges(contextOf(bucket), KEY, [first!]);
    bucket.clockMs = 100 * HOUR_MS;
    await applyChanges(contextOf(bucket), KEY, [second!]);
    bucket.clockMs = 200 * HOUR_MS;
    bucket.store(KEY, third!);
    const again = await applyChanges(contextOf(bucket), KEY, [first!, second!]);
    expect(again).toEqual(['alreadyThere', 'alreadyThere']);
    expect(headersIn(bucket).map(sequence)).toEqual([1, 2, 3]);
  });

  test.each([
    ['a change', (changes: Change[]) => changes.slice(1), 0],
    ['the newest image', (changes: Change[]) => changes.slice(0, 1), 2],
  ])('an item that others store at each of fifty tries to put %s is left', async (_, stored, restored) => {
    const changes = changesOf([0, 1, 2], [1, 1, 1]);
    const bucket = new MemoryBucket(300 * HOUR_MS);
    for (const change of changes) if (change !== changes[0] || restored > 0) bucket.store(KEY, change, 3 * HOUR_MS);
    if (restored > 0) bucket.store(KEY, changes[0]!, 3 * HOUR_MS);
    let tries = 0;
    bucket.beforePut = () => {
      tries += 1;
      // Never what is there already: else its ETag would let the put pass.
      bucket.store(KEY, stored(changes)[0]!);
      bucket.store(KEY, { ...changes[1]!, body: ' '.repeat(tries) });
    };
    const redriven = applyChanges(contextOf(bucket), KEY, [changes[0]!]);
    await expect(redriven).rejects.toThrow(
      /users\/a\/image\.json was changed by others at each of \d+ tries; run again/,
    );
    expect((await redriven.catch((error: unknown) => String(error))) as string).toContain(` ${tries} tries`);
  });

  const failing = (times: number, bucket: MemoryBucket, statusCode?: number) => {
    const calls: unknown[] = [];
    const putIf = (...args: Put) => {
      calls.push((args as unknown[])[3]);
      const error = new S3Error('Code', statusCode, 'it failed', {});
      return calls.length > times ? bucket.putIf(...args) : Promise.reject(error);
    };
    return { calls, images: { putIf } };
  };

  test.each<[string, number, number | undefined, number, boolean]>([
    ['a put without an answer is tried again', 2, undefined, 3, true],
    ['three of them are enough', 3, undefined, 3, false],
    ['a put that is denied will be denied again', 1, 403, 1, false],
  ])('%s', async (_, times, statusCode, tries, passes) => {
    const [only] = changesOf([0], [1]);
    const bucket = new MemoryBucket(3 * HOUR_MS);
    const { calls, images } = failing(times, bucket, statusCode);
    const context = contextOf(bucket, { images });
    const applied = applyChanges(context, KEY, [only!]);
    if (passes) expect(await applied).toEqual(['applied']);
    else await expect(applied).rejects.toThrow('it failed');
    expect(calls).toEqual(Array.from({ length: tries }, () => ({ signal: context.signal })));
  });
});
