import type { Moment } from '../../core/commandLine/moment';
import type { OptionTable } from '../../core/commandLine/parse';
import { COPY_OPTION, readCopy, type CopyChoice } from '../copyOption';
import { ESTIMATE_OPTIONS, readEstimate, type FigureOptions } from '../costs/options';
import type { OptionReader } from '../../core/commandLine/optionReader';
import type { Side } from '../../settings/schema';
import { readTables, TABLES_OPTION, type TableChoice } from '../severalTables';
import { TARGET_OPTIONS } from '../sideOptions';

export interface DrillOptions {
  readonly tables: TableChoice;
  /** Undefined: the start of the drill. */
  readonly asOf?: Moment;
  /** Undefined: all items. */
  readonly sampleItemCount?: number;
  readonly withoutLive: boolean;
  readonly waitMs: number;
  readonly reportFolder: string;
  readonly copy: CopyChoice;
  /** The account and region of the scratch table. */
  readonly target: Side;
  readonly writeRate?: number;
  /** Say what it would cost, and do nothing. */
  readonly estimate?: FigureOptions;
}

const DEFAULT_WAIT_MS = 300_000;

export const DRILL_OPTIONS: OptionTable = {
  sample: {
    type: 'string',
    value: 'N',
    help: 'Drill N items, drawn at random from the whole copy. Default: all items.',
  },
  'as-of': {
    type: 'string',
    value: 'MOMENT',
    help: 'A time with its zone (2026-11-23T14:05:00Z: all that happened within that second is in it), or how long ago ("2 hours ago", 90m) by the clock of S3. Default: the start of the drill.',
  },
  'without-live': {
    type: 'boolean',
    help: 'Do not look at the live table, because it is lost or cannot be reached: compare the restored table with the plan alone. The report says so.',
  },
  wait: {
    type: 'string',
    value: 'TIME',
    help: 'How long items that differ are looked at again, because their images may still be on their way. Default: 5m.',
  },
  'report-folder': {
    type: 'string',
    value: 'FOLDER',
    help: 'Where the report is put on this machine, besides the destination bucket. Default: the current folder.',
  },
  'write-rate': {
    type: 'string',
    value: 'N',
    help: 'Items written per second at most. Default: as fast as the scratch table takes them.',
  },
  ...TABLES_OPTION,
  ...COPY_OPTION,
  target: {
    type: 'string',
    value: 'SIDE',
    help: 'Account and region of the scratch table: destination or source. Default: destination.',
  },
  ...TARGET_OPTIONS,
  ...ESTIMATE_OPTIONS,
};

export function readDrillOptions(given: OptionReader): DrillOptions {
  given.atMostOneOf('without-live', 'wait');
  return {
    tables: readTables(given),
    asOf: given.stateMoment('as-of'),
    sampleItemCount: given.wholeNumber('sample', 1, 1_000_000),
    withoutLive: given.flag('without-live'),
    waitMs: given.duration('wait') ?? DEFAULT_WAIT_MS,
    reportFolder: given.text('report-folder') ?? '.',
    copy: readCopy(given),
    target: given.oneOf('target', ['destination', 'source']) ?? 'destination',
    writeRate: given.wholeNumber('write-rate', 1, 1_000_000),
    estimate: readEstimate(given),
  };
}
