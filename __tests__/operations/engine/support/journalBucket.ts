import fc from 'fast-check';
import { encodeImage, itemDigest, NO_ITEM } from '../../../../core/image';
import { encodeJournal } from '../../../../core/journal/journalObject';
import { JournalFolder, type Folded } from '../../../support/foldJournal';
import { MemoryBucket } from '../../../support/memoryBucket';
import { itemOf, keyOf, table } from './engineRun';

const SECOND_MS = 1_000;
export const BATCHES = 6;

/** Changes a second apart, each in a batch, and which run each batch is in; 0: in none. */
export const journalStories = fc.record({
  changes: fc.array(
    fc.record({
      id: fc.stringMatching(/^[a-h0-4]{1,2}$/),
      value: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
      batch: fc.nat({ max: BATCHES - 1 }),
    }),
    { maxLength: 40 },
  ),
  runs: fc.array(fc.nat({ max: 3 }), { minLength: BATCHES, maxLength: BATCHES }),
  /** Runs that the base is made of. */
  baseOf: fc.nat({ max: 3 }),
  isMerged: fc.boolean(),
});
export type JournalStory = typeof journalStories extends fc.Arbitrary<infer Story> ? Story : never;

export interface JournalBucket {
  readonly bucket: MemoryBucket;
  readonly folder: JournalFolder;
  /** Journal objects that are in no run. */
  readonly unfolded: string[];
  readonly runs: readonly Folded[];
}

/** A bucket with a journal, of which the compactor has folded some. Nothing is stored before it is changed. */
export function journalBucket({ changes, runs, baseOf, isMerged }: JournalStory): JournalBucket {
  const bucket = new MemoryBucket();
  bucket.store('users/table.json', { body: '{}', metadata: {} }, SECOND_MS);
  const before = new Map<string, string>();
  const entries = changes.map(({ id, value, batch }, n) => {
    const item = value === undefined ? undefined : itemOf(id, value);
    const previousDigest = before.get(id) ?? NO_ITEM;
    before.set(id, itemDigest(item));
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const event = item ? (previousDigest === NO_ITEM ? 'INSERT' : 'MODIFY') : 'REMOVE';
    const changedAtMs = (n + 1) * SECOND_MS;
    return {
      ...{ objectKey: keyOf(id), batch, changedAtMs },
      image: encodeImage({ event, changedAtMs, previousDigest, position }, item),
    };
  });
  const stored = Array.from({ length: BATCHES }, (_, batch) => {
    const own = entries.filter((entry) => entry.batch === batch);
    if (own.length === 0) return undefined;
    const storedAtMs = Math.max(...own.map(({ changedAtMs }) => changedAtMs)) + batch * SECOND_MS;
    const { objectKey, body, metadata } = encodeJournal({
      table,
      kind: 'capture',
      writtenAtMs: storedAtMs,
      entries: own,
    });
    bucket.store(objectKey, { body: body.toString('latin1'), metadata }, storedAtMs);
    return { objectKey, run: runs[batch] ?? 0 };
  }).filter((one) => one !== undefined);
  const folder = new JournalFolder(bucket, table);
  const made = [1, 2, 3].flatMap((run) => {
    const objectKeys = stored.filter((one) => one.run === run).map(({ objectKey }) => objectKey);
    return objectKeys.length === 0 ? [] : [folder.run([...new Set(objectKeys)])];
  });
  const covered = made.slice(0, baseOf);
  if (covered.length > 0) folder.base(covered);
  if (isMerged && covered.length > 1) folder.merge(covered);
  const unfolded = stored.filter(({ run }) => run === 0).map(({ objectKey }) => objectKey);
  return { bucket, folder, unfolded, runs: made };
}
