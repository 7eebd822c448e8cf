import type { OptionTable } from '../../core/commandLine/parse';
import type { OptionReader } from '../../core/commandLine/optionReader';
import { readExportPlace } from '../exportPlace';
import type { ExportPlace } from '../../operations/backfill/openExport';
import { readTables, TABLES_OPTION, type TableChoice } from '../severalTables';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import { readScanOptions, SCAN_OPTIONS, type ScanOptions } from '../scanOptions';

export interface VerifyOptions extends ScanOptions {
  readonly tables: TableChoice;
  /** The destination alone: its history, without table and source bucket. */
  readonly isDestinationAlone: boolean;
  /** So many items, drawn at random; undefined for all. */
  readonly sample?: number;
  /** How long a difference may be on its way to being none. */
  readonly settleMs: number;
  readonly history: boolean;
  /** Have S3 copy the versions that the destination lacks, and look again. */
  readonly replicate: boolean;
  readonly repair: boolean;
  readonly allowDeletes: boolean;
  /** Where there is more than one machine compares. */
  readonly engine?: 'distributed';
  /** Stay until the run of the engine is over. */
  readonly follow: boolean;
  /** For the engine to compare with; undefined: one is made. */
  readonly fromExport?: ExportPlace;
  /** Say what it would cost, and do nothing. */
  readonly estimate?: FigureOptions;
}

/** Of one table. */
export type VerifyOfTable = VerifyOptions & { readonly tableName: string };

const DEFAULT_SETTLE_MS = 5 * 60_000;
export const VERIFY_OPTIONS: OptionTable = {
  in: {
    type: 'string',
    value: 'WHERE',
    help: 'destination: only the history in the destination bucket, every version of it, with nothing of the source account. Default: all three places.',
  },
  sample: {
    type: 'string',
    value: 'N',
    help: 'Only so many items, drawn at random without reading the whole table. Objects of no item are not looked for.',
  },
  wait: {
    type: 'string',
    value: 'TIME',
    help: 'How long capture and replication have to bring what is on its way, before a difference counts: 90s, 15m. Default: 5m.',
  },
  history: {
    type: 'boolean',
    help: 'Read every version in both buckets too, and prove that no change is missing.',
  },
  replicate: {
    type: 'boolean',
    help: 'With --history: have a job of S3 Batch Replication copy the versions that did not replicate, older ones among them, stay until it is over, and look at everything again. Stopped, the job goes on; the same command finds it again.',
  },
  repair: {
    type: 'boolean',
    help: 'Mend what is different, by adding images to the source bucket where nobody has stored anything meanwhile; then look again at what was touched.',
  },
  'allow-deletes': {
    type: 'boolean',
    help: 'With --repair: store deletes even if the table lacks more than one in ten of the items that the images hold.',
  },
  engine: {
    type: 'string',
    value: 'ENGINE',
    help: 'distributed: a table that outgrows one machine. Functions in the destination account compare the copy with an export of the table, as both were at the moment of the export; the settings deploy them (engine.enabled). DynamoDB makes the export, which costs the table no reads and needs point-in-time recovery.',
  },
  'from-export': {
    type: 'string',
    value: 'S3-URI',
    help: "With --engine distributed: an export that is there, in place of one that is made. It has to be in the engine's bucket, below exports/.",
  },
  follow: {
    type: 'boolean',
    help: 'With --engine distributed: stay until the run is over, and tell what it has found. Without it, or stopped, the run goes on; the same command finds it again.',
  },
  ...SCAN_OPTIONS,
  ...TABLES_OPTION,
  ...ESTIMATE_OPTIONS,
};

export function readVerifyOptions(given: OptionReader): VerifyOptions {
  given.atMostOneOf('sample', 'read-rate');
  given.atMostOneOf('sample', 'segments');
  given.needs('allow-deletes', 'repair');
  given.needs('replicate', 'history');
  for (const other of ['in', 'sample', 'repair', 'estimate']) given.atMostOneOf('replicate', other);
  for (const other of ['sample', 'repair', 'read-rate', 'segments']) given.atMostOneOf('in', other);
  for (const other of ['in', 'sample', 'history', 'repair', 'read-rate', 'segments'])
    given.atMostOneOf('engine', other);
  for (const ofEngine of ['from-export', 'follow']) given.needs(ofEngine, 'engine');
  return {
    tables: readTables(given, ['from-export']),
    isDestinationAlone: given.oneOf('in', ['destination']) !== undefined,
    sample: given.wholeNumber('sample', 1, 1_000_000),
    settleMs: given.duration('wait') ?? DEFAULT_SETTLE_MS,
    history: given.flag('history'),
    replicate: given.flag('replicate'),
    repair: given.flag('repair'),
    allowDeletes: given.flag('allow-deletes'),
    engine: given.oneOf('engine', ['distributed']),
    follow: given.flag('follow'),
    fromExport: readExportPlace(given),
    ...readScanOptions(given),
    estimate: readEstimate(given),
  };
}
