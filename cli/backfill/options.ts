import type { OptionTable } from '../../core/commandLine/parse';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { readExportPlace } from '../exportPlace';
import { readTables, TABLES_OPTION, type TableChoice } from '../severalTables';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import { readScanOptions, SCAN_OPTIONS, type ScanOptions } from '../scanOptions';
import type { ExportTarget } from '../../operations/backfill/exportTable';
import type { ExportPlace } from '../../operations/backfill/openExport';

export interface BackfillOptions extends ScanOptions {
  readonly tables: TableChoice;
  readonly fromExport?: ExportPlace;
  readonly exportInto?: ExportTarget;
  readonly allowGap: boolean;
  /** Where there is more than one machine writes. */
  readonly engine?: 'distributed';
  /** Stay until the run of the engine is over. */
  readonly follow: boolean;
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
  export: {
    type: 'string',
    value: 'S3-URI',
    help: "Have DynamoDB make such an export now, into this bucket of the source account (s3://BUCKET or s3://BUCKET/PREFIX), wait for it, and read that. The table needs point-in-time recovery; an export is billed by the table's size, and an earlier one there, under way or of the last 24 hours, is taken instead.",
  },
  engine: {
    type: 'string',
    value: 'ENGINE',
    help: "distributed: a table that outgrows one machine. Functions in the destination account write the images of an export, by a role of the source account; the settings deploy them (engine.enabled). DynamoDB makes the export in the engine's bucket, unless --from-export names one there, below exports/. Images alone: a table with a journal is left to one machine.",
  },
  follow: {
    type: 'boolean',
    help: 'With --engine distributed: stay until the run is over, and show how far it is. Ctrl-C leaves it running; the same command finds it again.',
  },
  ...TABLES_OPTION,
  'allow-gap': {
    type: 'boolean',
    help: 'Go on although the stream does not show all changes since the items were read.',
  },
  ...ESTIMATE_OPTIONS,
};

export function readBackfillOptions(given: OptionReader): BackfillOptions {
  given.atMostOneOf('from-export', 'export');
  for (const place of ['from-export', 'export']) {
    given.atMostOneOf(place, 'read-rate');
    given.atMostOneOf(place, 'segments');
  }
  for (const other of ['export', 'read-rate', 'segments']) given.atMostOneOf('engine', other);
  given.needs('follow', 'engine');
  return {
    tables: readTables(given, ['from-export']),
    ...readScanOptions(given),
    fromExport: readExportPlace(given),
    exportInto: readTarget(given),
    engine: given.oneOf('engine', ['distributed']),
    follow: given.flag('follow'),
    allowGap: given.flag('allow-gap'),
    estimate: readEstimate(given),
  };
}

function readTarget(given: OptionReader): ExportTarget | undefined {
  const uri = given.text('export');
  if (uri === undefined) return undefined;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/.exec(uri) ?? [];
  if (bucket !== undefined) return { bucket, prefix };
  given.problem(
    `--export is ${JSON.stringify(uri)}; write a bucket of the source account: s3://BUCKET or s3://BUCKET/PREFIX`,
  );
  return undefined;
}
