import type { VersionLister } from '../../aws/objectVersions';
import { isParkedBatchKey, PARKED_BATCHES_PREFIX, redrivenMarkerKey } from '../../core/parkedBatch';

/** A parked batch in a listing. */
export interface ListedBatch {
  readonly objectKey: string;
  /** All of it has been applied: its marker is there. */
  readonly isRedriven: boolean;
  readonly storedAtMs: number;
}

/**
 * Every parked batch of a bucket, by mapping and shard and then in the order of being parked. A marker's key is its batch's
 * and a suffix, so it comes next in a listing: nothing but one batch is held.
 *
 * @param lister of current objects
 */
export async function* parkedBatches(lister: VersionLister, signal?: AbortSignal): AsyncGenerator<ListedBatch> {
  let batch: Omit<ListedBatch, 'isRedriven'> | undefined;
  let after: { objectKey: string } | undefined;
  do {
    const page = await lister.page(PARKED_BATCHES_PREFIX, { after, signal });
    for (const { objectKey, storedAtMs } of page.versions) {
      if (batch) yield { ...batch, isRedriven: objectKey === redrivenMarkerKey(batch.objectKey) };
      batch = isParkedBatchKey(objectKey) ? { objectKey, storedAtMs } : undefined;
    }
    after = page.next;
  } while (after);
  if (batch) yield { ...batch, isRedriven: false };
}
