import type { EngineStore } from '../../../aws/engineStore';
import {
  UnusableExportError,
  whyOfOtherTable,
  type ExportedTable,
  type ExportFile,
  type ExportSummary,
} from '../../../core/tableExport';
import { utc } from '../../../core/units';
import { readManifests } from '../../backfill/openExport';
import { beginRound, lastRound, type Round } from '../plan';
import type { RangeSource } from '../rangeSource';
import type { VerifyRun } from './verifyRun';
import type { VerifyWork } from './verifyTasks';

export interface PlanVerifyRequest {
  readonly store: EngineStore;
  readonly folder: string;
  readonly run: VerifyRun;
  readonly source: Pick<RangeSource, 'divide'>;
}

/** Ranges of the copy and files of the export, once: a run that is continued has its tasks already, and goes on at its last round. */
export async function planVerify({ store, folder, run, source }: PlanVerifyRequest): Promise<Round> {
  const begun = await lastRound(store, folder);
  if (begun) return begun;
  const { files } = await exportOfRun(store, run);
  const ranges = await source.divide({ after: '' }, run.ranges);
  const work: VerifyWork[] = [
    ...ranges.map((range) => ({ is: 'copy' as const, ...range })),
    ...files.map((file) => ({ is: 'export' as const, file, skip: 0 })),
  ];
  return beginRound(store, folder, 0, work);
}

/** The export that a run compares with, as it was when the run was asked for. */
async function exportOfRun(
  store: Pick<EngineStore, 'bucket' | 'read'>,
  { tableName, momentMs, export: { folder, itemCount } }: VerifyRun,
): Promise<{ readonly files: readonly ExportFile[] }> {
  const opened = await wholeExport(store, folder, { tableName });
  const { summary } = opened;
  if (summary.exportTimeMs === momentMs && summary.itemCount === itemCount) return opened;
  throw new UnusableExportError(`${folder} is another export now, of ${utc(summary.exportTimeMs)}`);
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
