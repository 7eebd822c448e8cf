import type { OptionTable } from '../command';
import type { OptionReader } from '../optionReader';

export interface VerifyOptions {
  readonly tableName: string;
  /** The destination alone: its history, without table and source bucket. */
  readonly isDestinationAlone: boolean;
  /** So many items, drawn at random; undefined for all. */
  readonly sample?: number;
  /** How long a difference may be on its way to being none. */
  readonly settleMs: number;
  readonly history: boolean;
  readonly repair: boolean;
  readonly allowDeletes: boolean;
  /** Read capacity units a second; undefined for as fast as it goes. */
  readonly readRate?: number;
  readonly segments: number;
}

const DEFAULT_SETTLE_MS = 5 * 60_000;
const DEFAULT_SEGMENTS = 8;

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
  settle: {
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
  'read-rate': {
    type: 'string',
    value: 'N',
    help: 'Read capacity units a second that the scan takes at most, on average (4 KB each). Default: as fast as it goes.',
  },
  segments: {
    type: 'string',
    value: 'N',
    help: `Segments of the table that are scanned side by side. Default: ${DEFAULT_SEGMENTS}.`,
  },
};

export function readVerifyOptions(given: OptionReader): VerifyOptions {
  given.atMostOneOf('sample', 'read-rate');
  given.atMostOneOf('sample', 'segments');
  given.needs('allow-deletes', 'repair');
  for (const other of ['sample', 'repair', 'read-rate', 'segments']) given.atMostOneOf('in', other);
  return {
    tableName: given.positional(0),
    isDestinationAlone: given.oneOf('in', ['destination']) !== undefined,
    sample: given.wholeNumber('sample', 1, 1_000_000),
    settleMs: given.duration('settle') ?? DEFAULT_SETTLE_MS,
    history: given.flag('history'),
    repair: given.flag('repair'),
    allowDeletes: given.flag('allow-deletes'),
    readRate: given.wholeNumber('read-rate', 1, 10_000_000),
    segments: given.wholeNumber('segments', 1, 1_000) ?? DEFAULT_SEGMENTS,
  };
}
