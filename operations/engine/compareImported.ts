import { BATCH_GET_KEYS, type BatchTable } from '../../aws/batchTable';
import type { EngineStore } from '../../aws/engineStore';
import type { ImportState } from '../../aws/tableImport';
import { canonicalItem } from '../../core/canonicalItem';
import { DcsError } from '../../core/errors';
import { itemDigest } from '../../core/image';
import { keysOf } from '../../core/objectKey';
import { plainJson } from '../../core/plainJson';
import { count } from '../../core/units';
import { requireAll } from '../restore/import/importTable';
import { collectedIn } from './collect';
import { sampleOf } from './publishFiles';
import { PLACES, type RunRequest } from './run';
import { NO_COUNTS, type Counts } from './tasks';

/** How a run ended. */
export interface RunOutcome {
  readonly format: '1';
  /** Undefined where there was no item, so nothing to import. */
  readonly importArn?: string;
  readonly counts: Counts;
  /** Of all items, uncompressed. */
  readonly bytes: number;
  readonly rounds: number;
  readonly imported: number;
  /** Items read from the new table, and found to be as they were folded. */
  readonly compared: number;
}

export interface CompareRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly round: number;
  readonly run: Pick<RunRequest, 'into' | 'keySchema'>;
  readonly target: Pick<BatchTable, 'getBatch'>;
  /** Undefined where nothing was to be imported. */
  readonly state?: ImportState;
}

const MOST_COMPARED = 1_000;
const NAMED = 10;

/**
 * The end of a run: as many items imported as were folded, and some of them read again, digest by digest.
 *
 * @throws DcsError when it is otherwise
 */
export async function compareImported(request: CompareRequest): Promise<RunOutcome> {
  const { store, folder, round, run, state } = request;
  const { counts, bytes } = await collectedIn(store, folder, round);
  if (state) requireAll(run.into, state, counts.item);
  else if (counts.item > 0) throw new DcsError(`${count(counts.item)} items were folded, and none imported`);
  const compared = state ? await compareSample(request) : 0;
  const outcome: RunOutcome = {
    ...{ format: '1', counts: { ...NO_COUNTS, ...counts }, bytes, rounds: round + 1, compared },
    ...(state && { importArn: state.importArn }),
    imported: state?.imported ?? 0,
  };
  await store.write(PLACES.outcome(folder), Buffer.from(JSON.stringify(outcome)), 'application/json');
  return outcome;
}

async function compareSample({ store, folder, round, run, target }: CompareRequest): Promise<number> {
  const sample = await sampleOf({ store, folder, round }, MOST_COMPARED);
  const wrong: string[] = [];
  for (let from = 0; from < sample.length; from += BATCH_GET_KEYS) {
    const wanted = sample.slice(from, from + BATCH_GET_KEYS);
    const items = await target.getBatch(wanted.map(({ keys }) => keys));
    const found = new Map(items.map((item) => [canonicalItem(keysOf(run.keySchema, item)), itemDigest(item)]));
    wrong.push(
      ...wanted
        .filter(({ keys, digest }) => found.get(canonicalItem(keys)) !== digest)
        .map(({ keys }) => plainJson(keys)),
    );
  }
  if (wrong.length === 0) return sample.length;
  throw new DcsError(
    `of ${count(sample.length)} items that were looked at in ${run.into}, ${count(wrong.length)} are not as they were folded: ${wrong.slice(0, NAMED).join(', ')}${wrong.length > NAMED ? ', …' : ''}. Delete the table and run the same command again`,
  );
}
