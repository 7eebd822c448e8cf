import type { OptionTable } from '../core/commandLine/parse';
import type { OptionReader } from '../core/commandLine/optionReader';

/** How a command scans a table. */
export interface ScanOptions {
  /** Read capacity units a second; undefined for as fast as it goes. */
  readonly readRate?: number;
  readonly segments: number;
}

const DEFAULT_SEGMENTS = 8;

export const SCAN_OPTIONS: OptionTable = {
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

export function readScanOptions(given: OptionReader): ScanOptions {
  return {
    readRate: given.wholeNumber('read-rate', 1, 10_000_000),
    segments: given.wholeNumber('segments', 1, 1_000) ?? DEFAULT_SEGMENTS,
  };
}
