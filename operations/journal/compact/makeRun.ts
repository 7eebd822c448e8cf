import type { ObjectHistory } from '../../../aws/objectVersions';
import { COVERED_TAG } from '../../../core/journal/coveredTag';
import { distinctLines, hashOf } from '../../../core/journal/hashOrder';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { MANIFEST_FORMAT } from '../../../core/journal/manifestText';
import {
  readRunManifest,
  runFolder,
  runName,
  textOfRunManifest,
  type RunManifest,
} from '../../../core/journal/runManifest';
import type { Catalog } from '../runs/catalog';
import type { Spool } from '../spool';
import { attemptOf } from './attempts';
import { requireNothingErased } from './erasedMeanwhile';
import { putCovered, putManifest } from './finish';
import { hasInputsToCover, type JournalListing } from './journalListing';
import { newestOf } from './newestManifest';
import type { CompactRequest } from './request';
import { compressorOf, RunWriter } from './runWriter';
import { tagVersions } from './tagging';
import type { TakenIn } from './takeIn';

/**
 * Makes a run of journal objects, and tags them when all of it has been read back.
 *
 * @throws OutOfTimeError, ErasedMeanwhileError, DcsError, S3Error
 */
export async function makeRun(request: CompactRequest, catalog: Catalog, taken: TakenIn): Promise<RunManifest> {
  const named = {
    ...{ level: 0, compressor: compressorOf('run', request), merged: [] },
    inputs: taken.inputs.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    firstStoredAt: iso(taken.firstStoredAtMs),
    lastStoredAt: iso(taken.lastStoredAtMs),
  };
  const nameOf = (attempt: number) => runName({ ...named, attempt });
  const attempt = attemptOf(catalog.unfinished, request.nowMs(), nameOf);
  const name = nameOf(attempt);
  const writer = new RunWriter(request, name);
  const duplicates = await writeSorted(taken.spool, writer);
  const parts = await writer.end();
  await requireNothingErased(request, catalog);
  const manifest = await putRunManifest(request, {
    ...{ ...named, attempt, name, format: MANIFEST_FORMAT, kind: 'run', table: request.table.tableName },
    ...{ madeAt: iso(request.nowMs()), lastChangedAt: iso(taken.lastChangedAtMs), mergedBefore: [] },
    ...{ linesIn: taken.lines, duplicates, linesOut: writer.lines, parts },
    previousManifestSha256: newestOf([...catalog.runs, ...catalog.superseded]),
  });
  await tagVersions(request, taken.versions, COVERED_TAG);
  await putCovered(request, runFolder(request.table, name));
  return manifest;
}

export function putRunManifest(request: CompactRequest, manifest: RunManifest): Promise<RunManifest> {
  const place = { tableName: request.table.tableName, name: manifest.name };
  return putManifest(request, runFolder(request.table, manifest.name), {
    ...{ manifest, text: textOfRunManifest(manifest) },
    read: (bytes) => readRunManifest(place, bytes),
  });
}

/** @returns how many lines were copies of others */
async function writeSorted(spool: Spool, writer: RunWriter): Promise<number> {
  let duplicates = 0;
  for await (const part of spool.all()) {
    const items = [...part]
      .map(([objectKey, lines]) => ({ hash: hashOf(objectKey), lines }))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    for (const { hash, lines } of items) {
      const distinct = distinctLines(lines);
      duplicates += distinct.duplicates;
      const putting = writer.add(hash, distinct.lines);
      if (putting) await putting;
    }
  }
  return duplicates;
}

/** What a former invocation has left untagged of what its runs have. */
export async function coverAgain(
  request: CompactRequest,
  { runs, superseded }: Catalog,
  { toCover }: JournalListing,
): Promise<number> {
  const prefix = journalPrefix(request.table);
  let covered = 0;
  for (const run of [...runs, ...superseded]) {
    if (run.isCovered || !hasInputsToCover(run)) continue;
    const versions = run.manifest.inputs.flatMap(([key, etag]) => versionsOf(toCover.get(prefix + key), etag));
    await tagVersions(request, versions, COVERED_TAG);
    // Else the runs that it takes the place of have no tags yet.
    if (run.manifest.merged.length === 0) await putCovered(request, run.prefix);
    covered += versions.length;
  }
  return covered;
}

/** Those that were read when the run was made. */
function versionsOf(history: ObjectHistory | undefined, etag: string) {
  return history?.versions.filter((version) => version.etag === etag) ?? [];
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}
