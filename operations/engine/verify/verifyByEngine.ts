import type { EngineStore } from '../../../aws/engineStore';
import type { ExecutionState, StateMachine } from '../../../aws/stateMachine';
import type { TableExports } from '../../../aws/tableExports';
import { CouldNotLookError, RefusedError } from '../../../core/errors';
import type { ConfiguredTable } from '../../../settings/configuredTable';
import { exportTable, type ExportWatch } from '../../backfill/exportTable';
import { requirePast } from '../../backfill/streamGap';
import { tableCreatedAt } from '../../formerTable';
import type { ImageSource } from '../../images/imageSource';
import type { JournalReads } from '../../journal/readObject';
import type { Pause } from '../../pace';
import { backfillsOf } from '../backfill/backfillRun';
import { engineLayout } from '../engineLayout';
import { exportsOf, usableExport } from '../exportOfRun';
import { newestFolder, outcomeOf, takeUp } from '../findRun';
import { followRun, type RunProgress } from '../followRun';
import { requireNoOtherRun } from '../otherRuns';
import { PLACES, writeRequest } from '../run';
import type { VerifyEnd } from './collectVerify';
import { partitionsFor, readVerifyRun, verifiesOf, type VerifyRun } from './verifyRun';
import type { DifferenceLine } from './verifyTasks';

export interface EngineVerifyRequest {
  readonly store: EngineStore;
  readonly machine: StateMachine;
  /** Of the table in the source account. */
  readonly exports: TableExports;
  readonly table: ConfiguredTable;
  /** As DynamoDB describes it. */
  readonly tableArn: string | undefined;
  readonly tableId: string | undefined;
  /** Of the copy. */
  readonly source: ImageSource;
  readonly reads: JournalReads;
  /** Owner of the engine's bucket. */
  readonly accountId: string;
  /** Folder of an export in the engine's bucket; undefined: DynamoDB makes one. */
  readonly fromExport?: string;
  /** How long capture and replication have to bring what was there at the export's moment. */
  readonly settleMs: number;
  /** Stay until it is over. */
  readonly isFollowed: boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: EngineVerifyWatch;
}

export interface EngineVerifyWatch extends ExportWatch {
  /** What was exported has to have the time to come into the copy. */
  readonly onSettling?: (waitMs: number) => void;
  readonly onRun?: (run: StartedVerify) => void;
  readonly onProgress?: (progress: RunProgress) => void;
}

export interface StartedVerify {
  readonly folder: string;
  readonly run: VerifyRun;
  readonly execution: string;
  /** false where an earlier command has asked for it. */
  readonly isNew: boolean;
  /** What its last execution failed by, which is taken up again. */
  readonly failed?: ExecutionState;
}

interface Running {
  readonly is: 'running';
  readonly execution: string;
}
interface Over {
  readonly is: 'over';
  readonly end: VerifyEnd;
}
export type EngineVerifyEnd = { readonly folder: string; readonly run: VerifyRun } & (Running | Over);

/** A run that has not come to its end is gone on with for so long; its files are kept for longer. */
const TAKEN_FOR_MS = 24 * 3_600_000;

/**
 * Compares a copy with an export of its table by the distributed engine: starts a run, or finds the one that the same words have started
 * before, and takes it up again where it has failed. Its outcome is told until {@link markSeen}.
 *
 * @throws RefusedError, CouldNotLookError before anything is started
 * @throws RunFailedError for what failed the run; the same command takes it up again
 */
export async function verifyByEngine(request: EngineVerifyRequest): Promise<EngineVerifyEnd> {
  const { store, machine, isFollowed, watch } = request;
  const newest = await newestVerify(request);
  const found = newest && isToGoOn(request, newest) ? newest : undefined;
  const { folder, run } = found ?? (await newRun(request, newest?.run));
  const known = found && (await outcomeOf<VerifyEnd>(store, folder));
  if (known) return { is: 'over', folder, run, end: known };
  const taken = await takeUp(machine, folder);
  const { execution } = taken;
  watch?.onRun?.({ folder, run, isNew: !found, ...taken });
  if (!isFollowed) return { is: 'running', folder, run, execution };
  const end = await followRun<VerifyEnd>({ ...request, folder, execution, onProgress: watch?.onProgress });
  return { is: 'over', folder, run, end };
}

interface FoundVerify {
  readonly folder: string;
  readonly run: VerifyRun;
  readonly isSeen: boolean;
}

async function newestVerify({ store, table }: EngineVerifyRequest): Promise<FoundVerify | undefined> {
  const folder = await newestFolder(store, verifiesOf(table.tableName));
  if (folder === undefined) return undefined;
  const isSeen = (await store.read(PLACES.finished(folder))) !== undefined;
  return { folder, run: await readVerifyRun(store, folder), isSeen };
}

function isToGoOn({ fromExport, tableId, nowMs }: EngineVerifyRequest, { run, isSeen }: FoundVerify): boolean {
  if (isSeen || run.tableId !== tableId) return false;
  if (fromExport !== undefined) return run.export.folder === fromExport;
  return run.storedByMs > nowMs() - TAKEN_FOR_MS;
}

async function newRun(
  request: EngineVerifyRequest,
  before: VerifyRun | undefined,
): Promise<{ readonly folder: string; readonly run: VerifyRun }> {
  const { store, machine, table, source, reads, settleMs, signal, nowMs, pause, watch } = request;
  const { prefix, tableName, keySchema } = table;
  // An export is billed: what refuses the run is asked before.
  await requireNoOtherRun(store, machine, tableName, [{ noun: 'a backfill', runs: backfillsOf(tableName) }]);
  await layoutOf(reads, table, nowMs(), signal);
  const exported = request.fromExport ?? (await madeExport(request, before));
  const { tableArn, tableId } = request;
  const { exportTimeMs: momentMs, itemCount } = await usableExport(store, exported, { tableName, tableArn, tableId });
  requirePast(momentMs, nowMs());
  const waitMs = momentMs + settleMs - nowMs();
  if (waitMs > 0) {
    watch?.onSettling?.(waitMs);
    await pause(waitMs, signal);
  }
  const storedByMs = nowMs();
  const { layout, ranges } = await layoutOf(reads, table, storedByMs, signal);
  const createdAtMs = await tableCreatedAt(source, table, momentMs);
  const run: VerifyRun = {
    ...{ format: '1', tableName, prefix, layout, keySchema, momentMs, storedByMs, ranges, settleMs },
    ...(tableId !== undefined && { tableId }),
    ...(createdAtMs !== undefined && { createdAtMs }),
    partitions: partitionsFor(itemCount),
    export: { folder: exported, itemCount },
  };
  const id = `verify-${new Date(storedByMs).toISOString().replace(/[:.]/g, '-')}`;
  const folder = `${verifiesOf(tableName)}${id}/`;
  await writeRequest(store, folder, run);
  return { folder, run };
}

async function layoutOf(reads: JournalReads, table: ConfiguredTable, storedByMs: number, signal: AbortSignal) {
  const layout = await engineLayout(reads, table, storedByMs, signal);
  if (!('why' in layout)) return layout;
  throw new RefusedError(
    `the engine cannot compare ${table.tableName}: ${layout.why}. Leave --engine out: one machine compares it`,
  );
}

/** Of an export that a run has compared already, nothing new is to be told. */
async function madeExport(request: EngineVerifyRequest, before: VerifyRun | undefined): Promise<string> {
  const { store, table, accountId: bucketAccountId } = request;
  const { folder } = await exportTable({
    ...request,
    into: { bucket: store.bucket, prefix: exportsOf(table.tableName), bucketAccountId },
    texts: store,
    isUsable: (exportTimeMs) => exportTimeMs > (before?.momentMs ?? -Infinity),
  });
  return folder;
}

/** What a run has found to differ, a file at a time. @throws CouldNotLookError for a file that is gone */
export async function* differencesOf(
  store: Pick<EngineStore, 'read' | 'bucket'>,
  { differenceFiles }: Pick<VerifyEnd, 'differenceFiles'>,
): AsyncGenerator<readonly DifferenceLine[]> {
  for (const file of differenceFiles) {
    const text = await store.read(file);
    if (text === undefined) {
      throw new CouldNotLookError(
        `s3://${store.bucket}/${file}, which has differences of the run, is not there any more`,
      );
    }
    const lines = text.split('\n').filter((line) => line !== '');
    yield lines.map((line) => JSON.parse(line) as DifferenceLine);
  }
}
