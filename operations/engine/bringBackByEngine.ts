import { isDeepStrictEqual } from 'node:util';
import type { EngineStore } from '../../aws/engineStore';
import type { ExecutionState, StateMachine } from '../../aws/stateMachine';
import type { TableImport } from '../../aws/tableImport';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { tablePrefix } from '../../core/objectKey';
import { utc } from '../../core/units';
import type { BringBackRequest } from '../restore/bringBack';
import { whenJobsAreOver } from '../restore/askBack';
import { finishTable, type SettingOutcome } from '../restore/finish';
import { DRY_RUN, whyNotDistributed } from '../restore/import/engine';
import { askedMomentWords, isOtherMoment } from '../restore/sameMoment';
import { prepareRestore, type PreparedRestore } from '../restore/prepare';
import { createdFrom, creationOf } from '../restore/target';
import type { RunOutcome } from './compareImported';
import type { JournalReads } from '../journal/readObject';
import { engineLayout, type EngineLayout } from './engineLayout';
import { lastExecution, newestRun, startExecution, type FoundRun } from './findRun';
import { leftLines, type RunProgress } from './followRun';
import { PLACES, runFolder, type RunRequest } from './run';
import type { Counts, LeftLine } from './tasks';
import { followThawing } from './thawRound';

export interface EngineRequest extends Omit<BringBackRequest, 'watch' | 'importing' | 'engine'> {
  readonly store: EngineStore;
  readonly machine: StateMachine;
  /** Of the copy. */
  readonly reads: JournalReads;
  readonly imports: Pick<TableImport, 'complete'>;
  /** Stay until it is over. */
  readonly isFollowed: boolean;
  readonly watch?: EngineWatch;
}

export interface EngineWatch {
  readonly onPrepared?: (prepared: PreparedRestore) => void;
  readonly onRun?: (run: StartedRun) => void;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onArchived?: (counts: Pick<Counts, 'archived' | 'thawing'>) => void;
  readonly onLeft?: (line: LeftLine) => void;
  readonly onWaiting?: (reason: string) => void;
  readonly onSetting?: (outcome: SettingOutcome) => void;
}

export interface StartedRun {
  readonly folder: string;
  readonly execution: string;
  /** false where an earlier command has asked for it. */
  readonly isNew: boolean;
  /** What its last execution failed by, which is taken up again. */
  readonly failed?: ExecutionState;
}

export type EngineEnd =
  /** The engine cannot do it: it has to be written, for this reason. Nothing has been started. */
  | { readonly is: 'write'; readonly why: string }
  | { readonly is: 'running'; readonly folder: string; readonly execution: string }
  | {
      readonly is: 'over';
      readonly folder: string;
      readonly run: RunRequest;
      readonly outcome: RunOutcome;
      /** Items that could not be brought back. */
      readonly left: number;
      readonly settings: readonly SettingOutcome[];
    };

/**
 * Brings a whole table back by the distributed engine: starts a run, or finds the one that the same words have started before,
 * whatever has become of it, and takes it up again where it has failed.
 *
 * @throws RefusedError, CouldNotLookError before anything is started
 * @throws RunFailedError for what failed the run; the same command takes it up again
 */
export async function bringBackByEngine(request: EngineRequest): Promise<EngineEnd> {
  // Before a run is looked for: it would be gone on with.
  if (request.dryRun) return { is: 'write', why: DRY_RUN };
  const found = await runToGoOn(request);
  if (found?.outcome) return over(request, found, found.outcome);
  const started = found ? { ...found, isNew: false } : await newRun(request);
  if ('why' in started) return { is: 'write', why: started.why };
  const { folder, run, isNew } = started;
  // What its job asks back would be folded as if nobody had asked.
  if (request.thaw && request.thawJobs) await whenJobsAreOver(request.thawJobs);
  const last = await lastExecution(request.machine, folder);
  const execution = last?.state.status === 'running' ? last.name : await startExecution(request.machine, folder);
  const failed = last?.state.status === 'failed' && { failed: last.state };
  request.watch?.onRun?.({ folder, execution, isNew, ...failed });
  if (!request.isFollowed) return { is: 'running', folder, execution };
  const outcome = await followThawing({ ...request, folder, execution });
  return over(request, { folder, run }, outcome);
}

/**
 * The run that the same command has started. One that a command has seen to its end, or whose table is gone, is history.
 *
 * @throws RefusedError where another one has not come to its end
 */
export async function runToGoOn(
  request: Pick<EngineRequest, 'store' | 'located' | 'target' | 'asOf' | 'ignoreStoredAfterMs' | 'given' | 'onDemand'>,
): Promise<FoundRun | undefined> {
  const { store, located, target, asOf, ignoreStoredAfterMs = Infinity } = request;
  const found = await newestRun(store, { tableName: located.tableName, into: target.tableName });
  if (!found) return undefined;
  if (found.outcome && (found.isFinished || !(await target.describe()))) return undefined;
  const begun = { momentMs: found.run.momentMs ?? Infinity, relativeWords: found.run.relativeWords };
  const isOther = isOtherMoment(begun, { momentMs: asOf?.ms ?? Infinity, relativeWords: asOf?.relativeWords });
  const trustsMore = found.run.storedByMs > ignoreStoredAfterMs;
  const otherTable = makesOtherTable(found.run, request);
  if (!isOther && !trustsMore && otherTable === undefined) return found;
  if (found.outcome) return undefined;
  if (!isOther && !trustsMore) {
    throw new RefusedError(
      `a run of the engine makes ${target.tableName} ${otherTable ?? ''}. Give the same again to go on with it, another --into, or --engine write`,
    );
  }
  const began = `${askedMomentWords(begun)}, with what was stored by ${utc(found.run.storedByMs)}`;
  throw new RefusedError(
    `a run of the engine brings ${located.tableName} back into ${target.tableName} ${began}. Give that moment, and no earlier --ignore-stored-after, to go on with it, another --into, or --engine write`,
  );
}

/** How the run that is there makes the new table, where this command would make it otherwise. */
function makesOtherTable(
  run: RunRequest,
  { given, onDemand }: Pick<EngineRequest, 'given' | 'onDemand'>,
): string | undefined {
  if (run.onDemand !== onDemand) return `${run.onDemand ? 'with' : 'without'} --on-demand`;
  const isOther = given && !isDeepStrictEqual(JSON.parse(JSON.stringify(given.definition)), run.definition);
  return isOther ? 'by another definition than --definition has' : undefined;
}

type Started =
  | { readonly folder: string; readonly run: RunRequest; readonly isNew: boolean }
  | { readonly why: string };

async function newRun(request: EngineRequest): Promise<Started> {
  const { store, located, target, watch, source, reads, ignoreStoredAfterMs = Infinity, signal } = request;
  const nowMs = request.nowMs();
  const storedByMs = Math.min(ignoreStoredAfterMs, nowMs);
  const layout = await engineLayout(reads, located, storedByMs, signal);
  if ('why' in layout) return layout;
  const prepared = await prepareRestore(request);
  watch?.onPrepared?.(prepared);
  const why = whyNotDistributed(prepared, request.dryRun);
  if (why !== undefined) return { why };
  if (layout.layout === 'images' && !(await hasImages(prepared))) {
    throw new CouldNotLookError(
      `${source.name} has no images of ${located.tableName} under ${tablePrefix(located)}; check the table's name, the prefix in the settings or --prefix`,
    );
  }
  const run = runOf(request, prepared, layout, { nowMs, storedByMs });
  const id = new Date(nowMs).toISOString().replace(/[:.]/g, '-');
  const folder = runFolder({ tableName: located.tableName, into: target.tableName }, id);
  if ((await store.writeOnce(PLACES.request(folder), `${JSON.stringify(run)}\n`)) === 'written') {
    return { folder, run, isNew: true };
  }
  // Another command was in the same millisecond; what it has started is looked at as any other run.
  const other = await runToGoOn(request);
  if (other) return { ...other, isNew: false };
  throw new RefusedError(`another command has started ${folder} in this very moment; give the same again`);
}

async function hasImages({ plan }: PreparedRestore): Promise<boolean> {
  for await (const _ of plan.source.histories(tablePrefix(plan.table))) return true;
  return false;
}

function runOf(
  { located, target, onDemand, asOf }: EngineRequest,
  { definition, momentMs, plan }: PreparedRestore,
  layout: Exclude<EngineLayout, { why: string }>,
  { nowMs, storedByMs }: { readonly nowMs: number; readonly storedByMs: number },
): RunRequest {
  const { timeToLiveAttributeName: attributeName } = definition;
  return {
    ...{ format: '1', tableName: located.tableName, prefix: located.prefix, keySchema: plan.table.keySchema },
    ...{ into: target.tableName, definition, onDemand, layout: layout.layout, ranges: layout.ranges },
    momentMs: momentMs === Infinity ? null : momentMs,
    relativeWords: asOf?.relativeWords ?? null,
    storedByMs,
    ...(plan.createdAtMs !== undefined && { createdAtMs: plan.createdAtMs }),
    ...(attributeName !== undefined && { timeToLive: { attributeName, nowMs } }),
  };
}

/** The items are there and compared: what waits for them is set, and what is left is told. */
async function over(
  request: EngineRequest,
  { folder, run }: Pick<FoundRun, 'folder' | 'run'>,
  outcome: RunOutcome,
): Promise<EngineEnd> {
  const { store, target, targetSettings, imports, timeToLiveWanted, signal, pause, watch } = request;
  for await (const lines of leftLines(store, folder, outcome.rounds)) for (const line of lines) watch?.onLeft?.(line);
  const creation = creationOf(run.definition, run.onDemand);
  if (outcome.importArn === undefined && !(await target.describe())) {
    await createdFrom('that of the run', () => target.create(creation as Parameters<typeof target.create>[0]));
  }
  await imports.complete(creation);
  const { unknown, unreadable, expired } = outcome.counts;
  const settings = await finishTable({
    ...{ settings: targetSettings, definition: run.definition, expired, timeToLiveWanted, signal, pause },
    onWaiting: watch?.onWaiting,
  });
  for (const setting of settings) watch?.onSetting?.(setting);
  const hasFailed = settings.some(({ state }) => state === 'failed');
  if (!hasFailed) await store.writeOnce(PLACES.finished(folder), '{}');
  return { is: 'over', folder, run, outcome, left: unknown + unreadable, settings };
}
