import type { DeleteMarker, VersionLister } from '../../aws/objectVersions';
import { utc } from '../../core/units';
import { WriteGuard } from '../guards';
import { parkedBatches } from './parkedBatches';
import { redriveBatch, type BatchReport, type LeftRecord, type RedriveContext } from './redriveBatch';

/** Everything that a redrive needs, without a settings file or a terminal. */
export interface RedriveRequest extends Omit<RedriveContext, 'guard' | 'onLeft'> {
  /** Of all versions in the source bucket. */
  readonly lister: VersionLister;
  readonly watch?: RedriveWatch;
}

/** Told what happens, as it happens. */
export interface RedriveWatch {
  /** A record, or a whole batch, that could not be applied. */
  readonly onLeft?: (left: LeftRecord) => void;
  readonly onBatch?: (report: BatchReport) => void;
}

/** Batches and records of a whole redrive. */
export interface RedriveCounts {
  batches: number;
  done: number;
  /** Batches that are not done. */
  left: number;
  /** Batches with a marker: passed over. */
  doneBefore: number;
  applied: number;
  filledIn: number;
  alreadyThere: number;
}

/**
 * Applies every parked batch that is asked for and has no marker yet, one after the other. Stopped at any point, the same
 * call continues.
 *
 * @throws S3Error when nothing can be read or written at all
 */
export async function redriveBatches({ lister, watch, ...request }: RedriveRequest): Promise<RedriveCounts> {
  const counts: RedriveCounts = {
    ...{ batches: 0, done: 0, left: 0, doneBefore: 0, applied: 0, filledIn: 0, alreadyThere: 0 },
  };
  const context = { ...request, guard: new WriteGuard(), onLeft: (left: LeftRecord) => watch?.onLeft?.(left) };
  for await (const { objectKey, isRedriven, hiddenBy } of parkedBatches(lister, request.signal)) {
    request.signal.throwIfAborted();
    if (isRedriven) {
      counts.doneBefore += 1;
      continue;
    }
    const report = hiddenBy ? hiddenBatch(context, objectKey, hiddenBy) : await redriveBatch(context, objectKey);
    if (!report) continue;
    add(counts, report);
    watch?.onBatch?.(report);
  }
  return counts;
}

/** Whether its changes are wanted is for whoever deleted it to say; until then they are neither applied nor forgotten. */
function hiddenBatch({ onLeft }: Pick<RedriveContext, 'onLeft'>, batch: string, marker: DeleteMarker): BatchReport {
  onLeft({
    batch,
    reason:
      `somebody has deleted it: it lies under the delete marker ${marker.versionId} of ${utc(marker.storedAtMs)}, and lifecycle will remove it. ` +
      `Remove the marker, and it can be applied: aws s3api delete-object --bucket BUCKET --key KEY --version-id ${marker.versionId}. Or delete all its versions`,
  });
  return { batch, records: 0, counts: { applied: 0, filledIn: 0, alreadyThere: 0, left: 1 }, state: 'left' };
}

function add(total: RedriveCounts, { counts, state }: BatchReport): void {
  total.batches += 1;
  if (state === 'done') total.done += 1;
  if (state === 'left') total.left += 1;
  total.applied += counts.applied;
  total.filledIn += counts.filledIn;
  total.alreadyThere += counts.alreadyThere;
}
