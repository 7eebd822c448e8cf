import { gunzipSync } from 'node:zlib';
import type { AttributeMap } from '../../../core/attributeValue';
import { encodeImage, itemDigest } from '../../../core/image';
import { encodeJournal, type JournalEntry } from '../../../core/journal/journalObject';
import { DAY_MS } from '../../../core/lockRenewal';
import { objectKeyOf } from '../../../core/objectKey';
import type { LeftVersion } from '../../../operations/erase/carryOutErase';
import { eraseItems, type EraseRequest } from '../../../operations/erase/eraseItems';
import type { LeftObject } from '../../../operations/erase/erasePlanRequest';
import type { ErasedBucket } from '../../../operations/erase/places';
import type { ImageSource } from '../../../operations/images/imageSource';
import { compactTable, type CompactRequest } from '../../../operations/journal/compact/compactTable';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { MemoryBucket } from '../../support/memoryBucket';

/*
 * The buckets of a table in whose journal one person has changes, and what is done there.
 */

const keySchema = { partitionKey: 'pk', sortKey: 'sk' };
export const table = { prefix: '', tableName: 'orders', keySchema, keyTypes: { pk: 'S', sk: 'S' } } as const;
export const T0 = Date.UTC(2026, 0, 5);
/** So long that the object key has to be shortened. */
export const LONG = 'l'.repeat(1_015);
export const itemKeys = (pk: string, sk: string): AttributeMap => ({ pk: { S: pk }, sk: { S: sk } });
export const keyOf = (pk: string, sk: string) => objectKeyOf(table, keySchema, itemKeys(pk, sk));

export interface Change {
  readonly pk: string;
  readonly sk: string;
  /** Undefined: a delete. */
  readonly value?: string;
}

/** One change after the other, a second each. */
export function entriesOf(changes: readonly Change[]): JournalEntry[] {
  const before = new Map<string, AttributeMap | undefined>();
  return changes.map(({ pk, sk, value }, n) => {
    const item = value === undefined ? undefined : { ...itemKeys(pk, sk), value: { S: value } };
    const objectKey = keyOf(pk, sk);
    const last = before.get(objectKey);
    before.set(objectKey, item);
    const event = item ? (last ? 'MODIFY' : 'INSERT') : 'REMOVE';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n + 1) } as const;
    const header = { event, position, changedAtMs: T0 + n * 1_000, previousDigest: itemDigest(last) } as const;
    return { objectKey, image: encodeImage(header, item) };
  });
}

export const put = (bucket: MemoryBucket, entries: readonly JournalEntry[], storedAtMs: number) => {
  const { objectKey, body, metadata } = encodeJournal({ table, kind: 'capture', writtenAtMs: storedAtMs, entries });
  bucket.store(objectKey, { body: body.toString('latin1'), metadata }, storedAtMs);
  return objectKey;
};

export const sourceOf = (bucket: MemoryBucket): ImageSource =>
  withJournals(bucket, { lister: bucket.versionLister, bytes: bucket.bytes }, '');

export interface World {
  readonly source: MemoryBucket;
  readonly destination: MemoryBucket;
}
export const worldOf = (): World => ({
  source: new MemoryBucket(T0 + DAY_MS),
  destination: new MemoryBucket(T0 + DAY_MS),
});

/** @param stopBefore the call that changes anything, counted from 0; Infinity for none */
export async function erase(
  { source, destination }: World,
  more: Partial<EraseRequest> = {},
  stopBefore = Infinity,
  beforeCall: (call: number) => Promise<void> = () => Promise.resolve(),
) {
  const left: LeftVersion[] = [];
  const held: LeftObject[] = [];
  let calls = 0;
  const counted = async <Answer>(does: () => Promise<Answer>) => {
    calls += 1;
    if (calls > stopBefore) throw new Error('stopped');
    await beforeCall(calls);
    return does();
  };
  const sources = { source: sourceOf(source), destination: sourceOf(destination) };
  const bucketOf = (side: ErasedBucket['side'], bucket: MemoryBucket): ErasedBucket => ({
    ...{ side, source: sources[side], lister: bucket.versionLister },
    bytes: {
      get: (...args) => bucket.bytes.get(...args),
      putOnce: (...args) => counted(() => bucket.bytes.putOnce(...args)),
    },
    deletes: {
      deleteAll: (versions, bypassGovernance) =>
        counted(() => {
          const { clockMs } = bucket;
          if (bypassGovernance) bucket.clockMs = Infinity;
          for (const { objectKey, versionId } of versions) bucket.deleteVersion(objectKey, versionId);
          bucket.clockMs = clockMs;
          return Promise.resolve([]);
        }),
    },
    ...(side === 'destination' && { locks: bucket.locks }),
  });
  const erasing = eraseItems({
    ...{ table, buckets: [bucketOf('source', source), bucketOf('destination', destination)] },
    selection: { partition: { S: 'person' } },
    journalLifecycle: { sourceExpirationDays: 30 },
    sourceForgets: true,
    reports: { lister: destination.lister, texts: destination },
    batches: { lister: source.versionLister, texts: source },
    header: { tableName: 'orders', sourceBucket: 's', destinationBucket: 'd' },
    ...{ dryRun: false, bypassGovernance: false, nowMs: () => T0 + DAY_MS, signal: new AbortController().signal },
    mayDo: () => Promise.resolve(true),
    ...{ onPlan: () => undefined, onUnclear: (one) => held.push(one), onLeft: (one) => left.push(one) },
    onJournal: (one) => held.push(one),
    ...more,
  });
  try {
    return { ...(await erasing), left, held };
  } finally {
    for (const one of Object.values(sources)) await one.close?.();
  }
}

/** Every version below `=dcs/` whose text has the partition key of the person, however it is packed. */
export function versionsThatName(world: World, pk: string): string[] {
  return (['source', 'destination'] as const).flatMap((side) =>
    world[side].keys().flatMap((objectKey) =>
      world[side].stored(objectKey).flatMap(({ versionId, body }) => {
        if (!objectKey.startsWith('=dcs/') || !objectKey.endsWith('.gz')) return [];
        if (!body.startsWith('\x1f\x8b')) return [];
        const text = gunzipSync(Buffer.from(body, 'latin1')).toString('utf8');
        const names = [`orders/${pk}/`, `"pk":{"S":"${pk}"}`, keyOf(pk, LONG)];
        return names.some((name) => text.includes(name)) ? [`${side} ${objectKey} ${versionId}`] : [];
      }),
    ),
  );
}

export const compact = ({ destination }: World, bytes: CompactRequest['bytes'] = destination.bytes) =>
  compactTable({
    ...{ table, reads: { lister: destination.versionLister, bytes: destination.bytes }, bytes },
    ...{ tags: destination.tags, nowMs: () => T0 + DAY_MS, timeLeftMs: () => Infinity, tasks: { base: true } },
    signal: new AbortController().signal,
  });
