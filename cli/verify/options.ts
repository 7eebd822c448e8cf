import type { OptionTable } from '../../core/commandLine/parse';
import type { OptionReader } from '../../core/commandLine/optionReader';
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
  readonly repair: boolean;
  readonly allowDeletes: boolean;
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
  repair: {
    type: 'boolean',
    help: 'Mend what is different, by adding images to the source bucket where nobody has stored anything meanwhile; then look again at what was touched.',
  },
  'allow-deletes': {
    type: 'boolean',
    help: 'With --repair: store deletes even if the table lacks more than one in ten of the items that the images hold.',
  },
  ...SCAN_OPTIONS,
  ...TABLES_OPTION,
  ...ESTIMATE_OPTIONS,
};

export function readVerifyOptions(given: OptionReader): VerifyOptions {
  given.atMostOneOf('sample', 'read-rate');
  given.atMostOneOf('sample', 'segments');
  given.needs('allow-deletes', 'repair');
  for (const other of ['sample', 'repair', 'read-rate', 'segments']) given.atMostOneOf('in', other);
  return {
    tables: readTables(given),
    isDestinationAlone: given.oneOf('in', ['destination']) !== undefined,
    sample: given.wholeNumber('sample', 1, 1_000_000),
    settleMs: given.duration('wait') ?? DEFAULT_SETTLE_MS,
    history: given.flag('history'),
    repair: given.flag('repair'),
    allowDeletes: given.flag('allow-deletes'),
    ...readScanOptions(given),
    estimate: readEstimate(given),
  };
}
