import type { ImageStore } from '../../aws/imageStore';
import { inParallel } from '../../core/inParallel';
import { RefusedError } from '../../core/errors';
import { count } from '../../core/units';
import type { Comparison } from './compareTable';
import { Recheck, type Difference, type Places } from './recheck';
import { repairItem } from './repairItem';
import type { StageWatch } from './stages';

/** What became of the differences. */
export interface Repairs {
  /** Images written. */
  readonly written: number;
  /** Right now, at a look after the repair. */
  readonly mended: number;
  /** Still different, with why it was not mended where it was not tried. */
  readonly left: readonly (Difference & { readonly why?: string })[];
}

export interface RepairRequest {
  readonly places: Places;
  readonly images: Pick<ImageStore, 'putIf'>;
  /** Store deletes even if the table lacks many of the items that the images hold. */
  readonly allowDeletes: boolean;
  readonly settleMs: number;
  readonly comparison: Pick<Comparison, 'differences' | 'items'>;
  readonly watch?: StageWatch;
}

const ITEMS_AT_A_TIME = 16;
const FEW_DELETES = 10;
const SHARE_OF_DELETES = 0.1;

/**
 * Mends each difference of an item's newest state, and looks at it again until it had the time to replicate.
 *
 * @throws RefusedError when so many items would become deletes that it may be the wrong table, or one that was emptied
 */
export async function repairAll(request: RepairRequest): Promise<Repairs> {
  const { places, images, settleMs, watch } = request;
  const { differences } = request.comparison;
  refuseManyDeletes(request);
  const left: (Difference & { why?: string })[] = [];
  const touched: Difference[] = [];
  let written = 0;
  watch?.onStage?.('repair', differences.length);
  await inParallel(differences, ITEMS_AT_A_TIME, async (difference) => {
    const outcome = await repairItem({ places, images }, difference);
    watch?.onDone?.(1);
    if (typeof outcome === 'object') left.push({ ...difference, why: outcome.left });
    else touched.push(difference);
    if (outcome === 'written') written += 1;
  });

  const again = new Recheck(places, settleMs);
  await again.add(touched);
  const still = await again.settle();
  return { written, mended: touched.length - still.length, left: [...left, ...still] };
}

function refuseManyDeletes({ allowDeletes, comparison: { differences, items } }: RepairRequest): void {
  const deletes = differences.filter((difference) => difference.class === 'extra' && difference.in === 'source').length;
  if (allowDeletes || deletes <= (items === 0 ? 0 : FEW_DELETES)) return;
  if (items > 0 && deletes <= (items + deletes) * SHARE_OF_DELETES) return;
  throw new RefusedError(
    `a repair would store the delete of ${count(deletes)} items, and the table has ${count(items)}. If it was emptied or made again by mistake, restore it. If all of these are to be deleted, say --allow-deletes`,
  );
}
