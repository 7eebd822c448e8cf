import { randomUUID } from 'node:crypto';
import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ImageStore } from '../../aws/imageStore';
import { compareChanges } from '../../core/changePosition';
import type { ReadVersion } from '../../core/decidingVersions';
import type { ObjectVersion } from '../../aws/objectVersions';
import { backfillImage, repairImage, withWriteId, type StoredImage } from '../../core/image';
import type { ImageSource } from '../images/imageSource';
import { newestImage } from '../images/newestImage';
import { readForWriting } from '../images/objectForWriting';
import { statesInBuckets, readItems, type Places, type Suspect } from './recheck';
import { stateInTable, type StatesOfItem } from './statesOfItem';
import { verdictOf, type Verdict } from './verdict';
import { whyDamaged } from '../images/whyUnreadable';

/*
 * Mends one item by adding one image to the source bucket, from which it replicates. In this order, on the condition that
 * nobody has stored anything since the first step:
 *
 *   1. look at the source bucket: the newest image, and the condition
 *   2. read the table, strongly consistent, and both buckets
 *   3. write: where the newest image is right, and missing in the destination or not the current version, that once more;
 *      else what the table holds, directly above the newest image of the source bucket (core/changePosition.ts, positionAbove)
 *
 * A change that is captured between 1 and 3 makes the write fail, and all is done again. One that is captured after 3 has a
 * place above what was written.
 *
 * Where the destination holds an image of a later change than the source bucket does, and it is wrong, nothing is written: a
 * forged one may claim any sequence number, and an image above it would cover every change to come in the source bucket too.
 */

/** `written`: it remains to be seen whether it is right now. Otherwise why it cannot be mended, or need not be. */
export type RepairOutcome = 'written' | 'right' | { readonly left: string };

export interface RepairContext {
  readonly places: Places;
  readonly images: Pick<ImageStore, 'putIf'>;
}

/** Others may write the item all the time; each look that was in vain means that they have. */
const MOST_LOOKS = 50;

export async function repairItem({ places, images }: RepairContext, suspect: Suspect): Promise<RepairOutcome> {
  const { objectKey } = suspect;
  const writeId = randomUUID();
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    places.signal.throwIfAborted();
    try {
      const { createdAtMs } = places.table;
      const { read, condition, ...seen } = await readForWriting(places.source, objectKey, createdAtMs);
      const newest = seen.isOfFormerTable ? undefined : seen.newest;
      const inTable = (await readItems(places, [suspect])).get(objectKey) ?? stateInTable(undefined);
      const readAtMs = places.nowMs();
      const look = { ...(await statesInBuckets(places, objectKey, inTable)), atMs: readAtMs };
      const verdict = verdictOf(look);
      // The answer to an earlier try may have been lost.
      if (!verdict) return read.some(({ header }) => header.writeId === writeId) ? 'written' : 'right';
      if (verdict.class === 'ahead') return { left: 'no image can be put above it before the next change of the item' };
      if (verdict.class === 'extra' && verdict.in === 'destination') {
        return { left: 'only the destination has it, and what is in the destination is never touched' };
      }
      const inDestination = await newestIn(places.destination, objectKey, createdAtMs);
      if (isOutOfReach(look, newest, inDestination)) {
        return {
          left: 'the destination holds an image of a later change than the source bucket; see dcs history whether it is real. The next change of the item mends it if so',
        };
      }
      const image = withWriteId(await mendingImage(places, look, verdict, newest), writeId);
      if ((await images.putIf(objectKey, image, condition, { signal: places.signal })) === 'written') return 'written';
    } catch (error) {
      const reason = whyDamaged(error);
      if (reason === undefined) throw error;
      return { left: `which image is the newest cannot be told: ${reason}` };
    }
  }
  return { left: `it was changed by others at each of ${MOST_LOOKS} tries; run again` };
}

type Read = ReadVersion<ObjectVersion>;

async function mendingImage(
  { source }: Places,
  { table: { item }, atMs }: StatesOfItem,
  verdict: Verdict,
  newest: Read | undefined,
): Promise<StoredImage> {
  const isNewestRight = verdict.in === 'destination' || verdict.class === 'hidden' || verdict.class === 'notCurrent';
  if (isNewestRight && newest && !ARCHIVE_CLASSES.has(newest.version.storageClass)) {
    const { body, metadata } = await source.images.get(newest.version.objectKey, newest.version.versionId);
    return { body, metadata };
  }
  if (item && !newest) return backfillImage(item, atMs);
  // Stryker disable next-line OptionalChaining: where there is neither an image nor an item, nothing is to be mended
  return repairImage(item, newest?.header.position, atMs);
}

/** Whether nothing that is stored in the source bucket could be the newest image in the destination and right. */
function isOutOfReach(
  { table, destination }: StatesOfItem,
  inSource: Read | undefined,
  inDestination: Read | undefined,
): boolean {
  if (!inDestination) return false;
  // Stryker disable next-line ConditionalExpression: for the compiler; nothing else has a digest
  const says = destination.is === 'state' ? destination.digest : undefined;
  if (says === table.digest) return false;
  const { position } = inDestination.header;
  if (!inSource) return position.source === 'stream' || position.source === 'repair';
  return compareChanges(position, inSource.header.position) > 0;
}

async function newestIn(source: ImageSource, objectKey: string, createdAtMs?: number): Promise<Read | undefined> {
  const { versions = [] } = (await source.history(objectKey)) ?? {};
  return newestImage(source, versions, createdAtMs);
}
