import type { BaseManifest } from '../../../core/journal/baseManifest';
import { basePrefix, journalPrefix, runsPrefix } from '../../../core/journal/journalKeys';
import { isCovered, readBaseManifest } from '../../../core/journal/baseManifest';
import { COVERED_FILE, MANIFEST_FILE, RETIRED_FILE, type ManifestPlace } from '../../../core/journal/manifestText';
import { firstStoredAtMsOf, readRunManifest, type RunManifest } from '../../../core/journal/runManifest';
import { compareText } from '../../../core/journal/hashOrder';
import { inParallel } from '../../../core/inParallel';
import type { TableLocation } from '../../../core/objectKey';
import { whyUnreadable } from '../../images/whyUnreadable';
import type { JournalReads } from '../readObject';
import { filesOfBase } from './filesOf';
import { foldersBelow, isExpiring, type Folder } from './folders';
import { readFile, sha256Of } from './readFile';

interface Finished<Manifest> extends Folder {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
  /** All that it covers was tagged. */
  readonly isCovered: boolean;
}
export type StoredRun = Finished<RunManifest>;
export type StoredBase = Finished<BaseManifest>;

/** A manifest that nobody can read. */
export interface UnreadableManifest {
  readonly objectKey: string;
  /** Of a run, the first of its lines, by its name: it has changes of long before it was made. */
  readonly storedAtMs: number;
  readonly reason: string;
}

/** What the compactor has made of a table's journal. */
export interface Catalog {
  /** Those in force, the first stored first: together with the journal objects that none has {@link consumed} they are the history. */
  readonly runs: readonly StoredRun[];
  /** Those that another run takes the place of, as long as they are still there. */
  readonly superseded: readonly StoredRun[];
  /** The newest first. */
  readonly bases: readonly StoredBase[];
  /** Those that an erase has put out of use, or whose runs it has made anew: they may have somebody who is in no run any more. */
  readonly retired: readonly StoredBase[];
  /** Object keys of journal objects whose lines are in some run. */
  readonly consumed: ReadonlySet<string>;
  /** Those of them of which some lines are erased. */
  readonly erasedInputs: ReadonlySet<string>;
  /** Of runs: any item may have a change in one. */
  readonly unreadableRuns: readonly UnreadableManifest[];
  /** Of bases: what they have can be had from the runs. */
  readonly unreadableBases: readonly UnreadableManifest[];
  /** Of runs and bases, without a manifest: not finished yet, or never to be. */
  readonly unfinished: readonly Folder[];
  /** Names of all folders of runs, whatever is in them. */
  readonly runNames: ReadonlySet<string>;
}

const MANIFESTS_AT_A_TIME = 16;

/**
 * Lists the runs and bases of a table, and reads their manifests.
 *
 * @throws S3Error
 */
export async function catalogOf(reads: JournalReads, table: TableLocation, signal?: AbortSignal): Promise<Catalog> {
  const [ofRuns, ofBases] = await Promise.all([
    foldersBelow(reads.lister, runsPrefix(table), signal),
    foldersBelow(reads.lister, basePrefix(table), signal),
  ]);
  const runs = await finishedIn(reads, table, ofRuns, readRunManifest, knownRuns, signal);
  const bases = await finishedIn(reads, table, ofBases, readBaseManifest, knownBases, signal);
  const replaced = new Set(runs.finished.flatMap(({ manifest }) => [...manifest.merged, ...manifest.mergedBefore]));
  const below = journalPrefix(table);
  const inForce = runs.finished.filter(({ name }) => !replaced.has(name));
  const erased = namesMadeAnew(runs.finished);
  const isRetired = (base: StoredBase) =>
    base.files.has(RETIRED_FILE) ||
    (base.manifest.covers.some((name) => erased.has(name)) &&
      !hasWhatIsGone(base, { runs: runs.finished, superseded: [] }));
  const usable = bases.finished.filter((base) => !isRetired(base) && !isExpiring(base, filesOfBase(base.manifest)));
  return {
    runs: inForce,
    superseded: runs.finished.filter(({ name }) => replaced.has(name)),
    bases: newestFirst(usable, inForce),
    retired: bases.finished.filter(isRetired),
    consumed: new Set(runs.finished.flatMap(({ manifest }) => manifest.inputs.map(([key]) => below + key))),
    erasedInputs: new Set(
      runs.finished.flatMap(({ manifest }) => (manifest.erasedInputs ?? []).map((key) => below + key)),
    ),
    unreadableRuns: runs.unreadable.filter(({ name }) => !replaced.has(name)),
    unreadableBases: bases.unreadable,
    unfinished: [...runs.unfinished, ...bases.unfinished],
    runNames: new Set(ofRuns.map(({ name }) => name)),
  };
}

/**
 * Names of the runs that an erase has made anew. A base of one of them counts no more from the moment of that manifest: whoever has made it meanwhile has
 * read what is out of use since.
 */
function namesMadeAnew(runs: readonly StoredRun[]): ReadonlySet<string> {
  const erasing = runs.filter(({ manifest: { erasure } }) => erasure !== undefined);
  return new Set(erasing.flatMap(({ manifest }) => [...manifest.merged, ...manifest.mergedBefore]));
}

/** Whether a base is made of a run that is there no more, and has no other in its place. */
export function hasWhatIsGone(
  { manifest }: Pick<StoredBase, 'manifest'>,
  { runs, superseded }: Pick<Catalog, 'runs' | 'superseded'>,
): boolean {
  const known = new Set(
    [...runs, ...superseded].flatMap((run) => [run.name, ...run.manifest.merged, ...run.manifest.mergedBefore]),
  );
  return manifest.covers.some((name) => !known.has(name));
}

/** Names tell seconds: of several bases up to the same one, the first is what has more of the runs, then what was made later. */
function newestFirst(bases: readonly StoredBase[], runs: readonly StoredRun[]): StoredBase[] {
  const missing = new Map(
    bases.map((base) => {
      const covers = new Set(base.manifest.covers);
      return [base, runs.filter(({ manifest }) => !isCovered({ covers }, manifest)).length] as const;
    }),
  );
  return [...bases].sort(
    (a, b) =>
      compareText(b.manifest.lastStoredAt, a.manifest.lastStoredAt) ||
      (missing.get(a) ?? 0) - (missing.get(b) ?? 0) ||
      compareText(b.manifest.madeAt, a.manifest.madeAt) ||
      compareText(b.name, a.name),
  );
}

type Read<Manifest> = Pick<Finished<Manifest>, 'manifest' | 'manifestSha256'>;
type Known<Manifest> = WeakMap<Uint8Array, Read<Manifest>>;

/** Whoever looks again and again has the very bytes of the look before: they are checked once. */
const knownRuns: Known<RunManifest> = new WeakMap();
const knownBases: Known<BaseManifest> = new WeakMap();

async function finishedIn<Manifest extends RunManifest | BaseManifest>(
  reads: JournalReads,
  { tableName }: TableLocation,
  folders: readonly Folder[],
  read: (place: ManifestPlace, bytes: Uint8Array) => Manifest,
  known: Known<Manifest>,
  signal: AbortSignal | undefined,
) {
  const found = new Map<string, Finished<Manifest>>();
  const unreadable: (UnreadableManifest & { readonly name: string })[] = [];
  const withManifest = folders.filter(({ files }) => files.has(MANIFEST_FILE));
  await inParallel(withManifest, MANIFESTS_AT_A_TIME, async (folder) => {
    const { name, files, prefix } = folder;
    try {
      const bytes = await readFile(reads, folder, MANIFEST_FILE, { signal });
      const before = known.get(bytes);
      const isKnown = before?.manifest.name === name && before.manifest.table === tableName;
      const once = isKnown ? before : { manifest: read({ tableName, name }, bytes), manifestSha256: sha256Of(bytes) };
      known.set(bytes, once);
      found.set(name, { ...folder, ...once, isCovered: files.has(COVERED_FILE) });
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      const storedAtMs = firstStoredAtMsOf(name) ?? files.get(MANIFEST_FILE)?.versions[0]?.storedAtMs ?? 0;
      unreadable.push({ name, objectKey: `${prefix}${MANIFEST_FILE}`, storedAtMs, reason });
    }
  });
  return {
    finished: folders.flatMap(({ name }) => found.get(name) ?? []),
    unreadable,
    unfinished: folders.filter(({ files }) => !files.has(MANIFEST_FILE)),
  };
}
