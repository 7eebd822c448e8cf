import { SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { placeOfLine, comparePlaces, SeenChanges } from '../../../core/journal/hashOrder';
import { MANIFEST_FORMAT } from '../../../core/journal/manifestText';
import { runFolder, runName, type RunManifest } from '../../../core/journal/runManifest';
import type { Catalog, StoredRun } from '../runs/catalog';
import { piecesOfRun, type SortedItem } from '../runs/itemsOfRun';
import { attemptOf } from './attempts';
import { putCovered } from './finish';
import { forEachItem, type Cursor } from './forEachItem';
import { iso, putRunManifest } from './makeRun';
import { newestOf } from './newestManifest';
import { requireTime, type CompactRequest } from './request';
import { COMPRESSOR, RunWriter } from './runWriter';
import { tagVersions, versionsIn } from './tagging';

/** Of a merge; in memory is a range of bytes of each. */
const READ_AT_A_TIME = { rangeBytes: 4 * 1024 * 1024 };

/**
 * Makes one run of several, and gives these up when all of it has been read back.
 *
 * @param folded keys below `journal/` of the objects that are still there
 * @throws OutOfTimeError, DcsError, UnreadableImageError, S3Error
 */
export async function mergeRuns(
  request: CompactRequest,
  catalog: Catalog,
  runs: readonly StoredRun[],
  folded: ReadonlySet<string>,
): Promise<RunManifest> {
  const manifests = runs.map(({ manifest }) => manifest);
  const named = {
    ...{ level: Math.max(...manifests.map(({ level }) => level)) + 1, compressor: COMPRESSOR },
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
  const manifest = await putRunManifest(request, {
    ...{ ...named, attempt, name, format: MANIFEST_FORMAT, kind: 'run', table: request.table.tableName },
    ...{ madeAt: iso(request.nowMs()), lastChangedAt: most(manifests.map(({ lastChangedAt }) => lastChangedAt)) },
    mergedBefore: [...new Set(mergedBefore)].filter((one) => catalog.runNames.has(one)).sort(),
    ...{ linesIn, duplicates, linesOut: writer.lines, parts },
    previousManifestSha256: newestOf([...catalog.runs, ...catalog.superseded]),
  });
  await supersede(request, runs);
  await putCovered(request, runFolder(request.table, name));
  return manifest;
}

/** What a former invocation has left of what its merges took the place of. */
export async function supersedeAgain(request: CompactRequest, { runs, superseded }: Catalog): Promise<void> {
  for (const run of [...runs, ...superseded]) {
    if (run.isCovered || run.manifest.level === 0) continue;
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
  const files = runs.map((run) => counted(piecesOfRun(reads, run, { ...READ_AT_A_TIME, signal }), counts));
  await forEachItem(files, async (item, cursors) => {
    const [only, other] = cursors;
    if (only && !other) {
      let piece: SortedItem | undefined = item;
      do {
        await writer.add(item.hash, piece.lines);
        piece = (await only.goesOn(item)) ? only.piece : undefined;
      } while (piece);
      return;
    }
    counts.duplicates += await writeJoined(writer, item, cursors);
  });
  requireTime(request);
  return counts;
}

async function* counted(pieces: AsyncIterable<readonly SortedItem[]>, counts: { linesIn: number }) {
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

function least(texts: readonly string[]): string {
  return texts.reduce((a, b) => (a < b ? a : b));
}

function most(texts: readonly string[]): string {
  return texts.reduce((a, b) => (a > b ? a : b));
}
