import { distinctLines, hashOf } from '../../../core/journal/hashOrder';
import { MANIFEST_FORMAT } from '../../../core/journal/manifestText';
import { runName, type RunManifest } from '../../../core/journal/runManifest';
import type { Catalog, StoredRun } from '../runs/catalog';
import { piecesOfRun, type SortedItem } from '../runs/itemsOfRun';
import type { Spool } from '../spool';
import { forEachItem, type Cursor } from './forEachItem';
import { iso, putRunManifest } from './makeRun';
import { countedIn, erasedInputsOf, least, most, READ_AT_A_TIME, writeItem } from './mergeRuns';
import { newestOf } from './newestManifest';
import type { CompactRequest } from './request';
import { compressorOf, RunWriter } from './runWriter';
import type { TakenIn } from './takeIn';

/** What is made anew, without somebody. */
export interface ErasingRun {
  /** The run takes the place of these. */
  readonly runs: readonly StoredRun[];
  /** Of objects of the journal that no run has: without the lines that are to be erased. */
  readonly taken: readonly TakenIn[];
  readonly isErased: (objectKey: string) => boolean;
  /** Random: what was erased leaves no name, and no other erase makes the same. */
  readonly erasure: string;
  /** Keys below `journal/` of the objects that have such lines. */
  readonly erasedInputs: ReadonlySet<string>;
  /** Keys below `journal/` of the objects that are still there. */
  readonly folded: ReadonlySet<string>;
}

/**
 * Makes one run of all that has lines of somebody, without these. With its manifest all of it is out of use at once: before, every reader
 * finds all of the lines, and afterwards none. Nothing is tagged, which the compactor that comes next does.
 *
 * @throws DcsError, UnreadableImageError, S3Error
 */
export async function makeErasingRun(
  request: CompactRequest,
  catalog: Catalog,
  { runs, taken, isErased, erasure, erasedInputs, folded }: ErasingRun,
): Promise<RunManifest> {
  const manifests = runs.map(({ manifest }) => manifest);
  const levels = manifests.map(({ level }) => level);
  const inputs = [
    ...manifests.flatMap((one) => one.inputs.filter(([key]) => folded.has(key))),
    ...taken.flatMap((one) => one.inputs),
  ];
  const times = (of: 'firstStoredAt' | 'lastStoredAt' | 'lastChangedAt') => [
    ...manifests.map((one) => one[of]),
    ...taken.map((one) => iso(one[`${of}Ms`])),
  ];
  const named = {
    // What it takes the place of was merged as far as its level says.
    ...{
      level: runs.length === 0 ? 0 : Math.max(1, ...levels),
      compressor: compressorOf('run', request),
      attempt: 0,
      erasure,
      inputs,
    },
    merged: runs.map(({ name }) => name).sort(),
    ...{ firstStoredAt: least(times('firstStoredAt')), lastStoredAt: most(times('lastStoredAt')) },
  };
  const name = runName(named);
  const writer = new RunWriter(request, name);
  const counts = await writeOthers(request, { runs, taken, isErased }, writer);
  const parts = await writer.end();
  const mergedBefore = manifests.flatMap((one) => [...one.merged, ...one.mergedBefore]);
  return putRunManifest(request, {
    ...{ ...named, name, format: MANIFEST_FORMAT, kind: 'run', table: request.table.tableName },
    ...{ madeAt: iso(request.nowMs()), lastChangedAt: most(times('lastChangedAt')) },
    mergedBefore: [...new Set(mergedBefore)].filter((one) => catalog.runNames.has(one)).sort(),
    ...{ ...counts, linesOut: writer.lines, ...erasedInputsOf(manifests, inputs, erasedInputs), parts },
    previousManifestSha256: newestOf([...catalog.runs, ...catalog.superseded]),
  });
}

async function writeOthers(
  request: CompactRequest,
  { runs, taken, isErased }: Pick<ErasingRun, 'runs' | 'taken' | 'isErased'>,
  writer: RunWriter,
) {
  const { reads, signal } = request;
  const sum = (of: 'lines' | 'erased') => taken.reduce((total, one) => total + one[of], 0);
  const counts = { linesIn: 0, duplicates: 0, erased: sum('erased') };
  const files = [
    ...runs.map((run) => countedIn(piecesOfRun(reads, run, { ...READ_AT_A_TIME, signal }), counts)),
    ...taken.map(({ spool }) => sortedItems(spool, counts)),
  ];
  await forEachItem(files, async (item, cursors) => {
    if (!isErased(item.objectKey)) counts.duplicates += await writeItem(writer, item, cursors);
    else for (const cursor of cursors) counts.erased += await passedOver(item, cursor);
  });
  return { ...counts, linesIn: counts.linesIn + sum('lines') };
}

/** @returns how many lines there are of the item */
async function passedOver(item: SortedItem, cursor: Cursor): Promise<number> {
  let lines = 0;
  do lines += cursor.piece?.lines.length ?? 0;
  while (await cursor.goesOn(item));
  return lines;
}

async function* sortedItems(spool: Spool, counts: { duplicates: number }): AsyncGenerator<SortedItem[]> {
  for await (const part of spool.all()) {
    const items = [...part].map(([objectKey, lines]) => {
      const distinct = distinctLines(lines);
      counts.duplicates += distinct.duplicates;
      return { hash: hashOf(objectKey), objectKey, lines: distinct.lines };
    });
    yield items.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  }
}
