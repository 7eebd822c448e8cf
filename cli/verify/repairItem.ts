import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ImageStore } from '../../aws/imageStore';
import { compareChanges, type ChangePosition } from '../../core/changePosition';
import { newestVersion, readDecidingVersions, type ReadVersion } from '../../core/decidingVersions';
import type { ObjectVersion } from '../../aws/objectVersions';
import { backfillImage, repairImage, type StoredImage } from '../../core/image';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { lookAtItem } from '../redrive/lookAtItem';
import { lookInBuckets, readItems, type Places, type Suspect } from './doubts';
import { tableLook, type ItemLook } from './lookAtItem';
import { verdictOf, type Verdict } from './verdict';
import { whyDamaged } from './whyDamaged';

/*
 * Mends one item by adding one image to the source bucket, from which it replicates. In this order, on the condition that
 * nobody has stored anything since the first step:
 *
 *   1. look at the source bucket: the newest image, and the condition
 *   2. read the table, strongly consistent, and both buckets
 *   3. write: where the source bucket is right and the destination is not, its newest image once more; else what the
 *      table holds, directly above the newest image of both buckets (core/changePosition.ts, positionAbove)
 *
 * A change that is captured between 1 and 3 makes the write fail, and all is done again. One that is captured after 3 has a
 * place above what was written.
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
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    places.signal.throwIfAborted();
    try {
      const { newest, condition } = await lookAtItem(places.source, objectKey);
      const inTable = (await readItems(places, [suspect])).get(objectKey) ?? tableLook(undefined);
      const readAtMs = places.nowMs();
      const look = { ...(await lookInBuckets(places, objectKey, inTable)), atMs: readAtMs };
      const verdict = verdictOf(look);
      if (!verdict) return 'right';
      if (verdict.class === 'extra' && verdict.in === 'destination') {
        return { left: 'only the destination has it, and what is in the destination is never touched' };
      }
      const inDestination = await newestIn(places.destination, objectKey);
      const image = await mendingImage(places, { look, verdict, newest, inDestination });
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
  seen: { look: ItemLook; verdict: Verdict; newest?: Read; inDestination?: Read },
): Promise<StoredImage> {
  const { look, verdict, newest, inDestination } = seen;
  const { item } = look.table;
  const top = higher(newest?.header.position, inDestination?.header.position);
  const isSourceRight = verdict.in === 'destination';
  const canBeStoredAgain =
    newest && newest.header.position === top && !ARCHIVE_CLASSES.has(newest.version.storageClass);
  if (isSourceRight && canBeStoredAgain) {
    const { body, metadata } = await source.images.get(newest.version.objectKey, newest.version.versionId);
    return { body, metadata };
  }
  if (item && !top) return backfillImage(item, look.atMs);
  return repairImage(item, top, look.atMs);
}

/** The source's, where both have the same. */
function higher(a: ChangePosition | undefined, b: ChangePosition | undefined): ChangePosition | undefined {
  return a && b && compareChanges(b, a) > 0 ? b : (a ?? b);
}

async function newestIn(source: ImageSource, objectKey: string): Promise<Read | undefined> {
  const { versions = [] } = (await source.history(objectKey)) ?? {};
  return newestVersion(await readDecidingVersions(versions, Infinity, (version) => headerOf(source, version)));
}
