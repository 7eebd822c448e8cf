import { UnreadableImageError } from '../../../core/errors';
import { isOfFormerTable } from '../../../core/formerTable';
import {
  baseFolder,
  baseName,
  isCovered,
  itemsFile,
  marksFile,
  readBaseManifest,
  textOfBaseManifest,
  type BaseManifest,
  type BasePart,
} from '../../../core/journal/baseManifest';
import { BasePartWriter } from '../../../core/journal/baseFiles';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { newerOf, newestIn } from '../../../core/journal/hashOrder';
import { MANIFEST_FORMAT, partName, RETIRED_FILE, RETIRED_TAGGED_FILE } from '../../../core/journal/manifestText';
import { imageOfRunLine, readRunLine } from '../../../core/journal/runLine';
import type { Catalog, StoredBase } from '../runs/catalog';
import { partsOfBase } from '../runs/itemsOfBase';
import { piecesOfRun, type SortedItem } from '../runs/itemsOfRun';
import { attemptOf } from './attempts';
import { requireNothingErased } from './erasedMeanwhile';
import { NOTHING, putCovered, putManifest } from './finish';
import { forEachItem, type Cursor } from './forEachItem';
import { iso } from './makeRun';
import { newestOf } from './newestManifest';
import { putChecked } from './putChecked';
import { COMPACT_LIMITS, type CompactRequest, type CompactWatch } from './request';
import { compressorOf, GZIP_LEVEL } from './runWriter';
import { tagVersions, versionsIn } from './tagging';

/** How many of the newest are kept. */
const BASES_KEPT = 2;

/** Whether a run has come that the newest base has not, or the table is another one. */
export function isBaseWanted({ runs, bases }: Catalog, createdAtMs: number | undefined): boolean {
  const newest = bases[0];
  if (runs.length === 0 || !newest) return runs.length > 0;
  const covers = new Set(newest.manifest.covers);
  return !isOfTable(newest, createdAtMs) || runs.some(({ manifest }) => !isCovered({ covers }, manifest));
}

/**
 * Makes a base of the one before and the runs since; of all runs, where there is none or it cannot be read.
 *
 * @param createdAtMs of the table, where there was a former one of its name
 * @throws OutOfTimeError, DcsError, UnreadableImageError, S3Error
 */
export async function makeBase(
  request: CompactRequest,
  catalog: Catalog,
  createdAtMs: number | undefined,
  watch: CompactWatch,
): Promise<BaseManifest> {
  const before = catalog.bases.find((base) => isOfTable(base, createdAtMs));
  if (!before) return makeBaseOf(request, catalog, createdAtMs, undefined);
  try {
    return await makeBaseOf(request, catalog, createdAtMs, before);
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    watch.onUnreadable?.(before.prefix, error.message);
    return makeBaseOf(request, catalog, createdAtMs, undefined);
  }
}

async function makeBaseOf(
  request: CompactRequest,
  catalog: Catalog,
  createdAtMs: number | undefined,
  before: StoredBase | undefined,
): Promise<BaseManifest> {
  const { reads, table, signal } = request;
  const manifests = catalog.runs.map(({ manifest }) => manifest);
  const most = (times: readonly string[]) => times.reduce((a, b) => (a > b ? a : b));
  const named = {
    ...{ compressor: compressorOf('base', request), covers: catalog.runs.map(({ name }) => name).sort() },
    tableCreatedAt: createdAtMs === undefined ? null : iso(createdAtMs),
    lastStoredAt: most(manifests.map(({ lastStoredAt }) => lastStoredAt)),
  };
  const nameOf = (attempt: number) => baseName({ ...named, attempt });
  const attempt = attemptOf(catalog.unfinished, request.nowMs(), nameOf, catalog.retired);
  const name = nameOf(attempt);
  const folder = baseFolder(table, name);

  const covers = new Set(before?.manifest.covers);
  const since = catalog.runs.filter(({ manifest }) => !isCovered({ covers }, manifest));
  const files = [
    ...(before ? [partsOfBase(reads, before, { signal })] : []),
    ...since.map((run) => piecesOfRun(reads, run, { signal })),
  ];
  const writer = new Parts(request, folder);
  await forEachItem(files, (item, cursors) => writer.addNewest(item, cursors, createdAtMs));
  const parts = await writer.end();
  const count = (of: 'items' | 'tombstones') => parts.reduce((total, part) => total + part[of], 0);
  await requireNothingErased(request, catalog);
  const manifest = await putManifest<BaseManifest>(request, folder, {
    ...forManifest(table.tableName, {
      ...{ ...named, attempt, name, format: MANIFEST_FORMAT, kind: 'base', table: table.tableName },
      ...{ madeAt: iso(request.nowMs()), lastChangedAt: most(manifests.map(({ lastChangedAt }) => lastChangedAt)) },
      ...{ items: count('items'), tombstones: count('tombstones'), digestSum: writer.digestSum, parts },
      previousManifestSha256: newestOf(catalog.bases),
    }),
  });
  const earlier = catalog.bases.filter((base) => base.name !== name);
  await coverByBase(request, folder, earlier.slice(BASES_KEPT - 1));
  return manifest;
}

function forManifest(tableName: string, manifest: BaseManifest) {
  const place = { tableName, name: manifest.name };
  return {
    ...{ manifest, text: textOfBaseManifest(manifest) },
    read: (bytes: Uint8Array) => readBaseManifest(place, bytes),
  };
}

/**
 * Tags the bases whose place is taken. A base takes no run's place: it has the newest change of each item alone, and for a moment before
 * that change the one below it counts, however long ago it was made.
 */
async function coverByBase(request: CompactRequest, folder: string, older: readonly StoredBase[]): Promise<void> {
  await tagVersions(request, versionsIn(older), COVERED_TAG);
  await putCovered(request, folder);
}

/** What a former invocation has left untagged of what its newest base takes the place of. */
export async function coverByBaseAgain(request: CompactRequest, { bases }: Catalog): Promise<void> {
  for (const [i, base] of bases.entries()) {
    if (!base.isCovered) await coverByBase(request, base.prefix, bases.slice(i + BASES_KEPT));
  }
}

/** Tags the bases that an erase has put out of use. */
export async function tagRetired(request: CompactRequest, { retired }: Catalog): Promise<void> {
  for (const base of retired) {
    if (base.files.has(RETIRED_TAGGED_FILE)) continue;
    // By itself, for the run that says so may be merged, and gone.
    await request.bytes.putOnce(base.prefix + RETIRED_FILE, NOTHING, { signal: request.signal });
    await tagVersions(request, versionsIn([base]), SUPERSEDED_TAG);
    await request.bytes.putOnce(base.prefix + RETIRED_TAGGED_FILE, NOTHING, { signal: request.signal });
  }
}

function isOfTable({ manifest: { tableCreatedAt } }: StoredBase, createdAtMs: number | undefined): boolean {
  return (tableCreatedAt === null ? undefined : Date.parse(tableCreatedAt)) === createdAtMs;
}

/** Makes the parts of a base, and puts each as soon as it is full. */
class Parts {
  private readonly parts: BasePart[] = [];
  private readonly writer: BasePartWriter;

  constructor(
    private readonly request: CompactRequest,
    private readonly folder: string,
  ) {
    const { basePartTextBytes } = { ...COMPACT_LIMITS, ...request.limits };
    this.writer = new BasePartWriter(GZIP_LEVEL, basePartTextBytes);
  }

  get digestSum(): string {
    return this.writer.digestSum;
  }

  async addNewest(item: SortedItem, cursors: readonly Cursor[], createdAtMs: number | undefined): Promise<void> {
    let newest: string | undefined;
    for (const cursor of cursors) {
      do {
        const { lines = [] } = cursor.piece ?? {};
        const line = createdAtMs === undefined ? newestIn(lines) : newestOfTable(lines, createdAtMs);
        if (line !== undefined) newest = newest === undefined ? line : newerOf(newest, line);
      } while (await cursor.goesOn(item));
    }
    if (newest === undefined) return;
    if (!this.writer.hasRoomFor(newest)) await this.put();
    this.writer.add(item.hash, newest);
  }

  async end(): Promise<readonly BasePart[]> {
    if (!this.writer.isEmpty) await this.put();
    return this.parts;
  }

  private async put(): Promise<void> {
    const { part, items, marks } = this.writer.end(partName(this.parts.length));
    if (items) await putChecked(this.request, this.folder + itemsFile(part.name), items);
    await putChecked(this.request, this.folder + marksFile(part.name), marks);
    this.parts.push(part);
  }
}

/** Former tables of the name are history. */
function newestOfTable(lines: readonly string[], createdAtMs: number): string | undefined {
  let newest: string | undefined;
  for (const line of lines) {
    const { header, line: read } = imageOfRunLine(readRunLine(line));
    if (isOfFormerTable(header, read, createdAtMs)) continue;
    newest = newest === undefined ? line : newerOf(newest, line);
  }
  return newest;
}
