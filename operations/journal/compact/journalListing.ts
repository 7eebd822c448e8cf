import { parallelHistories } from '../../../aws/parallelHistories';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { journalPrefix } from '../../../core/journal/journalKeys';
import type { Catalog, StoredRun } from '../runs/catalog';
import type { CompactRequest } from './request';

/** What is in a journal now. */
export interface JournalListing {
  /** In no run, the first stored first. */
  readonly unfolded: ObjectHistory[];
  /** Keys below `journal/` of those that are in a run. */
  readonly folded: ReadonlySet<string>;
  /** Those of them whose run has not been marked as covered yet, by their object keys. */
  readonly toCover: ReadonlyMap<string, ObjectHistory>;
}

export async function listJournal(
  { reads, table, signal }: Pick<CompactRequest, 'reads' | 'table' | 'signal'>,
  { consumed, runs, superseded }: Catalog,
): Promise<JournalListing> {
  const prefix = journalPrefix(table);
  const open = [...runs, ...superseded].filter((run) => !run.isCovered && hasInputsToCover(run));
  const uncovered = new Set(open.flatMap(({ manifest }) => inputsToCover(manifest).map((key) => prefix + key)));
  const unfolded: ObjectHistory[] = [];
  const folded = new Set<string>();
  const toCover = new Map<string, ObjectHistory>();
  for await (const history of parallelHistories(reads.lister, prefix, { signal })) {
    const { objectKey, versions } = history;
    if (versions.length === 0) continue;
    if (!consumed.has(objectKey)) unfolded.push(history);
    else folded.add(objectKey.slice(prefix.length));
    if (uncovered.has(objectKey)) toCover.set(objectKey, history);
  }
  return { unfolded: unfolded.sort(byStoring), folded, toCover };
}

const HOUR_MS = 3_600_000;
/** What was stored before was looked at by an invocation, and is still there: as a rule because nobody can read it. */
const FRESH_MS = 2 * HOUR_MS;
/** A prime number, so that the beginning of the others is another one every hour. */
const STEP = 7_919;

/** The order in which journal objects are folded: what is fresh first, and of the others every hour from another one on. */
export function inTurn(unfolded: readonly ObjectHistory[], nowMs: number): ObjectHistory[] {
  const isFresh = ({ versions }: ObjectHistory) => (versions[0]?.storedAtMs ?? 0) >= nowMs - FRESH_MS;
  const others = unfolded.filter((history) => !isFresh(history));
  const start = others.length === 0 ? 0 : (Math.floor(nowMs / HOUR_MS) * STEP) % others.length;
  return [...unfolded.filter(isFresh), ...others.slice(start), ...others.slice(0, start)];
}

/** Of a merge the inputs have their tags already, but for those that an erase has taken in beside it. */
export function hasInputsToCover({ manifest }: Pick<StoredRun, 'manifest'>): boolean {
  return manifest.level === 0 || manifest.erasure !== undefined;
}

function inputsToCover({ level, inputs, erasedInputs = [] }: StoredRun['manifest']): readonly string[] {
  return level === 0 ? inputs.map(([key]) => key) : erasedInputs;
}

function byStoring(a: ObjectHistory, b: ObjectHistory): number {
  const [first, second] = [a.versions[0]?.storedAtMs ?? 0, b.versions[0]?.storedAtMs ?? 0];
  return first - second || (a.objectKey < b.objectKey ? -1 : 1);
}
