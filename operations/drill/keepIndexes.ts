import { s3CurrentLister } from '../../aws/currentObjects';
import { s3ReportStore, type ReportStore } from '../../aws/reports';
import type { S3ClientSettings } from '../../aws/s3Client';
import type { TableLocation } from '../../core/objectKey';
import { entryOf, type DrillEntry } from './earlier';
import { indexPage } from './indexPage';
import type { DrillReport } from './report';
import { drilledTables, tablesPage } from './tablesPage';

/*
 * Pages that list drills say what the reports say, and each drill writes them anew. What keeps one from being written is
 * told, and fails no drill: its report is kept.
 */

type OnProblem = (problem: string) => void;

/** The page that lists this drill and those before it. @returns its object key, undefined where it could not be written */
export function keepIndex(
  reports: Pick<ReportStore, 'writeDrillIndex'>,
  { report, jsonKey }: { readonly report: DrillReport; readonly jsonKey: string },
  earlier: readonly DrillEntry[],
  onProblem: OnProblem,
): Promise<string | undefined> {
  return told(`all drills of ${report.table}`, onProblem, () => {
    const storedAtMs = Date.parse(report.startedAt);
    const newest = entryOf({ objectKey: jsonKey, storedAtMs, text: JSON.stringify(report) });
    const others = earlier.filter(({ objectKey }) => objectKey !== jsonKey);
    return reports.writeDrillIndex(indexPage(report, [newest, ...others]));
  });
}

/** The page of the last drill of every table. @returns its object key, undefined where it could not be written */
export function keepTablesPage(
  bucket: S3ClientSettings & { readonly bucket: string },
  { prefix }: Pick<TableLocation, 'prefix'>,
  organization: string | undefined,
  onProblem: OnProblem,
): Promise<string | undefined> {
  const reportsOf = (tableName: string) => s3ReportStore(bucket, { prefix, tableName });
  return told('the last drill of every table', onProblem, async () => {
    const newestDrill = (tableName: string) => reportsOf(tableName).newest('drill');
    const tables = await drilledTables({ prefix, lister: s3CurrentLister(bucket), newestDrill });
    return reportsOf('').writeDrills(tablesPage(tables, organization));
  });
}

async function told(what: string, onProblem: OnProblem, write: () => Promise<string>): Promise<string | undefined> {
  try {
    return await write();
  } catch (error) {
    onProblem(
      `The page that lists ${what} could not be written: ${(error as Error).message}. The next drill writes it anew`,
    );
    return undefined;
  }
}
