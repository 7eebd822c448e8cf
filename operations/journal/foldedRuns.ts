import { S3Error } from '../../aws/s3Error';
import { hashOf } from '../../core/journal/hashOrder';
import { journalPrefix } from '../../core/journal/journalKeys';
import { MANIFEST_FILE } from '../../core/journal/manifestText';
import { isCovered, servesFor } from '../../core/journal/baseManifest';
import { inParallel } from '../../core/inParallel';
import { flattened } from '../../core/steps';
import type { TableLocation } from '../../core/objectKey';
import type { WantedState } from '../images/imageSource';
import { whyUnreadable } from '../images/whyUnreadable';
import type { JournalReads } from './readObject';
import { catalogOf, hasWhatIsGone, type Catalog, type StoredBase, type StoredRun } from './runs/catalog';
import { partsOfBase } from './runs/itemsOfBase';
import { batchesOfRun, itemOfRun, type HashRange, type SortedItem } from './runs/itemsOfRun';
import type { Unreadable } from './unreadable';

const RUNS_AT_A_TIME = 8;

/** A file of a run or a base is not what its manifest says: from now on it is read without. */
export class DamagedFileError extends Error {}

/** What the compactor has made of a table's journal, as far as it can be read. */
export class FoldedRuns {
  private catalog: Catalog | undefined;
  private readonly reads: JournalReads;
  /** By the prefix of the run or base, of which a file turned out to be damaged. */
  private readonly damaged = new Map<string, Unreadable>();

  constructor(
    reads: JournalReads,
    private readonly table: TableLocation,
  ) {
    this.reads = rememberingManifests(reads);
  }

  async look(signal?: AbortSignal): Promise<void> {
    this.catalog = await catalogOf(this.reads, this.table, signal);
  }

  get isEmpty(): boolean {
    const { runs, bases, unreadableRuns, unreadableBases } = this.catalog ?? NOTHING;
    return [runs, bases, unreadableRuns, unreadableBases].every(({ length }) => length === 0);
  }

  /** Object keys of the journal whose lines are had from a run. */
  consumed(): ReadonlySet<string> {
    const { consumed = new Set<string>(), runs = [], superseded = [] } = this.catalog ?? {};
    const damaged = [...runs, ...superseded].filter((run) => this.damaged.has(run.prefix));
    if (damaged.length === 0) return consumed;
    const wanted = new Set(damaged.flatMap((run) => this.inputsOf(run)));
    return new Set([...consumed].filter((objectKey) => !wanted.has(objectKey)));
  }

  /**
   * What nobody can read, and nothing else has.
   *
   * @param seen object keys of the journal that were read
   */
  unreadable(seen: { has(objectKey: string): boolean }): ReadonlyMap<string, Unreadable> {
    const { runs, unreadableRuns, bases, unreadableBases } = this.catalog ?? NOTHING;
    const lost = new Map<string, Unreadable>(unreadableRuns.map((one) => [one.objectKey, one]));
    for (const run of runs) {
      const why = this.damaged.get(run.prefix);
      if (why && this.isLost(run, seen)) lost.set(run.prefix, why);
    }
    const usable = bases.some(({ prefix }) => !this.damaged.has(prefix));
    if (usable) return lost;
    for (const base of bases) {
      const why = this.damaged.get(base.prefix);
      if (why && hasWhatIsGone(base, this.catalog ?? NOTHING)) lost.set(base.prefix, why);
    }
    for (const one of unreadableBases) lost.set(one.objectKey, one);
    return lost;
  }

  /** In hash order, each with an item once. A base stands for its runs where nothing but a state is wanted that it has. */
  streams(wanted: WantedState | undefined, hashes: HashRange, signal?: AbortSignal): AsyncIterable<SortedItem>[] {
    const { base, runs } = this.plan(wanted);
    const range = { ...hashes, signal };
    return [
      ...(base ? [this.watched(base.prefix, partsOfBase(this.reads, base, range))] : []),
      ...runs.map((run) => this.watched(run.prefix, batchesOfRun(this.reads, run, range))),
    ];
  }

  /** The lines of one item, of each run by itself. */
  async linesOf(objectKey: string, signal?: AbortSignal): Promise<(readonly string[])[]> {
    const { base, runs } = this.plan(undefined);
    const found: (readonly string[])[] = [];
    if (base) {
      const hash = hashOf(objectKey);
      const items = partsOfBase(this.reads, base, { fromHash: hash, toHash: hash, signal });
      for await (const item of this.watched(base.prefix, items)) {
        if (item.objectKey === objectKey) found.push(item.lines);
      }
    }
    const ofRuns = new Map<StoredRun, readonly string[]>();
    await inParallel(runs, RUNS_AT_A_TIME, async (run) => {
      ofRuns.set(run, await this.linesIn(run, objectKey, signal));
    });
    return [...found, ...runs.flatMap((run) => [ofRuns.get(run) ?? []])];
  }

  private async linesIn(run: StoredRun, objectKey: string, signal?: AbortSignal): Promise<readonly string[]> {
    try {
      return await itemOfRun(this.reads, run, objectKey, signal);
    } catch (error) {
      throw this.noted(run.prefix, error);
    }
  }

  private watched(prefix: string, batches: AsyncIterable<readonly SortedItem[]>): AsyncIterable<SortedItem> {
    return flattened(this.watchedBatches(prefix, batches));
  }

  private async *watchedBatches(prefix: string, batches: AsyncIterable<readonly SortedItem[]>) {
    try {
      for await (const batch of batches) yield batch;
    } catch (error) {
      throw this.noted(prefix, error);
    }
  }

  private noted(prefix: string, error: unknown): unknown {
    const isGone = error instanceof S3Error && error.statusCode === 404;
    const reason = isGone ? undefined : whyUnreadable(error);
    if (reason === undefined) return error;
    this.damaged.set(prefix, { reason, storedAtMs: 0 });
    return new DamagedFileError(reason, { cause: error });
  }

  private plan(wanted: WantedState | undefined): { base?: StoredBase; runs: readonly StoredRun[] } {
    const runs = (this.catalog?.runs ?? []).flatMap((run) => this.usable(run));
    const bases = (this.catalog?.bases ?? []).filter(({ prefix }) => !this.damaged.has(prefix));
    const base = wanted && bases.find(({ manifest }) => servesFor(manifest, stateToRead(wanted)));
    if (base) {
      const covers = new Set(base.manifest.covers);
      return { base, runs: runs.filter(({ manifest }) => !isCovered({ covers }, manifest)) };
    }
    // What was last changed in a run that is gone, the newest base has.
    const [newest] = bases;
    return { runs, ...(newest && hasWhatIsGone(newest, this.catalog ?? NOTHING) && { base: newest }) };
  }

  /** Where a file of it is damaged, those that it was merged of, as long as they are there. */
  private usable(run: StoredRun): readonly StoredRun[] {
    return this.damaged.has(run.prefix) ? this.mergedInto(run).flatMap((one) => this.usable(one)) : [run];
  }

  private isLost(run: StoredRun, seen: { has(objectKey: string): boolean }): boolean {
    if (!this.damaged.has(run.prefix)) return false;
    const { merged } = run.manifest;
    const parts = this.mergedInto(run);
    if (parts.length < merged.length || parts.some((one) => this.isLost(one, seen))) return true;
    // What an erase has made has objects of the journal beside runs.
    const inParts = new Set(parts.flatMap((one) => this.inputsOf(one)));
    return this.inputsOf(run).some((objectKey) => !inParts.has(objectKey) && !seen.has(objectKey));
  }

  private mergedInto({ manifest }: StoredRun): readonly StoredRun[] {
    return (this.catalog?.superseded ?? []).filter(({ name }) => manifest.merged.includes(name));
  }

  private inputsOf({ manifest }: StoredRun): string[] {
    return manifest.inputs.map(([key]) => journalPrefix(this.table) + key);
  }
}

const NOTHING = { runs: [], superseded: [], bases: [], unreadableRuns: [], unreadableBases: [] } as const;

function stateToRead({ momentMs, storedByMs, createdAtMs }: WantedState) {
  return { momentMs, storedByMs, tableCreatedAtMs: createdAtMs };
}

/** A manifest is written once, and read again at every look. */
function rememberingManifests({ lister, bytes }: JournalReads): JournalReads {
  const known = new Map<string, ReturnType<JournalReads['bytes']['get']>>();
  return {
    lister,
    bytes: {
      get(objectKey, options) {
        if (!objectKey.endsWith(`/${MANIFEST_FILE}`)) return bytes.get(objectKey, options);
        const id = `${objectKey} ${options?.versionId ?? ''}`;
        const read = known.get(id) ?? bytes.get(objectKey, options);
        known.set(id, read);
        read.catch(() => known.delete(id));
        return read;
      },
    },
  };
}
