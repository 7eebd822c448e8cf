import type { EngineStore } from '../../aws/engineStore';
import { RefusedError } from '../../core/errors';
import {
  UnusableExportError,
  whyOfOtherTable,
  type ExportedTable,
  type ExportFile,
  type ExportSummary,
} from '../../core/tableExport';
import { utc } from '../../core/units';
import { readManifests } from '../backfill/openExport';

/** An export that a run reads, as it was when the run was asked for. */
export interface ExportOfRun {
  readonly tableName: string;
  /** Epoch milliseconds. */
  readonly momentMs: number;
  readonly export: {
    /** In the engine's bucket, without a slash at the end. */
    readonly folder: string;
    readonly itemCount: number;
  };
}

/** Below which DynamoDB exports a table, without a slash at the end. */
export function exportsOf(tableName: string): string {
  return `exports/${tableName}`;
}

/** @throws UnusableExportError for one that is another by now, and what {@link wholeExport} throws */
export async function exportOfRun(
  store: Pick<EngineStore, 'bucket' | 'read'>,
  { tableName, momentMs, export: { folder, itemCount } }: ExportOfRun,
): Promise<{ readonly files: readonly ExportFile[] }> {
  const opened = await wholeExport(store, folder, { tableName });
  const { summary } = opened;
  if (summary.exportTimeMs === momentMs && summary.itemCount === itemCount) return opened;
  throw new UnusableExportError(`${folder} is another export now, of ${utc(summary.exportTimeMs)}`);
}

/** Before a run is asked for. @throws RefusedError for an export that cannot be used */
export async function usableExport(
  store: Pick<EngineStore, 'bucket' | 'read'>,
  folder: string,
  table: ExportedTable,
): Promise<ExportSummary> {
  try {
    return (await wholeExport(store, folder, table)).summary;
  } catch (error) {
    if (!(error instanceof UnusableExportError)) throw error;
    throw new RefusedError(error.message, { cause: error });
  }
}

/** @throws UnusableExportError for one that is damaged, not whole, or of another table; CouldNotLookError where there is none */
export async function wholeExport(
  store: Pick<EngineStore, 'bucket' | 'read'>,
  folder: string,
  table: ExportedTable,
): Promise<{ readonly summary: ExportSummary; readonly files: readonly ExportFile[] }> {
  const opened = await readManifests({ texts: store, place: { bucket: store.bucket, folder } });
  const { summary, files } = opened;
  const why = whyOfOtherTable(summary, table);
  if (why !== undefined) throw new UnusableExportError(`the export in ${folder} ${why}`);
  const itemCount = files.reduce((sum, file) => sum + file.itemCount, 0);
  if (itemCount === summary.itemCount) return opened;
  throw new UnusableExportError(
    `the manifest of the export in ${folder} names files with ${itemCount} items, its summary says ${summary.itemCount}. Copy or make it again`,
  );
}
