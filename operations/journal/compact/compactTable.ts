import type { ObjectHistory } from '../../../aws/objectVersions';
import { SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { journalPrefix } from '../../../core/journal/journalKeys';
import { tableCreatedAt } from '../../formerTable';
import { catalogOf, type Catalog } from '../runs/catalog';
import { ABANDONED_MS } from './attempts';
import { ErasedMeanwhileError } from './erasedMeanwhile';
import { definitionSource } from './definitionSource';
import { inTurn, listJournal, type JournalListing } from './journalListing';
import { coverByBaseAgain, isBaseWanted, makeBase, tagRetired } from './makeBase';
import { coverAgain, makeRun } from './makeRun';
import { mergeRuns, supersedeAgain } from './mergeRuns';
import {
  COMPACT_LIMITS,
  mergeBytesIn,
  OutOfTimeError,
  requireTime,
  type CompactRequest,
  type Compacted,
  type CompactWatch,
} from './request';
import { runsToMerge } from './runsToMerge';
import { tagVersions, versionsIn } from './tagging';
import { takeIn } from './takeIn';

export type { Compacted, CompactLimits, CompactRequest, CompactWatch } from './request';

/**
 * Turns a table's journal into runs and these into a base, and tags what may expire by that. It only ever adds, and reads back what it
 * has added before it tags anything; it may be stopped at any time, and several may be at work at a time. What it leaves is folded by
 * readers.
 *
 * @throws DcsError when something else lies where it writes; UnreadableImageError when a run is damaged; S3Error
 */
export async function compactTable(request: CompactRequest, watch: CompactWatch = {}): Promise<Compacted> {
  const catalog = await lookedUp(request);
  const listing = await listJournal(request, catalog);
  const work = new Compaction(request, watch, catalog, listing);
  await work.all();
  return work.done();
}

class Compaction {
  private readonly counts = { runs: 0, merges: 0, bases: 0, covered: 0 };
  private readonly unfolded: Map<string, ObjectHistory>;
  private readonly folded: Set<string>;
  private unreadable = 0;
  private isFinished = false;

  constructor(
    private readonly request: CompactRequest,
    private readonly watch: CompactWatch,
    private catalog: Catalog,
    private readonly listing: JournalListing,
  ) {
    this.unfolded = new Map(listing.unfolded.map((history) => [history.objectKey, history]));
    this.folded = new Set(listing.folded);
  }

  async all(): Promise<void> {
    for (const { objectKey, reason } of [...this.catalog.unreadableRuns, ...this.catalog.unreadableBases]) {
      this.unreadable += 1;
      this.watch.onUnreadable?.(objectKey, reason);
    }
    try {
      await this.tagAgain();
      await this.runs();
      if (this.request.tasks?.base) await this.base();
      await this.merges();
      this.isFinished = true;
    } catch (error) {
      if (!(error instanceof OutOfTimeError) && !(error instanceof ErasedMeanwhileError)) throw error;
    }
  }

  done(): Compacted {
    const times = [...this.unfolded.values()].map(({ versions }) => versions[0]?.storedAtMs ?? 0);
    const { counts, unreadable, isFinished } = this;
    return {
      ...{ ...counts, unreadable, isFinished, unfolded: times.length },
      ...(times.length > 0 && { oldestUnfoldedAtMs: times.reduce((a, b) => Math.min(a, b)) }),
    };
  }

  /** What whoever was stopped has left to do. */
  private async tagAgain(): Promise<void> {
    const { request, catalog } = this;
    requireTime(request);
    this.counts.covered += await coverAgain(request, catalog, this.listing);
    await supersedeAgain(request, catalog);
    await coverByBaseAgain(request, catalog);
    await tagRetired(request, catalog);
    const abandonedAtMs = request.nowMs() - ABANDONED_MS;
    const abandoned = catalog.unfinished.filter(({ files }) =>
      [...files.values()].every(({ versions }) => versions.every(({ storedAtMs }) => storedAtMs < abandonedAtMs)),
    );
    await tagVersions(request, versionsIn(abandoned), SUPERSEDED_TAG);
  }

  private async runs(): Promise<void> {
    const { request, watch } = this;
    const waiting = inTurn(this.listing.unfolded, request.nowMs());
    while (waiting.length > 0) {
      const unreadable: ObjectHistory[] = [];
      const taken = await takeIn(request, waiting, unreadable, watch);
      try {
        this.unreadable += unreadable.length;
        if (taken.inputs.length === 0) continue;
        const { name, linesOut } = await makeRun(request, this.catalog, taken);
        this.counts.runs += 1;
        this.counts.covered += taken.inputs.length;
        watch.onRun?.(name, linesOut);
      } finally {
        await taken.spool.close();
      }
      const below = journalPrefix(request.table);
      for (const [key] of taken.inputs) {
        this.unfolded.delete(below + key);
        this.folded.add(key);
      }
      this.catalog = await lookedUp(request);
    }
  }

  private async base(): Promise<void> {
    const { request, watch, catalog } = this;
    requireTime(request);
    const createdAtMs = await tableCreatedAt(definitionSource(request.reads), request.table, Infinity);
    if (!isBaseWanted(catalog, createdAtMs)) return;
    const { name, items } = await makeBase(request, catalog, createdAtMs, watch);
    this.counts.bases += 1;
    watch.onBase?.(name, items);
    this.catalog = await lookedUp(request);
  }

  private async merges(): Promise<void> {
    const { request, watch } = this;
    const { mergeBytes } = { ...COMPACT_LIMITS, ...request.limits };
    // What would not end in the time that is left would be begun by every invocation, and ended by none.
    const next = () => runsToMerge(this.catalog, Math.min(mergeBytes, mergeBytesIn(request.timeLeftMs())));
    for (let runs = next(); runs; runs = next()) {
      requireTime(request);
      const { name, linesOut } = await mergeRuns(request, this.catalog, runs, this.folded);
      this.counts.merges += 1;
      watch.onMerge?.(name, linesOut);
      this.catalog = await lookedUp(request);
    }
  }
}

function lookedUp({ reads, table, signal }: CompactRequest): Promise<Catalog> {
  return catalogOf(reads, table, signal);
}
