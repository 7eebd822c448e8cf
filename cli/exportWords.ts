import { utc } from '../core/units';
import type { ExportWatch } from '../operations/backfill/exportTable';

type OnExport = NonNullable<ExportWatch['onExport']>;

/** What became of an export that DynamoDB was asked for. */
export function exportWords(...[found, { exportArn, bucket, folder, exportTimeMs }]: Parameters<OnExport>): string {
  const place = `s3://${bucket}/${folder} (${exportArn})`;
  const of = exportTimeMs === undefined ? '' : ` of ${utc(exportTimeMs)}`;
  if (found === 'new') {
    return `DynamoDB exports the table to ${place}. It needs nobody: stop whenever you like; the same command finds it again.`;
  }
  const words = found === 'running' ? `Found an export${of} under way, to` : `Reads the export${of}, in`;
  return `${words} ${place}. --export with another prefix makes a new one.`;
}
