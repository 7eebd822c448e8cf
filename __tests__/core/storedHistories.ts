import fc from 'fast-check';
import { compareChanges, positionAbove } from '../../core/changePosition';
import { NO_ITEM, type ImageHeader } from '../../core/image';

export const HOUR_MS = 3_600_000;

export interface Stored {
  readonly versionId: string;
  readonly storedAtMs: number;
  readonly header: ImageHeader;
}

type Image = Omit<Stored, 'versionId'>;

/**
 * What one item's object may hold: changes among few states, so that many lead back to where they began. Each is captured any
 * number of times within the 24 hours of its record, in any order; or not, and then a redrive may bring it later, as a
 * redrive does: below what is newer, which is stored once more on top. From some change on it is another stream. Repairs
 * store a state directly above the newest image. The history may begin in the middle of an item's life. A redrive or a repair
 * may sleep for days between its look and its write, and the item be again what it was then; so may one that copies the newest
 * image. Images of the 2018 predecessor may be stored at any time.
 */
export const storedHistories: fc.Arbitrary<Stored[]> = fc
  .record({
    startsWithItem: fc.boolean(),
    newStreamFrom: fc.integer({ min: 0, max: 12 }),
    changes: fc.array(
      fc.record({
        afterHours: fc.oneof(fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 60, noNaN: true })),
        state: fc.constantFrom('a', 'b', NO_ITEM),
        capturedAfterHours: fc.array(fc.double({ min: 0, max: 24, noNaN: true }), { maxLength: 2 }),
        redrivenAfterHours: fc.option(fc.double({ min: 1, max: 300, noNaN: true }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 9 },
    ),
    replicasInReverse: fc.boolean(),
    repairsAtHours: fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 2 }),
    sleepers: fc.array(
      fc.record({
        looksAtHours: fc.double({ min: 0, max: 400, noNaN: true }),
        sleepsHours: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 200, noNaN: true })),
        writes: fc.constantFrom('copy' as const, 'repair' as const, 'backfill' as const),
      }),
      { maxLength: 2 },
    ),
    predecessorAtHours: fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 2 }),
  })
  .map((story) => {
    const { startsWithItem, newStreamFrom, changes, repairsAtHours, replicasInReverse } = story;
    let [atMs, before] = [0, startsWithItem ? 'a' : NO_ITEM];
    const events: { atMs: number; happens: (bucket: Image[]) => void }[] = [];
    for (const [n, { afterHours, state, capturedAfterHours, redrivenAfterHours }] of changes.entries()) {
      atMs += afterHours * HOUR_MS;
      if (state === before) continue; // no change, no record
      const header = headerOf(n, n >= newStreamFrom, atMs, before, state);
      before = state;
      for (const hours of capturedAfterHours) {
        const storedAtMs = atMs + hours * HOUR_MS;
        events.push({ atMs: storedAtMs, happens: (bucket) => bucket.push({ storedAtMs, header }) });
      }
      if (redrivenAfterHours === undefined) continue;
      const redrivenAtMs = atMs + redrivenAfterHours * HOUR_MS;
      events.push({ atMs: redrivenAtMs, happens: (bucket) => redrive(bucket, header, redrivenAtMs) });
    }
    for (const hours of repairsAtHours) {
      events.push({ atMs: hours * HOUR_MS, happens: (bucket) => repair(bucket, hours * HOUR_MS) });
    }
    for (const { looksAtHours, sleepsHours, writes } of story.sleepers) {
      const [looksMs, storedAtMs] = [looksAtHours * HOUR_MS, (looksAtHours + sleepsHours) * HOUR_MS];
      let header: ImageHeader | undefined;
      events.push({
        atMs: looksMs,
        happens(bucket) {
          const newest = newestOf(bucket)?.header;
          if (writes === 'copy') header = newest;
          else if (writes === 'repair') header = repairOn(newest, looksMs);
          else header = backfillAt(looksMs);
          if (header) header = { ...header, writeId: `${looksMs}` };
        },
      });
      // Whoever finds that it stands alone stores once more, for alone it may not be read for a moment in the past.
      for (const atMs of [storedAtMs, storedAtMs + 2_000]) {
        events.push({ atMs, happens: (bucket) => header && bucket.push({ storedAtMs: atMs, header }) });
      }
    }
    for (const hours of story.predecessorAtHours) {
      const storedAtMs = Math.floor(hours * 3_600) * 1_000;
      const position = { source: 'predecessor', storedAtMs } as const;
      const header: ImageHeader = { event: 'PREDECESSOR', position, changedAtMs: storedAtMs };
      events.push({ atMs: storedAtMs, happens: (bucket) => bucket.push({ storedAtMs, header }) });
    }
    const bucket: Image[] = [];
    for (const { happens } of events.sort((a, b) => a.atMs - b.atMs)) happens(bucket);
    // S3 tells seconds, and of one second replicas may come in any order.
    const listed = bucket.map((image) => ({ ...image, storedAtMs: Math.floor(image.storedAtMs / 1_000) * 1_000 }));
    if (replicasInReverse) listed.reverse();
    return listed.sort((a, b) => a.storedAtMs - b.storedAtMs).map((image, i) => ({ versionId: String(i), ...image }));
  });

function headerOf(n: number, isNewStream: boolean, changedAtMs: number, before: string, state: string): ImageHeader {
  // The sequence numbers of a new stream say nothing about those of the old one.
  const sequenceNumber = String(isNewStream ? n : 900 + n);
  return {
    event: state === NO_ITEM ? 'REMOVE' : before === NO_ITEM ? 'INSERT' : 'MODIFY',
    position: { source: 'stream', streamLabel: isNewStream ? 'M' : 'L', sequenceNumber },
    changedAtMs,
    digest: state,
    previousDigest: before,
  };
}

function redrive(bucket: Image[], header: ImageHeader, atMs: number): void {
  if (bucket.some((one) => compareChanges(one.header.position, header.position) === 0)) return;
  const newest = newestOf(bucket);
  const isNewest = !newest || compareChanges(header.position, newest.header.position) > 0;
  const newestStoredAtMs = Math.max(
    ...bucket.filter((one) => one.header.position === newest?.header.position).map((one) => one.storedAtMs),
  );
  const again = newest && { ...newest.header, writeId: `${atMs}` };
  if (!isNewest && again && newestStoredAtMs < atMs - 23 * HOUR_MS) bucket.push({ storedAtMs: atMs, header: again });
  bucket.push({ storedAtMs: atMs + 300, header: { ...header, writeId: `${atMs}` } });
  if (!isNewest && again) bucket.push({ storedAtMs: atMs + 600, header: again });
}

function repair(bucket: Image[], atMs: number): void {
  bucket.push({ storedAtMs: atMs, header: repairOn(newestOf(bucket)?.header, atMs) });
}

function repairOn(newest: ImageHeader | undefined, atMs: number): ImageHeader {
  const position = positionAbove(newest?.position, atMs);
  return { event: 'REPAIR', position, changedAtMs: atMs, digest: 'repaired' };
}

function backfillAt(readAtMs: number): ImageHeader {
  return {
    event: 'BACKFILL',
    position: { source: 'backfill', readAtMs },
    changedAtMs: readAtMs,
    digest: 'backfilled',
  };
}

function newestOf(bucket: readonly Image[]): Image | undefined {
  return bucket.reduce<Image | undefined>(
    (best, one) => (best && compareChanges(one.header.position, best.header.position) <= 0 ? best : one),
    undefined,
  );
}
