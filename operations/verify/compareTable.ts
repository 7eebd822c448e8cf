import { DcsError, CouldNotLookError } from '../../core/errors';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import { readPace } from '../backfill/readPace';
import { scanItems } from '../backfill/scanItems';
import { compareAll, type Compared } from './compareAll';
import type { ComparedJournals } from './compareJournals';
import { Recheck, type Difference, type Suspect } from './recheck';
import type { OpenedTable } from './openTable';
import { sampleItems, type Sample } from './sampleItems';
import type { StageWatch } from './stages';

/** Everything that was found, and how much was looked at. */
export interface Comparison {
  /** Undefined for a sample. */
  readonly all?: Compared;
  readonly sample?: Omit<Sample, 'items'>;
  readonly items: number;
  readonly same: number;
  readonly late: number;
  /** Of the newest state of items: at most one for each. */
  readonly differences: readonly Difference[];
  /** How many objects of its journal each bucket has; undefined for a sample, and where there is none. */
  readonly journal?: ComparedJournals['counts'];
  /** Of the table as a whole, and of objects of its journal; no repair mends them. */
  readonly others?: readonly Difference[];
  /** The items of a sample. */
  readonly sampled?: readonly Suspect[];
}

export interface CompareTableRequest {
  readonly opened: OpenedTable;
  /** So many items, drawn at random; undefined for all. */
  readonly sampleItemCount?: number;
  /** How long a difference may be on its way to being none. */
  readonly settleMs: number;
  /** Segments of the table that are scanned side by side. */
  readonly segments: number;
  /** Undefined for as fast as it goes. */
  readonly readUnitsPerSecond?: number;
  readonly watch?: StageWatch;
}

/** Compares all items, or a sample, and waits for what is on its way. */
export async function compareTable(request: CompareTableRequest): Promise<Comparison> {
  const { opened, sampleItemCount, settleMs, watch } = request;
  const recheck = new Recheck(opened.places, settleMs);
  const sampled = sampleItemCount === undefined ? undefined : await sample(opened, sampleItemCount, recheck);
  const all = sampled ? undefined : await everything(request, recheck);
  const differences = await settled(recheck, watch);

  const same = recheck.same + (all?.same ?? 0);
  const keys = all?.keys ?? sampled?.suspects.length ?? 0;
  const vanished = all?.vanished ?? 0;
  if (same + recheck.late + vanished + differences.length !== keys) {
    throw new DcsError(
      `the counts do not add up: of ${keys} items and objects ${same} are the same, ${recheck.late} became so and ${differences.length} differ; run again, and report it if it happens twice`,
    );
  }
  const { sample: sampleOf, suspects } = sampled ?? {};
  return { all, sample: sampleOf, sampled: suspects, items: all?.items ?? keys, same, late: recheck.late, differences };
}

async function everything(request: CompareTableRequest, recheck: Recheck): Promise<Compared> {
  const { opened, segments, readUnitsPerSecond, watch } = request;
  const { places, buckets, journals, scanner, keyTypes, itemCount } = opened;
  const { signal, nowMs, pause } = places;
  const pages = scanItems({
    ...{ scanner, segments, signal, nowMs, pause },
    paced: readPace(readUnitsPerSecond, nowMs, pause),
  });
  watch?.onStage?.('list');
  const onDone = (count: number) => watch?.onDone?.(count);
  return compareAll({
    ...{
      places,
      keyTypes,
      buckets,
      pages,
      recheck,
      hasJournal: journals !== undefined,
      onObjects: onDone,
      onItems: onDone,
    },
    onListed: () => watch?.onStage?.('scan', itemCount === 0 ? undefined : itemCount),
  });
}

async function sample(
  { places, scanner, itemCount }: OpenedTable,
  size: number,
  recheck: Recheck,
): Promise<{ sample: Omit<Sample, 'items'>; suspects: Suspect[] }> {
  const { table, signal, pause } = places;
  const { items, ...from } = await sampleItems({ scanner, size, itemCount, signal, pause });
  if (items.length === 0) {
    throw new CouldNotLookError(
      `no item was drawn from ${table.tableName}: it is empty, or all was deleted meanwhile, and a sample of nothing shows nothing. Verify without --sample`,
    );
  }
  const suspects = items.map((item) => {
    const keys = keysOf(table.keySchema, item);
    return { objectKey: objectKeyOf(table, table.keySchema, keys), keys };
  });
  await recheck.add(suspects);
  return { sample: from, suspects };
}

async function settled(recheck: Recheck, watch: StageWatch | undefined): Promise<Difference[]> {
  if (recheck.size === 0) return [];
  let before = recheck.size;
  watch?.onStage?.('settle', before);
  return recheck.settle((left) => {
    watch?.onDone?.(before - left);
    before = left;
  });
}
