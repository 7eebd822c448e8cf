import type { ObjectHistory } from '../../aws/objectVersions';
import { inParallel } from '../../core/inParallel';
import { withoutStoredAt } from '../../core/journal/hashOrder';
import { indexNameOf } from '../../core/journal/runManifest';
import { textOfRunLine } from '../../core/journal/runLine';
import { flattened } from '../../core/steps';
import type { TableLocation } from '../../core/objectKey';
import { whyUnreadable } from '../images/whyUnreadable';
import { inHashOrder, joinedPages } from '../journal/hashStreams';
import { readStoredBatch, type JournalReads } from '../journal/readObject';
import type { Catalog, StoredRun } from '../journal/runs/catalog';
import { batchesOfRun } from '../journal/runs/itemsOfRun';
import { readFile, sha256Of } from '../journal/runs/readFile';
import { Spool } from '../journal/spool';

/*
 * What of a journal may be deleted: nothing goes by what a manifest says of it, or was read before.
 */

const PARTS_AT_A_TIME = 4;

type Reads = Pick<JournalReads, 'bytes'>;

/** An object of the journal, in the bucket in which it was found. */
export interface FoundObject {
  readonly reads: Reads;
  readonly history: ObjectHistory;
}

/**
 * The objects of a journal of which every line but those that are erased is in some run in force: each of these runs is read to its end.
 * None, where one is damaged.
 */
export async function foundInRuns<Found extends FoundObject>(
  { reads, table, runs }: { reads: Reads; table: TableLocation; runs: readonly StoredRun[] },
  isErased: (objectKey: string) => boolean,
  objects: readonly Found[],
  signal: AbortSignal,
): Promise<ReadonlySet<Found>> {
  const spool = new Spool();
  const found = new Set<Found>();
  try {
    for (const [n, object] of objects.entries()) {
      const lines = await linesOf(object, table, signal);
      if (!lines) continue;
      found.add(object);
      for (const [objectKey, line] of lines) if (!isErased(objectKey)) await spool.add(objectKey, `${n}\t${line}`);
    }
    if (found.size === 0) return found;
    const streams = runs.map((run) => flattened(batchesOfRun(reads, run, { signal })));
    for await (const page of joinedPages([inHashOrder(spool.all()), ...streams])) {
      for (const { from } of page) {
        const [asked, ...others] = from;
        if (!asked) continue;
        const known = new Set(others.flatMap((one) => (one?.lines ?? []).map(withoutStoredAt)));
        for (const line of asked.lines) {
          const end = line.indexOf('\t');
          const object = objects[Number(line.slice(0, end))];
          if (object && !known.has(withoutStoredAt(line.slice(end + 1)))) found.delete(object);
        }
      }
    }
    return found;
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return new Set();
  } finally {
    await spool.close();
  }
}

/** As a run has them, by the object key of their item; undefined of what nobody can read. */
async function linesOf(
  { reads, history }: FoundObject,
  table: TableLocation,
  signal: AbortSignal,
): Promise<[string, string][] | undefined> {
  try {
    const { lines, streamLabel, writeId, storedAtMs } = await readStoredBatch(reads, table, history, signal);
    return lines.map((line) => [line.objectKey, textOfRunLine({ ...line, streamLabel, storedAtMs, writeId })]);
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}

/** Names of those runs that another one, in force, has taken the place of, and of which every byte is what its manifest says. */
export async function replacedByWholeRuns(
  reads: Reads,
  { runs }: Pick<Catalog, 'runs'>,
  asked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const replaced = new Set<string>();
  const kept = new Set<string>();
  for (const run of runs) {
    const { merged, mergedBefore } = run.manifest;
    const names = [...merged, ...mergedBefore].filter((name) => asked.has(name));
    if (names.length === 0) continue;
    const isSound = await isWhole(reads, run, signal);
    for (const name of names) (isSound ? replaced : kept).add(name);
  }
  return new Set([...replaced].filter((name) => !kept.has(name)));
}

async function isWhole(reads: Reads, run: StoredRun, signal: AbortSignal): Promise<boolean> {
  let isSound = true;
  await inParallel(run.manifest.parts, PARTS_AT_A_TIME, async ({ name, sha256, indexSha256 }) => {
    try {
      const part = await readFile(reads, run, name, { signal });
      const index = await readFile(reads, run, indexNameOf(name), { signal });
      if (sha256Of(part) !== sha256 || sha256Of(index) !== indexSha256) isSound = false;
    } catch (error) {
      if (whyUnreadable(error) === undefined) throw error;
      isSound = false;
    }
  });
  return isSound;
}
