import { inParallel } from '../../core/inParallel';
import { whyUnreadable } from '../images/whyUnreadable';
import type { HeldInJournal } from './heldInJournal';
import { everythingUnder, type ErasedBucket } from './places';
import type { HeldFile, HeldVersion } from './standing';

export interface MayComeRequest {
  readonly buckets: readonly ErasedBucket[];
  readonly signal: AbortSignal;
}

/** What older changes of the items the destination bucket may have one day, which it has not now, or which nobody can read. */
export interface MayCome {
  /** Object keys of the items that would be there again then, without the delete that the destination's journal has. */
  readonly deletes: ReadonlySet<string>;
  /** Of the source bucket, not come yet. */
  readonly batches: readonly HeldVersion[];
  /** Something has come to the destination bucket since it was looked at. */
  readonly isStale: boolean;
}

const LOOKS = 32;

/**
 * @param held the last look at the journal
 * @throws S3Error
 */
export async function whatMayCome(request: MayComeRequest, held: HeldInJournal): Promise<MayCome> {
  const inDestination = held.versions.filter(
    ({ in: side, standing }) => side === 'destination' && standing !== 'unread',
  );
  const deleted = new Set(inDestination.flatMap(({ deletes }) => [...deletes]));
  if (deleted.size === 0) return { deletes: deleted, batches: [], isStale: false };
  const { waiting, isStale } = await notCome(request, held);
  const files = held.unreadable.filter((file) =>
    file.in === 'source' ? waiting.has(file) : file.standing !== 'unread',
  );
  const batches = held.versions.filter((version) => waiting.has(version));
  const ofBatches = batches.flatMap(({ items }) => [...items.keys()]).filter((key) => deleted.has(key));
  return { deletes: files.length > 0 ? deleted : new Set(ofBatches), batches, isStale };
}

/**
 * Which files of the source bucket have never been in the destination. What has been there, and has gone since, does not come again by itself: lifecycle
 * takes a batch away that is in a run, and merged runs forget it.
 */
async function notCome({ buckets, signal }: MayComeRequest, held: HeldInJournal) {
  const waiting = new Set<HeldVersion | HeldFile>();
  const destination = buckets.find(({ side }) => side === 'destination');
  const statusOf = buckets.find(({ side }) => side === 'source')?.statusOf;
  const known = new Set(
    [...held.versions, ...held.unreadable].flatMap((one) => (one.in === 'source' ? [] : [one.version.objectKey])),
  );
  const asked = [...held.versions, ...held.unreadable].filter(
    ({ in: side, standing, version }) => side === 'source' && standing !== 'unread' && !known.has(version.objectKey),
  );
  let isStale = false;
  await inParallel(asked, LOOKS, async (file) => {
    const { objectKey, versionId } = file.version;
    // The status first: what is said to have come by now is in the listing, unless it has gone again.
    const hasCome = (await statusIn(statusOf, objectKey, versionId)) === 'COMPLETED';
    const there = destination ? await everythingUnder(destination, objectKey, signal) : [];
    if (there.some(({ kind }) => kind !== 'marker')) isStale = true;
    else if (!hasCome) waiting.add(file);
  });
  return { waiting, isStale };
}

async function statusIn(statusOf: ErasedBucket['statusOf'], objectKey: string, versionId: string) {
  try {
    return await statusOf?.(objectKey, versionId);
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}
