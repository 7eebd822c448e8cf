import { randomBytes } from 'node:crypto';
import { inParallel } from '../../core/inParallel';
import { runsPrefix, basePrefix } from '../../core/journal/journalKeys';
import { RETIRED_FILE } from '../../core/journal/manifestText';
import type { ConfiguredTable } from '../../settings/configuredTable';
import { definitionSource } from '../journal/compact/definitionSource';
import { NOTHING } from '../journal/compact/finish';
import { listJournal } from '../journal/compact/journalListing';
import { makeErasingRun } from '../journal/compact/makeErasingRun';
import type { CompactRequest } from '../journal/compact/request';
import { takeIn, type TakenIn } from '../journal/compact/takeIn';
import { catalogOf, hasWhatIsGone, type Catalog } from '../journal/runs/catalog';
import type { HeldInJournal } from './heldInJournal';
import type { ErasedBucket } from './places';
import { journalKeyBelow, nameIn, standingIn, type HeldVersion } from './standing';

export interface TakeOutRequest {
  readonly table: ConfiguredTable;
  readonly buckets: readonly ErasedBucket[];
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  /** By the object key that an item has in the layout of images. */
  readonly isErased: (objectKey: string) => boolean;
  /** What tells the runs of this erase from those of any other; random where left out. */
  readonly erasureId?: () => string;
}

/** A compactor that was faster is looked after; one that is faster time and again is left to the next erase. */
const ROUNDS = 4;

/**
 * Takes items out of what readers find in a journal: a run is made of all runs that have lines of them, and of those objects of the journal that are in none,
 * without these lines. It takes their place with its manifest, all at once; until then nothing has changed for anybody. Nothing is deleted here.
 *
 * @param look what the journal has of the items, now
 * @returns the last look
 * @throws DcsError, UnreadableImageError where a run is damaged, S3Error
 */
export async function takeOutOfJournal(
  request: TakeOutRequest,
  held: HeldInJournal,
  look: () => Promise<HeldInJournal>,
): Promise<HeldInJournal> {
  let now = held;
  let hasWaited = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    const isDone = !(await takeOutOnce(request, now.versions));
    // A compactor that had looked whether anybody is erased puts its manifest at once, or has put all of it after the manifests were read.
    const isBusy = now.versions.some(({ standing }) => standing === 'busy' || standing === 'unknown');
    if (isDone && (hasWaited || !isBusy)) break;
    hasWaited = isDone;
    now = await look();
  }
  return now;
}

async function takeOutOnce(request: TakeOutRequest, versions: readonly HeldVersion[]): Promise<boolean> {
  const { table, signal, isErased } = request;
  const destination = request.buckets.find(({ side }) => side === 'destination');
  const read = versions.filter(
    ({ in: side, standing, items }) =>
      side === 'destination' && standing === 'read' && [...items.keys()].some((key) => isErased(key)),
  );
  if (!destination || read.length === 0) return false;
  const work = compactRequest(request, destination);
  const catalog = await catalogOf(destination, table, signal);
  const { folded } = await listJournal(work, catalog);
  const inRuns = new Set(
    read.flatMap(({ is, version }) => (is === 'run' ? [nameOfRun(table, version.objectKey)] : [])),
  );
  const runs = catalog.runs.filter(({ name }) => inRuns.has(name));
  const taken = await takenIn(request, work, catalog, read);
  try {
    if (!(await retireBases(request, destination, catalog, read))) return false;
    const isAnything = runs.length > 0 || taken.some(({ inputs }) => inputs.length > 0);
    // Of what bases alone had, they are out of use now; and what the compactor has folded since, is to be looked for again.
    if (!isAnything) return read.some(({ is }) => is === 'base') || isStale(request, catalog, read);
    await makeErasingRun(work, catalog, {
      ...{ runs, taken: taken.filter(({ inputs }) => inputs.length > 0), isErased, folded },
      erasure: (request.erasureId ?? randomId)(),
      erasedInputs: new Set(
        versions.flatMap(({ is, version }) => (is === 'journal' ? [journalKeyBelow(table, version.objectKey)] : [])),
      ),
    });
    return true;
  } finally {
    await Promise.all(taken.map(({ spool }) => spool.close()));
  }
}

function randomId(): string {
  return randomBytes(8).toString('hex');
}

/** Whether something has taken the place of what was read when it was looked for. */
function isStale({ table, nowMs }: TakeOutRequest, catalog: Catalog, read: readonly HeldVersion[]): boolean {
  const standing = standingIn(table, catalog, nowMs());
  return read.some((version) => standing(version) !== 'read');
}

function nameOfRun(table: ConfiguredTable, objectKey: string): string {
  return nameIn(objectKey, runsPrefix(table));
}

/** As the compactor works, but that there is no end to its time, and that it tags nothing. */
function compactRequest({ table, nowMs, signal }: TakeOutRequest, { lister, bytes }: ErasedBucket): CompactRequest {
  return {
    ...{ table, nowMs, signal, reads: { lister, bytes }, bytes, timeLeftMs: () => Infinity },
    tags: { put: () => Promise.reject(new Error('an erase tags nothing')) },
  };
}

async function takenIn(
  { isErased }: TakeOutRequest,
  work: CompactRequest,
  { consumed }: Catalog,
  read: readonly HeldVersion[],
): Promise<TakenIn[]> {
  const source = definitionSource(work.reads);
  const keys = new Set(read.flatMap(({ is, version }) => (is === 'journal' ? [version.objectKey] : [])));
  const histories = await Promise.all([...keys].filter((key) => !consumed.has(key)).map((key) => source.history(key)));
  const waiting = histories.filter((history) => history !== undefined);
  const taken: TakenIn[] = [];
  while (waiting.length > 0) taken.push(await takeIn(work, waiting, [], {}, ({ objectKey }) => isErased(objectKey)));
  return taken;
}

/**
 * A base that has any of them counts no more, from before its runs are without them: with a base of before their delete, and runs
 * without that, they would be there again.
 *
 * @returns whether all are out of use: one that has what no run has any more stays
 */
async function retireBases(
  { table, signal }: TakeOutRequest,
  { bytes }: ErasedBucket,
  catalog: Catalog,
  read: readonly HeldVersion[],
): Promise<boolean> {
  const names = new Set(
    read.flatMap(({ is, version }) => (is === 'base' ? [nameIn(version.objectKey, basePrefix(table))] : [])),
  );
  const bases = catalog.bases.filter(({ name }) => names.has(name));
  if (bases.some((base) => hasWhatIsGone(base, catalog))) return false;
  await inParallel(bases, 4, async ({ prefix }) => {
    await bytes.putOnce(prefix + RETIRED_FILE, NOTHING, { signal });
  });
  return true;
}
