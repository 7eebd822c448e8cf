import type { EngineStore } from '../../../aws/engineStore';
import type { ExecutionState, StateMachine } from '../../../aws/stateMachine';
import type { TableExports } from '../../../aws/tableExports';
import { RefusedError } from '../../../core/errors';
import type { Layout } from '../../../settings/batches';
import type { ConfiguredTable } from '../../../settings/configuredTable';
import { exportTable, type ExportWatch } from '../../backfill/exportTable';
import { gapSince, requirePast, type DescribedStream } from '../../backfill/streamGap';
import { tableCreatedAt } from '../../formerTable';
import type { ImageSource } from '../../images/imageSource';
import type { Pause } from '../../pace';
import { exportsOf, usableExport } from '../exportOfRun';
import { lastExecution, newestFolder, outcomeOf, takeUp, type RunExecution } from '../findRun';
import { followRun, type RunProgress } from '../followRun';
import { requireNoOtherRun } from '../otherRuns';
import { PLACES, writeRequest } from '../run';
import { verifiesOf } from '../verify/verifyRun';
import { backfillsOf, readBackfillRun, type BackfillRun } from './backfillRun';
import type { BackfillEnd } from './collectBackfill';

export interface EngineBackfillRequest {
  readonly store: EngineStore;
  readonly machine: StateMachine;
  /** Of the table in the source account. */
  readonly exports: TableExports;
  readonly table: ConfiguredTable;
  /** Of the settings. */
  readonly layout: Layout;
  /** Whether the source bucket has a journal of the table, whatever the settings say. */
  readonly hasJournal: () => Promise<boolean>;
  /** What DescribeTable says of the table. */
  readonly described: DescribedStream & { readonly TableArn?: string; readonly TableId?: string };
  /** Of the source bucket. */
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  /** Stores the table's definition, where it is missing or has changed. */
  readonly storeDefinition: () => Promise<unknown>;
  /** Owner of the engine's bucket. */
  readonly accountId: string;
  /** Folder of an export in the engine's bucket; undefined: DynamoDB makes one. */
  readonly fromExport?: string;
  /** Go on although the stream does not show all changes since the export. */
  readonly allowGap: boolean;
  /** When lifecycle ends a tombstone of the source bucket; null: never. */
  readonly tombstoneExpirationDays: number | null;
  /** Stay until it is over. */
  readonly isFollowed: boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: EngineBackfillWatch;
}

export interface EngineBackfillWatch extends ExportWatch {
  /** Why changes may go unseen, when that was allowed. */
  readonly onGap?: (reason: string) => void;
  readonly onRun?: (run: StartedBackfill) => void;
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface StartedBackfill {
  readonly folder: string;
  readonly run: BackfillRun;
  readonly execution: string;
  /** false where an earlier command has asked for it. */
  readonly isNew: boolean;
  /** What its last execution failed by, which is taken up again. */
  readonly failed?: ExecutionState;
}

export type EngineBackfillEnd = { readonly folder: string; readonly run: BackfillRun } & (
  | { readonly is: 'running'; readonly execution: string }
  | { readonly is: 'over'; readonly end: BackfillEnd }
);

/** A run that has failed is gone on with for so long; its files, and the export, are kept for twice as long. */
const TAKEN_FOR_MS = 7 * 24 * 3_600_000;

/**
 * Gives the items of an export images by the distributed engine: starts a run, or finds the one that the same words have started before, and
 * takes it up again where it has failed. Its outcome is told until `markSeen`.
 *
 * @throws RefusedError, CouldNotLookError before anything is started
 * @throws RunFailedError for what failed the run; the same command takes it up again
 */
export async function backfillByEngine(request: EngineBackfillRequest): Promise<EngineBackfillEnd> {
  const { store, machine, table, isFollowed, watch } = request;
  await requireImages(request);
  const newest = await newestBackfill(request);
  const found = newest && isToGoOn(request, newest) ? newest : undefined;
  const known = found && (await outcomeOf<BackfillEnd>(store, found.folder));
  if (known) return { is: 'over', folder: found.folder, run: found.run, end: known };
  if (found?.last?.state.status !== 'running') {
    const ofVerifies = { noun: 'a verify', runs: verifiesOf(table.tableName) };
    const ofRestores = { noun: 'a restore', runs: `restores/${table.tableName}/` };
    await requireNoOtherRun(store, machine, table.tableName, [ofVerifies, ofRestores]);
    if (found) requireNoGap(request, found.run.momentMs);
  }
  const { folder, run } = found ?? (await newRun(request));
  const taken = await takeUp(machine, folder);
  const { execution } = taken;
  watch?.onRun?.({ folder, run, isNew: !found, ...taken });
  if (!isFollowed) return { is: 'running', folder, run, execution };
  const end = await followRun<BackfillEnd>({ ...request, folder, execution, onProgress: watch?.onProgress });
  return { is: 'over', folder, run, end };
}

/**
 * A journal takes ten thousand items an object: one machine writes it as fast as it reads an export, and is to look for images first.
 *
 * @throws RefusedError
 */
async function requireImages({ table: { tableName }, layout, hasJournal }: EngineBackfillRequest): Promise<void> {
  const why =
    layout === 'journal'
      ? `${tableName} is kept in a journal, of which an object takes 10,000 items`
      : (await hasJournal())
        ? `the source bucket still has a journal of ${tableName}, in which one machine looks for items`
        : undefined;
  if (why === undefined) return;
  throw new RefusedError(
    `the engine writes images alone, and ${why}: leave --engine out, and one machine backfills it (--export: from an export)`,
  );
}

interface FoundBackfill {
  readonly folder: string;
  readonly run: BackfillRun;
  /** Somebody has been told the outcome. */
  readonly isSeen: boolean;
  readonly last?: RunExecution;
}

async function newestBackfill({ store, machine, table }: EngineBackfillRequest): Promise<FoundBackfill | undefined> {
  const folder = await newestFolder(store, backfillsOf(table.tableName));
  if (folder === undefined) return undefined;
  const isSeen = (await store.read(PLACES.finished(folder))) !== undefined;
  const last = await lastExecution(machine, folder);
  return { folder, run: await readBackfillRun(store, folder), isSeen, ...(last && { last }) };
}

/**
 * One whose export shows less than the stream does not is no answer, whether it is over or has failed: it would be told, or refused, until it is old.
 *
 * @throws RefusedError while one goes on that is of other words: two at a time would write the same objects
 */
function isToGoOn(request: EngineBackfillRequest, { folder, run, isSeen, last }: FoundBackfill): boolean {
  const { store, fromExport, described, allowGap, nowMs } = request;
  if (isSeen) return false;
  const isOfTable = run.tableId === described.TableId;
  const isSame = isOfTable && (fromExport === undefined || run.export.folder === fromExport);
  if (last?.state.status !== 'running') {
    const isWhole = allowGap || gapSince(request, run.momentMs) === undefined;
    return isSame && isWhole && run.startedAtMs > nowMs() - TAKEN_FOR_MS;
  }
  if (isSame) return true;
  const of = `the export s3://${store.bucket}/${run.export.folder}`;
  throw new RefusedError(
    isOfTable
      ? `a backfill of ${run.tableName} from another export goes on: the run ${folder} of the engine (execution ${last.name}), of ${of}. Follow it with --from-export s3://${store.bucket}/${run.export.folder} --follow, or without --from-export, and give this when it is over`
      : `a backfill of a former table ${run.tableName} goes on: the run ${folder} of the engine (execution ${last.name}), of ${of}. Wait for its end, and give the same again`,
  );
}

/** @throws RefusedError for a gap that is not allowed */
function requireNoGap(request: EngineBackfillRequest, exportTimeMs: number): void {
  const { allowGap, watch } = request;
  const gap = gapSince(request, exportTimeMs);
  if (gap === undefined) return;
  if (!allowGap) throw new RefusedError(gap);
  watch?.onGap?.(gap);
}

async function newRun(request: EngineBackfillRequest): Promise<{ readonly folder: string; readonly run: BackfillRun }> {
  const { store, table, source, described, allowGap, nowMs } = request;
  const { prefix, tableName, keySchema } = table;
  // An export is billed: what refuses it is asked before.
  if (!allowGap) requireNoGap(request, nowMs());
  const exported = request.fromExport ?? (await madeExport(request));
  const { TableArn: tableArn, TableId: tableId } = described;
  const { exportTimeMs: momentMs, itemCount } = await usableExport(store, exported, { tableName, tableArn, tableId });
  requirePast(momentMs, nowMs());
  requireNoGap(request, momentMs);
  await request.storeDefinition();
  const createdAtMs = await tableCreatedAt(source, table, Infinity);
  const startedAtMs = nowMs();
  const run: BackfillRun = {
    ...{ format: '1', tableName, prefix, keySchema, momentMs, startedAtMs },
    ...(tableId !== undefined && { tableId }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    export: { folder: exported, itemCount },
  };
  const folder = `${backfillsOf(tableName)}backfill-${new Date(startedAtMs).toISOString().replace(/[:.]/g, '-')}/`;
  await writeRequest(store, folder, run);
  return { folder, run };
}

async function madeExport(request: EngineBackfillRequest): Promise<string> {
  const { store, table, described, allowGap, accountId: bucketAccountId } = request;
  const { folder } = await exportTable({
    ...request,
    tableId: described.TableId,
    into: { bucket: store.bucket, prefix: exportsOf(table.tableName), bucketAccountId },
    texts: store,
    isUsable: (exportTimeMs) => allowGap || gapSince(request, exportTimeMs) === undefined,
  });
  return folder;
}
