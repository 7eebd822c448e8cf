import { eraseUnread, type EraseUnreadRequest } from './eraseUnread';
import type { HeldInJournal } from './heldInJournal';
import { idOfVersion, NOT_REPLICATED } from './leftInJournal';
import { whatMayCome } from './whatMayCome';

export interface Waiting {
  /** The last look. */
  readonly now: HeldInJournal;
  /** Object keys of the items whose delete has to stay in the destination's journal. */
  readonly deletes: ReadonlySet<string>;
  /** Why batches of the source bucket stay, by {@link idOfVersion}. */
  readonly stays: ReadonlyMap<string, string>;
}

/**
 * Deletes what waits in the source bucket for its replication, before the destination's journal loses any delete: stopped in between, or refused, it
 * would bring its items back there.
 *
 * @param held the last look
 * @param look what the journal has of the items, now
 * @throws S3Error
 */
export async function eraseWaiting(
  request: EraseUnreadRequest,
  held: HeldInJournal,
  look: () => Promise<HeldInJournal>,
): Promise<Waiting> {
  const first = await whatMayCome(request, held);
  if (!first.isStale && first.batches.length === 0) return { now: held, deletes: first.deletes, stays: new Map() };
  const inSource = request.buckets.filter(({ side }) => side === 'source');
  const refused = first.batches.length > 0 ? await eraseUnread(request, held, inSource) : new Map<string, string>();
  const now = await look();
  const second = await whatMayCome(request, now);
  const stays = new Map<string, string>();
  for (const { in: side, version, items, lines } of request.sourceForgets ? second.batches : []) {
    const own = [...items.values()].reduce((sum, each) => sum + each, 0);
    if (lines > own) stays.set(idOfVersion(side, version.objectKey, version.versionId), NOT_REPLICATED);
  }
  // What came after the second look is not in it: it keeps what it kept when it was waiting.
  const deletes = new Set([...second.deletes, ...(second.isStale ? first.deletes : [])]);
  return { now, deletes, stays: new Map([...stays, ...refused]) };
}
