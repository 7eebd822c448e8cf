import type { ExportState, TableExports } from '../../aws/tableExports';
import type { TextStore } from '../../aws/textStore';
import { CouldNotLookError, DcsError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { SUMMARY } from '../../core/tableExport';
import type { Pause } from '../pace';
import type { ExportPlace } from './openExport';

/** Where DynamoDB is to export to. */
export interface ExportTarget {
  readonly bucket: string;
  /** Without a slash at the end; empty for the top of the bucket. */
  readonly prefix: string;
  /** Where it is another account's than the table's. */
  readonly bucketAccountId?: string;
}

export interface ExportRequest {
  readonly exports: TableExports;
  /** Of the table as it is now. */
  readonly tableId: string | undefined;
  readonly into: ExportTarget;
  /** Of that bucket. */
  readonly texts: Pick<TextStore, 'read'>;
  /** Whether an export of that moment shows all that the stream does not. */
  readonly isUsable: (exportTimeMs: number) => boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: ExportWatch;
}

export interface ExportWatch {
  /** `new`: asked for now. `running`, `completed`: one that was asked for before, and is used. */
  readonly onExport?: (found: 'new' | 'running' | 'completed', state: ExportState) => void;
}

/** An export costs by the size of the table: for so long an earlier one is taken instead of another. */
const TAKEN_FOR_MS = 24 * 3_600_000;
const LOOKS_AT_A_TIME = 4;
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Has DynamoDB export a table, and waits until it has. Stopped while it waits, the export goes on; asked again, the same is found.
 *
 * @throws RefusedError where point-in-time recovery is off
 * @throws DcsError when the export fails
 */
export async function exportTable(request: ExportRequest): Promise<ExportPlace> {
  const { exports, into, signal, pause, watch } = request;
  const earlier = await earlierExport(request);
  let state = earlier ?? (await exports.start(into));
  watch?.onExport?.(earlier ? (earlier.status as 'running' | 'completed') : 'new', state);
  for (let waitMs = FIRST_LOOK_MS; state.status === 'running'; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    await pause(waitMs, signal);
    const { exportArn } = state;
    const found = await exports.state(exportArn);
    if (!found) throw new CouldNotLookError(`DynamoDB does not know the export ${exportArn} any more`);
    state = found;
  }
  if (state.status === 'completed') return { bucket: state.bucket, folder: state.folder };
  throw new DcsError(
    `the export ${state.exportArn} failed: ${state.reason ?? 'DynamoDB does not say why'}. Nothing was written from it; mend the cause and run the same command again`,
  );
}

/** One that is under way comes first: DynamoDB writes it, and bills it, whether anybody waits or not. */
async function earlierExport(request: ExportRequest): Promise<ExportState | undefined> {
  const { exports, tableId, into, texts, isUsable, nowMs } = request;
  const states: ExportState[] = [];
  await inParallel(await exports.list(), LOOKS_AT_A_TIME, async (exportArn) => {
    const state = await exports.state(exportArn);
    if (state) states.push(state);
  });
  const usable = states
    .filter(({ bucket, prefix }) => bucket === into.bucket && prefix === into.prefix)
    .filter((state) => state.isFullDynamoDbJson && state.tableId === tableId)
    .filter(({ exportTimeMs = -Infinity }) => exportTimeMs >= nowMs() - TAKEN_FOR_MS && isUsable(exportTimeMs))
    .sort((a, b) => (b.exportTimeMs ?? 0) - (a.exportTimeMs ?? 0));
  const running = usable.find(({ status }) => status === 'running');
  if (running) return running;
  for (const state of usable) {
    // Somebody may have removed its files since.
    if (state.status === 'completed' && (await texts.read(`${state.folder}/${SUMMARY}`)) !== undefined) return state;
  }
  return undefined;
}
