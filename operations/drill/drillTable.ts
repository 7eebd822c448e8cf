import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { BatchTable } from '../../aws/batchTable';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { UnreadableImageError, CouldNotLookError } from '../../core/errors';
import { isImageKey, keysInObjectKey, tablePrefix } from '../../core/objectKey';
import { tableCreatedAt } from '../formerTable';
import type { ImageSource } from '../images/imageSource';
import type { Pause } from '../pace';
import type { Action } from '../restore/plan';
import { restoreTable } from '../restore/restoreTable';
import type { ConfiguredTable } from '../../settings/configuredTable';
import { suspectsOfAll, suspectsOfSample } from './compare';
import { lookAtCurrent } from './currentVersions';
import { Findings } from './findings';
import { drawSample, sampledSource, type Sample } from './sample';
import { withScratchTable, type Removal, type ScratchPlace } from './scratch';
import { settle } from './settle';

/** What a drill does one after the other; each is timed. */
export type Stage = 'draw' | 'create' | 'restore' | 'check' | 'compare' | 'remove';

export interface DrillRequest {
  readonly source: ImageSource;
  readonly table: ConfiguredTable;
  readonly momentMs: number;
  /** Undefined for all items. */
  readonly sampleItemCount?: number;
  readonly scratch: ScratchPlace & { readonly table: Pick<BatchTable, 'create' | 'getBatch' | 'scan' | 'write'> };
  /** Undefined: the restored table is compared with the plan alone. */
  readonly live?: Pick<BatchTable, 'getBatch' | 'scan'>;
  readonly waitMs: number;
  readonly writesPerSecond?: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: DrillWatch;
}

interface DrillLife extends DrillRequest {
  readonly createdAtMs?: number;
}

/** Told what happens, as it happens. */
export interface DrillWatch {
  readonly onStage?: (stage: Stage) => void;
  /** One more object or item in this stage. */
  readonly onItem?: () => void;
  readonly onWaiting?: (items: number) => void;
  readonly onProblem?: (problem: string) => void;
}

export interface DrillResult {
  readonly findings: Findings;
  /** Size of the restored items in DynamoDB JSON. */
  readonly bytes: number;
  /** Objects of the table in the copy, where they were counted: for a sample. */
  readonly objects?: number;
  readonly stageMs: Readonly<Partial<Record<Stage, number>>>;
  readonly removal: Removal;
}

/**
 * Restores a table, or a sample of it, into a scratch table, compares it with the live table as of the same moment, and
 * removes it. Touches nothing but the scratch table.
 *
 * @throws CouldNotLookError when the copy has no images of the table, or no item that can be restored
 */
export async function drillTable(request: DrillRequest): Promise<DrillResult> {
  const { watch, scratch } = request;
  const stages = stopwatch(request);
  const findings = new Findings();
  const createdAtMs = await tableCreatedAt(request.source, request.table, request.momentMs);
  const sample = await lookAtCopy({ ...request, createdAtMs }, stages.start);
  const restoredFrom = sample ? sampledSource(request.source, sample) : request.source;
  const { result, removal } = await withScratchTable(scratch, {
    create: () => stages.start('create'),
    remove: () => stages.start('remove'),
    onProblem: (problem) => watch?.onProblem?.(problem),
    run: async () => {
      stages.start('restore');
      const restored = await restore({ ...request, createdAtMs, source: restoredFrom }, findings, stages.start);
      stages.start('compare');
      await compareWithLive({ ...request, createdAtMs }, findings, sample && restored.absentKeys);
      await lookAtCurrent({ ...request, findings, onWaiting: () => undefined }, restored.notCurrent);
      // At the end: what is wrong with the item itself counts before it.
      for (const { objectKey, reason } of restored.ahead) findings.add({ kind: 'ahead', objectKey, reason });
      return restored;
    },
  });
  const stageMs = stages.end();
  requireSomething(request, findings);
  return { findings, bytes: result.bytes, objects: sample?.objects, stageMs, removal };
}

/** A drill that has restored nothing proves nothing, unless the live table was as empty. */
function requireSomething({ source, table, momentMs }: DrillRequest, { counts, differences }: Findings): void {
  if (counts.restored > 0 || differences > 0 || (counts.compared > 0 && counts.archived === 0)) return;
  const why =
    counts.archived > 0
      ? `the images of all ${counts.archived} items are archived; ask them back with dcs restore --thaw`
      : 'no item was there at that moment; give another one with --as-of, or draw a larger sample';
  throw new CouldNotLookError(
    `there was nothing to drill in ${source.name} for ${table.tableName} as of ${new Date(momentMs).toISOString()}: ${why}`,
  );
}

/** Draws the sample, or makes sure that there is something to restore. Nothing has been made yet. */
async function lookAtCopy(request: DrillLife, start: (stage: Stage) => void): Promise<Sample | undefined> {
  const { source, table, sampleItemCount, watch } = request;
  const images = imagesOf(request);
  if (sampleItemCount === undefined) {
    const { done = false } = await images.next();
    await images.return(undefined);
    if (!done) return undefined;
  } else {
    start('draw');
    const sample = await drawSample(images, sampleItemCount, watch?.onItem);
    if (sample.objects > 0) return sample;
  }
  throw new CouldNotLookError(
    `${source.name} has no images of ${table.tableName} under ${tablePrefix(table)}; check the table's name, the prefix in the settings, and whether dcs backfill has run`,
  );
}

async function* imagesOf(request: DrillLife): AsyncGenerator<ObjectHistory> {
  const { source, table, signal } = request;
  for await (const history of source.histories(tablePrefix(table), signal, request)) {
    signal.throwIfAborted();
    if (isImageKey(history.objectKey)) yield history;
  }
}

/** The same restore as that of `dcs restore`, into the empty scratch table. */
async function restore(request: DrillLife, findings: Findings, start: (stage: Stage) => void) {
  const { source, table, momentMs, scratch, writesPerSecond, signal, nowMs, pause, watch, sampleItemCount } = request;
  const absentKeys: AttributeMap[] = [];
  const ahead: { readonly objectKey: string; readonly reason: string }[] = [];
  const notCurrent = new Set<string>();
  let [bytes, isChecking] = [0, false];
  const onPlanned = (action: Action) => {
    watch?.onItem?.();
    if (action.do === 'put') bytes += Buffer.byteLength(JSON.stringify(action.item));
    if (action.do !== 'nothing' || sampleItemCount === undefined) return;
    const keys = keysInObjectKey(table, table.keySchema, table.keyTypes, action.objectKey);
    if (keys) absentKeys.push(keys);
  };
  const { counts } = await restoreTable({
    createdAtMs: request.createdAtMs,
    ...{ source, table, momentMs, mode: 'fill', target: scratch.table, writesPerSecond, signal, nowMs, pause },
    whenArchived: (version) => refuseArchived(source, version),
    onNotCurrent: (objectKey) => notCurrent.size < MOST_NOT_CURRENT && notCurrent.add(objectKey),
    watch: {
      onPlanned,
      onCompared() {
        if (!isChecking) start('check');
        isChecking = true;
        watch?.onItem?.();
      },
      onAhead: (one) => ahead.push(one),
      onLeft: ({ why, objectKey, reason }) => {
        if (reason.startsWith(ARCHIVED)) findings.addArchived(objectKey);
        else if (why === 'unknown' || why === 'unreadable' || why === 'rejected')
          findings.add({ kind: why, objectKey, reason });
      },
      onDifference: ({ objectKey, do: needs }) =>
        findings.add({
          kind: 'notAsPlanned',
          objectKey,
          reason: `the restored table was read again and does not hold what was written: it would need a ${needs}`,
        }),
    },
  });
  Object.assign(findings.counts, { restored: counts.put, absent: counts.nothing });
  return { bytes, absentKeys, ahead, notCurrent };
}

/** So many are looked at again: a bucket whose every object is hidden needs no longer list. */
const MOST_NOT_CURRENT = 10_000;
const ARCHIVED = 'its image is archived';

/** To ask images back takes hours and money, which a drill does not spend. */
async function refuseArchived({ archive }: ImageSource, version: ObjectVersion): Promise<void> {
  if (!ARCHIVE_CLASSES.has(version.storageClass) || (await archive?.state(version)) === 'readable') return;
  throw new UnreadableImageError(
    `${ARCHIVED} in ${version.storageClass}; dcs restore --thaw asks it back, and it can be drilled then`,
  );
}

async function compareWithLive(
  request: DrillLife,
  findings: Findings,
  absentKeys: readonly AttributeMap[] | undefined,
): Promise<void> {
  const { live, table, scratch, signal, watch } = request;
  if (!live) return;
  const onCompared = () => {
    findings.counts.compared += 1;
    watch?.onItem?.();
  };
  const compared = { table, live, restored: scratch.table, signal, onCompared };
  const suspects = absentKeys ? suspectsOfSample(compared, each(absentKeys)) : suspectsOfAll(compared);
  const onWaiting = (items: number) => watch?.onWaiting?.(items);
  await settle({ ...request, live, restored: scratch.table, findings, onWaiting }, suspects);
}

async function* each<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}

function stopwatch({ nowMs, watch }: Pick<DrillRequest, 'nowMs' | 'watch'>) {
  const stageMs: Partial<Record<Stage, number>> = {};
  let current: { stage: Stage; sinceMs: number } | undefined;
  const end = () => {
    if (current) stageMs[current.stage] = nowMs() - current.sinceMs;
    current = undefined;
    return stageMs;
  };
  const start = (stage: Stage) => {
    end();
    current = { stage, sinceMs: nowMs() };
    watch?.onStage?.(stage);
  };
  return { start, end };
}
