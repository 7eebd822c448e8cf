import type { ImageStore } from '../../aws/imageStore';
import { inParallel } from '../../core/inParallel';
import { RefusedError } from '../../core/errors';
import type { Output } from '../output/output';
import { count } from '../../core/units';
import type { Comparison } from './compareTable';
import { Doubts, type Difference, type Places } from '../../operations/verify/doubts';
import type { VerifyOptions } from './options';
import { repairItem } from '../../operations/verify/repairItem';

/** What became of the differences. */
export interface Repairs {
  /** Images written. */
  readonly written: number;
  /** Right now, at a look after the repair. */
  readonly mended: number;
  /** Still different, with why it was not mended where it was not tried. */
  readonly left: readonly (Difference & { readonly why?: string })[];
}

interface RepairRequest {
  readonly places: Places;
  readonly images: Pick<ImageStore, 'putIf'>;
  readonly options: VerifyOptions;
  readonly comparison: Comparison;
  readonly output: Output;
}

const ITEMS_AT_A_TIME = 16;
const FEW_DELETES = 10;
const SHARE_OF_DELETES = 0.1;

/**
 * Mends each difference of an item's newest state, and looks at it again until it had the time to replicate.
 *
 * @throws RefusedError when so many items would become deletes that it may be the wrong table, or one that was emptied
 */
export async function repairAll({ places, images, options, comparison, output }: RepairRequest): Promise<Repairs> {
  const { differences } = comparison;
  refuseManyDeletes(options, comparison);
  const left: (Difference & { why?: string })[] = [];
  const touched: Difference[] = [];
  let written = 0;
  const progress = output.progress('mended items', differences.length);
  await inParallel(differences, ITEMS_AT_A_TIME, async (difference) => {
    const outcome = await repairItem({ places, images }, difference);
    progress.add(1);
    if (typeof outcome === 'object') left.push({ ...difference, why: outcome.left });
    else touched.push(difference);
    if (outcome === 'written') written += 1;
  });
  progress.end();

  const again = new Doubts(places, options.settleMs);
  await again.add(touched);
  const still = await again.settle();
  return { written, mended: touched.length - still.length, left: [...left, ...still] };
}

function refuseManyDeletes({ allowDeletes }: VerifyOptions, { differences, items }: Comparison): void {
  const deletes = differences.filter((difference) => difference.class === 'extra' && difference.in === 'source').length;
  if (allowDeletes || deletes <= (items === 0 ? 0 : FEW_DELETES)) return;
  if (items > 0 && deletes <= (items + deletes) * SHARE_OF_DELETES) return;
  throw new RefusedError(
    `a repair would store the delete of ${count(deletes)} items, and the table has ${count(items)}. If it was emptied or made again by mistake, restore it. If all of these are to be deleted, say --allow-deletes`,
  );
}
