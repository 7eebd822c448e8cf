import fc from 'fast-check';
import { gunzipSync } from 'node:zlib';
import { backfillImage, encodeImage, repairImage, type StoredImage } from '../../../../core/image';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../../core/journal/coveredTag';
import { journalPrefix } from '../../../../core/journal/journalKeys';
import { encodeJournal, type JournalKind } from '../../../../core/journal/journalObject';
import { textOfRunLine } from '../../../../core/journal/runLine';
import { objectKeyOf } from '../../../../core/objectKey';
import type { CompactRequest } from '../../../../operations/journal/compact/compactTable';
import { readStoredBatch } from '../../../../operations/journal/readObject';
import { catalogOf } from '../../../../operations/journal/runs/catalog';
import { itemsOfRun } from '../../../../operations/journal/runs/itemsOfRun';
import { MemoryBucket } from '../../../support/memoryBucket';

export const table = { prefix: 'eu/', tableName: 'users' };
export const START_MS = Date.UTC(2026, 10, 23, 8);
export const keyOf = (id: string) => objectKeyOf(table, { partitionKey: 'id' }, { id: { S: id } });

/** A batch, and how often it was stored, how many seconds after the start. */
export interface Batch {
  readonly kind: JournalKind;
  readonly label: string;
  readonly changes: readonly { id: string; sequenceNumber: number; state: string | null; changedAfter: number }[];
  readonly storedAfter: readonly number[];
}

export const batches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<JournalKind[]>('capture', 'capture', 'capture', 'redrive', 'repair', 'backfill'),
    label: fc.constantFrom('2026-11-20T08:00:00.000', '2026-11-23T08:00:00.000'),
    changes: fc.array(
      fc.record({
        id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
        sequenceNumber: fc.integer({ min: 1, max: 30 }),
        state: fc.constantFrom('one', 'two', 'three'.repeat(30), null),
        changedAfter: fc.integer({ min: 0, max: 100 }),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    storedAfter: fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 8 },
);

function imageOf(
  { kind, label: streamLabel }: Batch,
  { id, sequenceNumber, state, changedAfter }: Batch['changes'][number],
): StoredImage {
  const item = state === null ? undefined : { id: { S: id }, state: { S: state } };
  const changedAtMs = START_MS + changedAfter * 1_000;
  const position = { source: 'stream', streamLabel, sequenceNumber: String(sequenceNumber) } as const;
  if (kind === 'backfill') return backfillImage(item ?? { id: { S: id } }, changedAtMs);
  if (kind === 'repair') return repairImage(item, position, changedAtMs);
  return encodeImage({ event: item ? 'MODIFY' : 'REMOVE', position, changedAtMs, previousDigest: 'none' }, item);
}

/** Stores a batch as often as it says; several times in one hour is once. */
export function store(bucket: MemoryBucket, batch: Batch): string[] {
  return batch.storedAfter.map((seconds) => {
    const writtenAtMs = START_MS + 200_000 + seconds * 1_000;
    const entries = batch.changes.map((change) => ({ objectKey: keyOf(change.id), image: imageOf(batch, change) }));
    const { objectKey, body, metadata } = encodeJournal({ table, kind: batch.kind, writtenAtMs, entries });
    if (bucket.stored(objectKey).length === 0) {
      bucket.store(objectKey, { body: body.toString('latin1'), metadata }, writtenAtMs);
    }
    return objectKey;
  });
}

/** The bucket, with room for few lines in everything. */
export function requestOf(bucket: MemoryBucket, changes: Partial<CompactRequest> = {}): CompactRequest {
  return {
    table,
    reads: { lister: bucket.versionLister, bytes: bucket.bytes },
    ...{ bytes: bucket.bytes, tags: bucket.tags },
    nowMs: () => Math.max(bucket.clockMs, START_MS + 86_400_000),
    timeLeftMs: () => Infinity,
    signal: new AbortController().signal,
    limits: { runBytes: 600, memoryCharacters: 1_000, partBytes: 500, memberTextBytes: 600, basePartTextBytes: 300 },
    ...changes,
  };
}

/** A run line apart from when it was stored. */
export const changeIn = (line: string) => line.split('\t').toSpliced(8, 1).join('\t');

/** Each change, and when it was stored first. */
function changesIn(lines: Iterable<string>): Record<string, string> {
  const changes: Record<string, string> = {};
  for (const line of lines) {
    const [change, storedAt] = [changeIn(line), line.split('\t')[8] ?? ''];
    if (changes[change] === undefined || storedAt < changes[change]) changes[change] = storedAt;
  }
  return changes;
}

async function linesOfJournal(bucket: MemoryBucket, isRead: (objectKey: string) => boolean): Promise<string[]> {
  const keys = bucket.keys().filter((key) => key.startsWith(journalPrefix(table)) && isRead(key));
  const lines: string[] = [];
  for (const objectKey of keys) {
    const history = { objectKey, versions: bucket.versions(objectKey) };
    const batch = await readStoredBatch({ bytes: bucket.bytes }, table, history);
    lines.push(...batch.lines.map((line) => textOfRunLine({ ...batch, ...line })));
  }
  return lines;
}

/** What the journal alone says. */
export const changesGiven = async (bucket: MemoryBucket) => changesIn(await linesOfJournal(bucket, () => true));

export async function linesInRuns(bucket: MemoryBucket): Promise<string[]> {
  const reads = { lister: bucket.versionLister, bytes: bucket.bytes };
  const lines: string[] = [];
  for (const run of (await catalogOf(reads, table)).runs) {
    for await (const item of itemsOfRun(reads, run)) lines.push(...item.lines);
  }
  return lines;
}

/** What a reader finds: in the runs in force, and in the journal objects that are in none. */
export async function changesFound(bucket: MemoryBucket): Promise<Record<string, string>> {
  const { consumed } = await catalogOf({ lister: bucket.versionLister, bytes: bucket.bytes }, table);
  return changesIn([...(await linesInRuns(bucket)), ...(await linesOfJournal(bucket, (key) => !consumed.has(key)))]);
}

/** Every object with its versions, as they were stored. */
export const everything = (bucket: MemoryBucket) =>
  new Map(bucket.keys().map((key) => [key, bucket.stored(key).map(({ versionId, body }) => `${versionId} ${body}`)]));

/** Object keys of what bears a tag. */
export function tagged(bucket: MemoryBucket, { key }: typeof COVERED_TAG | typeof SUPERSEDED_TAG): string[] {
  return bucket.keys().filter((objectKey) => bucket.stored(objectKey).some(({ tags }) => tags?.[key] === 'yes'));
}

export const unzipped = (bucket: MemoryBucket, objectKey: string) =>
  gunzipSync(Buffer.from(bucket.stored(objectKey)[0]!.body, 'latin1')).toString();
