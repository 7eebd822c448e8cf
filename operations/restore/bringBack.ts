import type { ObjectHistory } from '../../aws/objectVersions';
import type { TableSettings } from '../../aws/tableSettings';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { tableIdOf } from '../../core/formerTable';
import { tablePrefix } from '../../core/objectKey';
import type { Pause } from '../pace';
import type { FailedTask } from '../batch/report';
import { askingBack, whenJobsAreOver, type ThawJobs, type ThawOptions } from './askBack';
import { requireAsPlanned, requireNothingNewer } from './beforeRestore';
import { engineFor, whyNotDistributed, type Engine, type EngineChoice } from './import/engine';
import { importingTarget, waitForImport, type Importing, type ImportWatch } from './import/importTable';
import { refusingOutgrown } from './import/outgrown';
import { finishTable, type SettingOutcome } from './finish';
import { keepingPlan, keepNothingToDo, type Keeping, type KeepingWatch } from './keepPlan';
import { KeptListing } from './keptListing';
import { isOfSome } from './plan';
import { prepareRestore, type PreparedRestore, type PrepareRequest } from './prepare';
import { restoreTable, type RestoreReport, type RestoreRequest, type RestoreWatch } from './restoreTable';
import { survey, thawWords, whenThawed, type Survey } from './survey';
import { createdFrom, creationOf } from './target';

/** Everything that bringing a table back needs, without a settings file or a terminal. */
export interface BringBackRequest extends PrepareRequest, Omit<Keeping, 'watch'> {
  readonly target: Keeping['target'];
  readonly targetSettings: TableSettings;
  readonly allowEmpty: boolean;
  readonly writesPerSecond?: number;
  /** Undefined: a restore that needs archived images is refused. */
  readonly thaw?: ThawOptions;
  /** Where jobs can ask many archived images back. Undefined: this machine asks for each. */
  readonly thawJobs?: ThawJobs;
  /** Whatever table.json says of the new table's capacity. */
  readonly onDemand: boolean;
  /** Time to live is switched on whatever it deletes. */
  readonly timeToLiveWanted: boolean;
  readonly pause: Pause;
  /** How the items come into the table. Default: by writes. */
  readonly engine?: EngineChoice;
  /** Where an import's files would be; undefined where there is no bucket for them. */
  readonly importing?: Importing;
  /** Where the distributed engine can do it, it is left to that if one machine takes longer. Undefined: it never is. */
  readonly longestAloneSeconds?: number;
  readonly watch?: BringBackWatch;
}

/** Told what is going to happen before it does, and what was found when it was. */
export interface BringBackWatch extends RestoreWatch, KeepingWatch, ImportWatch {
  /** Nothing has been touched yet. */
  readonly onPrepared?: (prepared: PreparedRestore) => void;
  readonly onListed?: () => void;
  /** By which engine, where there was a choice. */
  readonly onEngine?: (engine: Engine) => void;
  /** Images were asked back from an archive. @param words one for each class: how much, and how long it takes */
  readonly onAskedBack?: (words: readonly string[]) => void;
  /** A job of S3 could not ask this one back. When it is needed, it is asked for once more. */
  readonly onNotAskedBack?: (task: FailedTask) => void;
  /** Everything is listed. @param objects how many items there are to plan; undefined where nobody has counted */
  readonly onPlanning?: (objects: number | undefined) => void;
  /** If it is stopped now, the restore has to be told what it continues. */
  readonly onNoNote?: (problem: string, prepared: PreparedRestore) => void;
  /** The items are there and compared; what waits for them comes next. */
  readonly onRestored?: (report: RestoreReport, prepared: PreparedRestore) => void;
  /** A setting has to wait. */
  readonly onWaiting?: (reason: string) => void;
  readonly onSetting?: (outcome: SettingOutcome) => void;
}

export interface BringBackOutcome {
  readonly report: RestoreReport;
  /** What was to be set at the end; empty where the target keeps what it has. */
  readonly settings: readonly SettingOutcome[];
  /** Why stored definitions that would have counted cannot be used. */
  readonly passedOver: readonly string[];
}

/**
 * Brings a table, or some of its items, back as it was at a moment: finds out what there is, makes the table where there is
 * none, restores, and sets what waits for the items.
 *
 * @throws RefusedError for what must not be done unsaid; nothing has been written then
 * @throws CouldNotLookError when there are no images
 * @throws OutgrownError when the table outgrows one machine; nothing has been touched then
 */
export async function bringBack(request: BringBackRequest): Promise<BringBackOutcome> {
  const { watch, importing, target } = request;
  if (importing) await waitForImport({ ...request, ...importing }, await target.describe());
  const prepared = await prepareRestore(request);
  watch?.onPrepared?.(prepared);
  const restoring = restoreRequest(request, prepared);
  const report = prepared.decision.isUnsaid
    ? await asPlanned(request, restoring, prepared)
    : await carriedOut(request, restoring, prepared);
  watch?.onRestored?.(report, prepared);
  return { report, settings: await finished(request, prepared, report), passedOver: prepared.passedOver };
}

function restoreRequest(request: BringBackRequest, { plan, definition }: PreparedRestore): RestoreRequest {
  const { thaw, pause, nowMs, dryRun, allowEmpty, writesPerSecond } = request;
  const { timeToLiveAttributeName: attributeName } = definition;
  return {
    ...{ ...plan, nowMs, pause, dryRun, allowEmpty, writesPerSecond },
    ...(attributeName !== undefined && { timeToLive: { attributeName, nowMs: nowMs() } }),
    ...(thaw && { whenArchived: whenThawed(plan, thaw, pause) }),
  };
}

async function asPlanned(
  request: BringBackRequest,
  restoring: RestoreRequest,
  prepared: PreparedRestore,
): Promise<RestoreReport> {
  const { target, watch } = request;
  watch?.onPlanning?.(undefined);
  const report = await requireAsPlanned({ ...restoring, watch }, target.tableName);
  await keepNothingToDo(request, prepared, report.left);
  return report;
}

async function carriedOut(
  request: BringBackRequest,
  restoring: RestoreRequest,
  prepared: PreparedRestore,
): Promise<RestoreReport> {
  const { target, notes, watch } = request;
  const listing = new KeptListing();
  try {
    const { objects } = await surveyed(request, prepared, listing);
    const listed = { ...restoring, listing };
    if (prepared.decision.continuesMs !== undefined) await requireNothingNewer(listed, target.tableName);
    const load = loaderFor(request, prepared, objects);
    if (!load && prepared.decision.create && !request.dryRun) await createTarget(request, prepared);
    watch?.onPlanning?.(objects);
    return await keepingPlan(request, prepared, (keep) =>
      restoreTable({
        ...{ ...listed, keep, watch },
        ...(load && { target: { ...target, write: (operations) => load.write(operations) } }),
        async whenWritten() {
          await load?.load();
          const description = await target.describe();
          if (description) await notes.remove(tableIdOf(description));
        },
      }),
    );
  } finally {
    await listing.close();
  }
}

/** What stands in the place of the table's writes, where its items are imported. */
function loaderFor(
  request: BringBackRequest,
  prepared: PreparedRestore,
  items: number | undefined,
): ReturnType<typeof importingTarget> | undefined {
  const { engine: choice = 'write', importing, target, dryRun, onDemand, signal, pause, watch } = request;
  const { decision, definition } = prepared;
  const engine = engineFor(choice, {
    ...{ isNew: decision.create, hasBucket: importing !== undefined, items, definition },
  });
  if (choice !== 'write') watch?.onEngine?.(engine);
  if (engine.name === 'write' || !importing || dryRun) return undefined;
  const creation = creationOf(definition, onDemand);
  const createEmpty = () =>
    createdFrom(prepared.definitionFrom, () => target.create(creation as Parameters<typeof target.create>[0]));
  return importingTarget({
    ...{ ...importing, tableName: target.tableName, creation, createEmpty, signal, pause, watch },
    whenStarted: () => noteUnfinished(request, prepared),
  });
}

/** What has been asked back for this machine is read by it. */
function longestAlone(request: BringBackRequest, prepared: PreparedRestore): number {
  const { longestAloneSeconds = Infinity, thaw, dryRun } = request;
  return thaw || whyNotDistributed(prepared, dryRun) !== undefined ? Infinity : longestAloneSeconds;
}

/** Looks at the bucket before anything is touched: is there anything, and is it all at hand? */
async function surveyed(request: BringBackRequest, prepared: PreparedRestore, listing: KeptListing): Promise<Survey> {
  const { source, thaw, thawJobs, watch } = request;
  const { plan } = prepared;
  const { archive } = source;
  if (thaw && thawJobs) await whenJobsAreOver(thawJobs);
  const askBack = thaw && archive && askingBack(archive, thaw, thawJobs);
  const refuseOutgrown = refusingOutgrown(longestAlone(request, prepared));
  const onObject = (history: ObjectHistory) => {
    watch?.onListed?.();
    refuseOutgrown(history);
  };
  const found = await survey(plan, askBack, onObject, listing);
  if (found.objects === 0 && !plan.keys) {
    throw new CouldNotLookError(
      `${source.name} has no images of ${plan.selection ? 'what was chosen of ' : ''}${plan.table.tableName} under ${tablePrefix(plan.table)}; check the table's name, the prefix in the settings or --prefix, and --copy`,
    );
  }
  if (found.archived.length === 0) return found;
  const words = thawWords(found, thaw?.tier ?? 'Standard');
  if (!thaw)
    throw new RefusedError(`some images have to be asked back first: ${words.join('. ')}. Add --thaw to do so`);
  for (const task of (await askBack?.end()) ?? []) watch?.onNotAskedBack?.(task);
  watch?.onAskedBack?.(words);
  return found;
}

async function createTarget(request: BringBackRequest, prepared: PreparedRestore): Promise<void> {
  const { target, onDemand } = request;
  const creation = creationOf(prepared.definition, onDemand) as Parameters<typeof target.create>[0];
  await createdFrom(prepared.definitionFrom, () => target.create(creation));
  await noteUnfinished(request, prepared);
}

/** So that the same command continues it, however this one ends. */
async function noteUnfinished(
  { target, notes, asOf, watch }: BringBackRequest,
  prepared: PreparedRestore,
): Promise<void> {
  const description = await target.describe();
  try {
    const relativeWords = asOf?.relativeWords ?? null;
    if (description) await notes.write({ tableId: tableIdOf(description), momentMs: prepared.momentMs, relativeWords });
  } catch (error) {
    // The restore is as good without the note; only continuing it has to be asked for then.
    watch?.onNoNote?.((error as Error).message, prepared);
  }
}

/** Sets what table.json says and what waits for the items: of a table that is as planned, and not merely merged into. */
async function finished(
  request: BringBackRequest,
  { decision, definition, plan }: PreparedRestore,
  { differences, expired }: RestoreReport,
): Promise<SettingOutcome[]> {
  const { targetSettings: settings, timeToLiveWanted, signal, pause, watch } = request;
  const isOurs = decision.create || decision.continuesMs !== undefined;
  const isWhole = decision.finishes && (!isOfSome(plan) || isOurs);
  if (request.dryRun || differences !== 0 || !isWhole) return [];
  await request.importing?.imports.complete(creationOf(definition, request.onDemand));
  const onWaiting = watch?.onWaiting;
  const outcomes = await finishTable({ settings, definition, expired, timeToLiveWanted, signal, pause, onWaiting });
  for (const outcome of outcomes) watch?.onSetting?.(outcome);
  return outcomes;
}
