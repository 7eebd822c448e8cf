import {
  HistoryGrouping,
  type DeleteMarker,
  type ListingMarker,
  type VersionLister,
  type VersionsPage,
} from '../../aws/objectVersions';
import { isParkedBatchKey, PARKED_BATCHES_PREFIX, redrivenMarkerKey } from '../../core/parkedBatch';

/** A parked batch in a listing. */
export interface ListedBatch {
  readonly objectKey: string;
  /** All of it has been applied: its marker is there. */
  readonly isRedriven: boolean;
  readonly storedAtMs: number;
  /** Somebody has deleted it: lifecycle ends no batch of a source bucket by itself, and will remove what lies below. */
  readonly hiddenBy?: DeleteMarker;
}

/**
 * Every parked batch of a bucket, by mapping and shard and then in the order of being parked. A marker's key is its batch's
 * and a suffix, so it comes next in a listing: nothing but one batch is held.
 *
 * @param lister of all versions: a batch that somebody has deleted holds changes that are nowhere else
 */
export async function* parkedBatches(lister: VersionLister, signal?: AbortSignal): AsyncGenerator<ListedBatch> {
  let batch: Omit<ListedBatch, 'isRedriven'> | undefined;
  const grouping = new HistoryGrouping();
  let after: ListingMarker | undefined;
  do {
    const page: VersionsPage = await lister.page(PARKED_BATCHES_PREFIX, { after, signal });
    for (const { objectKey, versions, hiddenBy } of [...grouping.add(page), ...(page.next ? [] : grouping.rest())]) {
      if (batch) yield { ...batch, isRedriven: isMarkerOf(batch, objectKey, hiddenBy) };
      const storedAtMs = versions.at(-1)?.storedAtMs ?? 0;
      batch = isParkedBatchKey(objectKey) ? { objectKey, storedAtMs, ...(hiddenBy && { hiddenBy }) } : undefined;
    }
    after = page.next;
  } while (after);
  if (batch) yield { ...batch, isRedriven: false };
}

/** Who deletes the marker alone wants the batch applied again; who deletes both has not undone what was applied. */
function isMarkerOf(batch: Omit<ListedBatch, 'isRedriven'>, objectKey: string, hiddenBy?: DeleteMarker): boolean {
  return objectKey === redrivenMarkerKey(batch.objectKey) && (hiddenBy === undefined || batch.hiddenBy !== undefined);
}
