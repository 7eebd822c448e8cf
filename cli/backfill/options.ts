import type { OptionTable } from '../../core/commandLine/parse';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { readTables, TABLES_OPTION, type TableChoice } from '../severalTables';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import { readScanOptions, SCAN_OPTIONS, type ScanOptions } from '../scanOptions';
import type { ExportPlace } from '../../operations/backfill/openExport';

export interface BackfillOptions extends ScanOptions {
  readonly tables: TableChoice;
  readonly fromExport?: ExportPlace;
  readonly allowGap: boolean;
  /** Say what it would cost, and do nothing. */
  readonly estimate?: FigureOptions;
}

export const BACKFILL_OPTIONS: OptionTable = {
  ...SCAN_OPTIONS,
  'from-export': {
    type: 'string',
    value: 'S3-URI',
    help: "A full export of the table in DynamoDB JSON, instead of a scan: the folder with its manifest-summary.json. It is read with the source account's credentials, and costs the table nothing.",
  },
  ...TABLES_OPTION,
  'allow-gap': {
    type: 'boolean',
    help: 'Go on although the stream does not show all changes since the items were read.',
  },
  ...ESTIMATE_OPTIONS,
};

export function readBackfillOptions(given: OptionReader): BackfillOptions {
  given.atMostOneOf('from-export', 'read-rate');
  given.atMostOneOf('from-export', 'segments');
  return {
    tables: readTables(given, ['from-export']),
    ...readScanOptions(given),
    fromExport: readPlace(given),
    allowGap: given.flag('allow-gap'),
    estimate: readEstimate(given),
  };
}

/** What lies in the folder of an export: whichever of it is named, the folder is meant. DynamoDB names the folder itself. */
const WITHIN =
  /(?:(?<=(?:^|\/)\d{13,14}-[0-9a-f]{8})\/data(?:\/[^/]*)?)?(?:\/?manifest-(?:summary|files)\.(?:json|md5))?\/?$/;

function readPlace(given: OptionReader): ExportPlace | undefined {
  const uri = given.text('from-export');
  if (uri === undefined) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const folder = path.replace(WITHIN, '');
  if (bucket !== undefined && folder !== '') return { bucket, folder };
  given.problem(
    `--from-export is ${JSON.stringify(uri)}; write the folder of one export, such as s3://BUCKET/PREFIX/AWSDynamoDB/01234567890123-a1b2c3d4`,
  );
  return undefined;
}
