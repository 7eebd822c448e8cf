import { parallelHistories } from '../../aws/parallelHistories';
import type { ObjectVersion, VersionLister } from '../../aws/objectVersions';
import { journalPrefix, nameInJournalKey } from '../../core/journal/journalKeys';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import { DcsError } from '../../core/errors';
import { count } from '../../core/units';
import { hasJournal } from '../journal/hasJournal';
import type { JournalReads } from '../journal/readObject';
import { catalogOf } from '../journal/runs/catalog';
import { FIRST_RANGES } from './run';

/** How the engine reads a copy, and how many ranges it begins with; or why it cannot. */
export type EngineLayout =
  | { readonly layout: 'images'; readonly ranges: number }
  | {
      readonly layout: 'journal';
      readonly ranges: number;
      /** That the newest base has; undefined where there is none. */
      readonly items?: number;
    }
  | { readonly why: string };

/** Of a journal, at most: hashes spread evenly, and each who folds one reads what is in no run. */
const MOST_RANGES = 64;
const ITEMS_OF_RANGE = 250_000;
/** What is in no run, so much of it each who folds can read in a minute or two: 16 requests at a time, a million changes a second. */
const MOST_OBJECTS = 50_000;
const MOST_BYTES = 2 ** 30;
const TOO_MUCH = `more than ${count(MOST_OBJECTS)} objects of its journal, or ${count(MOST_BYTES)} bytes of them, are in no run of the compactor yet, and each function of the engine would read them; dcs status tells how far that is`;

/**
 * Looks, before anything is started, whether the engine can read a copy: images alone or a journal alone, of which all can be read, and
 * nearly all is in runs.
 *
 * @param storedByMs what was stored later is passed over
 */
export async function engineLayout(
  reads: JournalReads,
  table: TableLocation,
  storedByMs: number,
  signal?: AbortSignal,
): Promise<EngineLayout> {
  if (!(await hasJournal(reads.lister, table, signal))) return { layout: 'images', ranges: FIRST_RANGES };
  if (await hasImages(reads.lister, table, storedByMs, signal)) {
    return { why: 'its copy has images and a journal, and the engine folds one of them' };
  }
  const { consumed, unreadableRuns, runs, bases } = await catalogOf(reads, table, signal);
  const [lost] = unreadableRuns;
  if (lost) return { why: `${lost.objectKey} of its journal cannot be read (${lost.reason})` };
  const unfolded = await unfoldedLines(storedBy(reads, table, storedByMs).lister, table, consumed, signal);
  if (unfolded === undefined) return { why: TOO_MUCH };
  const items = bases[0]?.manifest.items;
  const lines = unfolded + (items ?? runs.reduce((sum, { manifest }) => sum + manifest.linesOut, 0));
  const ranges = Math.min(MOST_RANGES, Math.max(1, Math.ceil(lines / ITEMS_OF_RANGE)));
  return { layout: 'journal', ranges, items };
}

/** Lines of what is in no run, as its names tell; undefined where it is too much. */
async function unfoldedLines(
  lister: VersionLister,
  table: TableLocation,
  consumed: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<number | undefined> {
  let [objects, bytes, lines] = [0, 0, 0];
  for await (const { objectKey, versions } of parallelHistories(lister, journalPrefix(table), { signal })) {
    const [first] = versions;
    if (!first || consumed.has(objectKey)) continue;
    objects += 1;
    bytes += first.sizeBytes;
    lines += nameInJournalKey(table, objectKey)?.lines ?? 0;
    if (objects > MOST_OBJECTS || bytes > MOST_BYTES) return undefined;
  }
  return lines;
}

/** Whether there is an image that was stored by a time. */
export async function hasImages(
  lister: VersionLister,
  table: TableLocation,
  storedByMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let after: { objectKey: string } | undefined; ;) {
    const page = await lister.page(tablePrefix(table), { after, signal });
    if (page.versions.some((one) => isImageKey(one.objectKey) && one.storedAtMs <= storedByMs)) return true;
    if (!page.next) return false;
    after = page.next;
  }
}

/** For what folds a journal alone. @throws DcsError */
export async function requireNoImages(lister: VersionLister, table: TableLocation, storedByMs: number): Promise<void> {
  if (!(await hasImages(lister, table, storedByMs))) return;
  throw new DcsError(
    `${lister.bucket} has images of ${table.tableName}, and the run reads its journal alone; use --engine write or import`,
  );
}

/** The same, without what was put into the journal later. What was folded later may have what was stored before, so that stays. */
export function storedBy({ lister, bytes }: JournalReads, table: TableLocation, storedByMs = Infinity): JournalReads {
  const below = journalPrefix(table);
  const isThere = (one: ObjectVersion) => one.storedAtMs <= storedByMs || !one.objectKey.startsWith(below);
  return {
    bytes,
    lister: {
      ...lister,
      async page(prefix, options) {
        const page = await lister.page(prefix, options);
        return { ...page, versions: page.versions.filter(isThere) };
      },
    },
  };
}
