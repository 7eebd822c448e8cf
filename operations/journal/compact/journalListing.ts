import { parallelHistories } from '../../../aws/parallelHistories';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { journalPrefix } from '../../../core/journal/journalKeys';
import type { Catalog } from '../runs/catalog';
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
  const open = [...runs, ...superseded].filter(({ isCovered, manifest }) => !isCovered && manifest.level === 0);
  const uncovered = new Set(open.flatMap(({ manifest }) => manifest.inputs.map(([key]) => prefix + key)));
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

function byStoring(a: ObjectHistory, b: ObjectHistory): number {
  const [first, second] = [a.versions[0]?.storedAtMs ?? 0, b.versions[0]?.storedAtMs ?? 0];
  return first - second || (a.objectKey < b.objectKey ? -1 : 1);
}
