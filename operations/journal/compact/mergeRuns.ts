import { SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { placeOfLine, comparePlaces, SeenChanges } from '../../../core/journal/hashOrder';
import { MANIFEST_FORMAT } from '../../../core/journal/manifestText';
import { runFolder, runName, type RunManifest } from '../../../core/journal/runManifest';
import type { Catalog, StoredRun } from '../runs/catalog';
import { piecesOfRun, type SortedItem } from '../runs/itemsOfRun';
import { attemptOf } from './attempts';
import { requireNothingErased } from './erasedMeanwhile';
import { putCovered } from './finish';
import { forEachItem, type Cursor } from './forEachItem';
import { iso, putRunManifest } from './makeRun';
import { newestOf } from './newestManifest';
import { requireTime, type CompactRequest } from './request';
import { compressorOf, RunWriter } from './runWriter';
import { tagVersions, versionsIn } from './tagging';

/** Of a merge; in memory is a range of bytes of each. */
export const READ_AT_A_TIME = { rangeBytes: 4 * 1024 * 1024 };

/**
 * Makes one run of several, and gives these up when all of it has been read back.
 *
 * @param folded keys below `journal/` of the objects that are still there
 * @throws OutOfTimeError, ErasedMeanwhileError, DcsError, UnreadableImageError, S3Error
 */
export async function mergeRuns(
  request: CompactRequest,
  catalog: Catalog,
  runs: readonly StoredRun[],
  folded: ReadonlySet<string>,
): Promise<RunManifest> {
  const manifests = runs.map(({ manifest }) => manifest);
  const named = {
    ...{ level: Math.max(...manifests.map(({ level }) => level)) + 1, compressor: compressorOf('run', request) },
    merged: runs.map(({ name }) => name).sort(),
    inputs: manifests.flatMap(({ inputs }) => inputs.filter(([key]) => folded.has(key))),
    firstStoredAt: least(manifests.map(({ firstStoredAt }) => firstStoredAt)),
    lastStoredAt: most(manifests.map(({ lastStoredAt }) => lastStoredAt)),
  };
  const nameOf = (attempt: number) => runName({ ...named, attempt });
  const attempt = attemptOf(catalog.unfinished, request.nowMs(), nameOf);
  const name = nameOf(attempt);
  const writer = new RunWriter(request, name);
  const { linesIn, duplicates } = await writeMerged(request, runs, writer);
  const parts = await writer.end();
  const mergedBefore = manifests.flatMap((one) => [...one.merged, ...one.mergedBefore]);
  await requireNothingErased(request, catalog);
  const manifest = await putRunManifest(request, {
    ...{ ...named, attempt, name, format: MANIFEST_FORMAT, kind: 'run', table: request.table.tableName },
    ...{ madeAt: iso(request.nowMs()), lastChangedAt: most(manifests.map(({ lastChangedAt }) => lastChangedAt)) },
    mergedBefore: [...new Set(mergedBefore)].filter((one) => catalog.runNames.has(one)).sort(),
    ...{ linesIn, duplicates, linesOut: writer.lines, parts },
    ...erasedInputsOf(manifests, named.inputs),
    previousManifestSha256: newestOf([...catalog.runs, ...catalog.superseded]),
  });
  await supersede(request, runs);
  await putCovered(request, runFolder(request.table, name));
  return manifest;
}

/** Those of a run's inputs of which some lines are erased, in the runs that it is made of or by itself. */
export function erasedInputsOf(
  manifests: readonly RunManifest[],
  inputs: RunManifest['inputs'],
  erased: Iterable<string> = [],
): Pick<RunManifest, 'erasedInputs'> {
  const all = new Set([...manifests.flatMap(({ erasedInputs = [] }) => erasedInputs), ...erased]);
  const keys = new Set(inputs.flatMap(([key]) => (all.has(key) ? [key] : [])));
  return keys.size === 0 ? {} : { erasedInputs: [...keys].sort() };
}

/** What a former invocation has left of what its merges took the place of. */
export async function supersedeAgain(request: CompactRequest, { runs, superseded }: Catalog): Promise<void> {
  for (const run of [...runs, ...superseded]) {
    if (run.isCovered || run.manifest.merged.length === 0) continue;
    const merged = new Set(run.manifest.merged);
    await supersede(
      request,
      superseded.filter(({ name }) => merged.has(name)),
    );
    await putCovered(request, run.prefix);
  }
}

async function supersede(request: CompactRequest, runs: readonly StoredRun[]): Promise<void> {
  await tagVersions(request, versionsIn(runs), SUPERSEDED_TAG);
}

async function writeMerged(request: CompactRequest, runs: readonly StoredRun[], writer: RunWriter) {
  const { reads, signal } = request;
  const counts = { linesIn: 0, duplicates: 0 };
  const files = runs.map((run) => countedIn(piecesOfRun(reads, run, { ...READ_AT_A_TIME, signal }), counts));
  await forEachItem(files, async (item, cursors) => {
    counts.duplicates += await writeItem(writer, item, cursors);
  });
  requireTime(request);
  return counts;
}

/**
 * Writes the lines of an item from all files that have it, each once.
 *
 * @returns how many lines were copies of others
 */
export async function writeItem(writer: RunWriter, item: SortedItem, cursors: readonly Cursor[]): Promise<number> {
  const [only, other] = cursors;
  if (!only || other) return writeJoined(writer, item, cursors);
  let piece: SortedItem | undefined = item;
  do {
    await writer.add(item.hash, piece.lines);
    piece = (await only.goesOn(item)) ? only.piece : undefined;
  } while (piece);
  return 0;
}

export async function* countedIn(pieces: AsyncIterable<readonly SortedItem[]>, counts: { linesIn: number }) {
  for await (const batch of pieces) {
    for (const { lines } of batch) counts.linesIn += lines.length;
    yield batch;
  }
}

/** @returns how many lines were copies of others */
async function writeJoined(writer: RunWriter, item: SortedItem, cursors: readonly Cursor[]): Promise<number> {
  const seen = new SeenChanges();
  let duplicates = 0;
  let open = cursors.map((cursor) => new LinesOfOne(cursor, item));
  while (open.length > 0) {
    const first = open.reduce((best, one) => (comparePlaces(one.place, best.place) < 0 ? one : best));
    if (seen.isNew(first.place)) await writer.add(item.hash, [first.place.text]);
    else duplicates += 1;
    if (!(await first.next())) open = open.filter((one) => one !== first);
  }
  return duplicates;
}

/** The lines of an item in one file, one at a time. */
class LinesOfOne {
  place;
  private at = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly item: SortedItem,
  ) {
    this.place = this.placeHere();
  }

  async next(): Promise<boolean> {
    this.at += 1;
    if (this.at >= (this.cursor.piece?.lines.length ?? 0)) {
      this.at = 0;
      if (!(await this.cursor.goesOn(this.item))) return false;
    }
    this.place = this.placeHere();
    return true;
  }

  private placeHere() {
    return placeOfLine(this.cursor.piece?.lines[this.at] ?? '');
  }
}

export function least(texts: readonly string[]): string {
  return texts.reduce((a, b) => (a < b ? a : b));
}

export function most(texts: readonly string[]): string {
  return texts.reduce((a, b) => (a > b ? a : b));
}
