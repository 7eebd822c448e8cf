import type { LockStore } from '../../aws/objectLocks';
import { HistoryGrouping, type ListingMarker, type ObjectHistory, type VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';
import { inParallel } from '../../core/inParallel';
import { keptLocked, type LockRule } from '../../core/lockRenewal';
import { lockSweepsKey } from '../../core/serviceKeys';
import { WriteGuard } from '../guards';
import { renewObject, type LockedOutcome } from './renewObject';
import { newSweep, readSweeps, sweepsText, sweepToDo, type Sweep, type SweepCounts, type Sweeps } from './sweeps';

export interface RenewLocksRequest {
  readonly lister: VersionLister;
  readonly locks: LockStore;
  readonly texts: TextStore;
  readonly prefix: string;
  readonly rule: LockRule;
  /** Epoch milliseconds, of the service. */
  readonly nowMs: () => number;
  /** Whether there is time for another page of the listing. A run that stops goes on where it stopped the next time. */
  readonly hasTime: () => boolean;
  /** Begins a sweep although none is due. */
  readonly atOnce?: true;
  readonly watch: RenewWatch;
}

export interface RenewWatch {
  /** After each page of the listing: what the sweep has come to. */
  readonly onPage: (counts: SweepCounts) => void;
  readonly onLeft: (objectKey: string, reason: string) => void;
}

/** What one run did, and where the sweeps stand after it. */
export interface RenewedLocks {
  readonly sweeps: Sweeps;
  /** Locks that this run renewed. */
  readonly renewed: number;
}

const KEEP_EVERY_MS = 60_000;
const OBJECTS_AT_A_TIME = 64;
const EXAMPLES = 10;

/**
 * Begins a sweep over all that stays locked where one is due, or goes on with the one that is under way, for as long as there is time.
 *
 * @throws S3Error where nothing can be listed, or nothing be locked
 */
export async function renewLocks(request: RenewLocksRequest): Promise<RenewedLocks> {
  const { texts, prefix, rule, nowMs } = request;
  const stateKey = lockSweepsKey(prefix);
  const kept = readSweeps(await texts.read(stateKey));
  const due = request.atOnce ? newSweep(rule, nowMs()) : sweepToDo(kept, rule, nowMs());
  if (!due) return { sweeps: kept, renewed: 0 };
  const before = due.counts.renewed;
  let keptAtMs = nowMs();
  for await (const { sweep, isWhole } of pagesOf(request, due)) {
    request.watch.onPage(sweep.counts);
    const mustStop = !isWhole && !request.hasTime();
    if (!isWhole && !mustStop && nowMs() - keptAtMs < KEEP_EVERY_MS) continue;
    const { rule: heldBy, startedAt, counts, examples } = sweep;
    const sweeps: Sweeps = isWhole
      ? { format: '1', last: { rule: heldBy, startedAt, counts, examples, endedAt: new Date(nowMs()).toISOString() } }
      : { ...kept, underWay: sweep };
    await texts.write(stateKey, sweepsText(sweeps));
    keptAtMs = nowMs();
    if (isWhole || mustStop) return { sweeps, renewed: sweep.counts.renewed - before };
  }
  throw new Error('A sweep ends with its last page.');
}

/** The sweep after each page of the listing. */
async function* pagesOf(
  request: RenewLocksRequest,
  begun: Sweep,
): AsyncGenerator<{ readonly sweep: Sweep; readonly isWhole: boolean }> {
  const grouping = new HistoryGrouping();
  const guard = new WriteGuard();
  let sweep = begun;
  let marker: ListingMarker | undefined = begun.after === undefined ? undefined : { objectKey: begun.after };
  for (;;) {
    const page: Awaited<ReturnType<VersionLister['page']>> = await request.lister.page(request.prefix, {
      after: marker,
    });
    // The versions of one object may go on in the next page: it is dealt with when all of them are there.
    const whole = [...grouping.add(page), ...(page.next ? [] : grouping.rest())];
    sweep = await afterObjects(request, sweep, whole, guard);
    yield { sweep, isWhole: page.next === undefined };
    if (!page.next) return;
    marker = page.next;
  }
}

async function afterObjects(
  { locks, prefix, rule, nowMs, watch }: RenewLocksRequest,
  sweep: Sweep,
  histories: readonly ObjectHistory[],
  guard: WriteGuard,
): Promise<Sweep> {
  const times = { sweepStartedAtMs: Date.parse(sweep.startedAt), nowMs };
  const outcomes: LockedOutcome[] = [];
  const left: string[] = [];
  await inParallel(histories, OBJECTS_AT_A_TIME, async (history) => {
    const kind = keptLocked(history.objectKey, prefix);
    if (kind === undefined) return;
    try {
      outcomes.push(...(await renewObject(locks, history, kind, rule, times)));
      guard.succeeded();
    } catch (error) {
      const reason = guard.reasonOf(error);
      left.push(reason);
      watch.onLeft(history.objectKey, reason);
    }
  });
  return {
    ...sweep,
    after: histories.at(-1)?.objectKey ?? sweep.after,
    counts: sum(sweep.counts, outcomes, left.length),
    examples: [...sweep.examples, ...left].slice(0, EXAMPLES),
  };
}

function sum(before: SweepCounts, outcomes: readonly LockedOutcome[], left: number): SweepCounts {
  const number = (is: (outcome: LockedOutcome) => boolean) => outcomes.filter(is).length;
  return {
    versions: before.versions + outcomes.length,
    renewed: before.renewed + number(({ did }) => did !== 'nothing'),
    foundUnlocked: before.foundUnlocked + number(({ wasUnlocked }) => wasUnlocked),
    weaker: before.weaker + number(({ did }) => did === 'weaker'),
    left: before.left + left,
  };
}
