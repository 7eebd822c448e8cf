import type { OptionTable } from '../command';
import type { OptionReader } from '../optionReader';
import type { ExportPlace } from './openExport';

export interface BackfillOptions {
  readonly tableName: string;
  /** Read capacity units a second; undefined for as fast as it goes. */
  readonly readRate?: number;
  readonly segments: number;
  readonly fromExport?: ExportPlace;
  readonly allowGap: boolean;
}

const DEFAULT_SEGMENTS = 8;

export const BACKFILL_OPTIONS: OptionTable = {
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
  'from-export': {
    type: 'string',
    value: 'S3-URI',
    help: "A full export of the table in DynamoDB JSON, instead of a scan: the folder with its manifest-summary.json. It is read with the source account's credentials, and costs the table nothing.",
  },
  'allow-gap': {
    type: 'boolean',
    help: 'Go on although the stream does not show all changes since the items were read.',
  },
};

export function readBackfillOptions(given: OptionReader): BackfillOptions {
  given.atMostOneOf('from-export', 'read-rate');
  given.atMostOneOf('from-export', 'segments');
  return {
    tableName: given.positional(0),
    readRate: given.wholeNumber('read-rate', 1, 10_000_000),
    segments: given.wholeNumber('segments', 1, 1_000) ?? DEFAULT_SEGMENTS,
    fromExport: readPlace(given),
    allowGap: given.flag('allow-gap'),
  };
}

function readPlace(given: OptionReader): ExportPlace | undefined {
  const uri = given.text('from-export');
  if (uri === undefined) return undefined;
  const [, bucket, path = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  const folder = path.replace(/\/?(manifest-summary\.json)?$/, '');
  if (bucket !== undefined && folder !== '') return { bucket, folder };
  given.problem(
    `--from-export is ${JSON.stringify(uri)}; write the folder of one export, such as s3://BUCKET/PREFIX/AWSDynamoDB/01234567890123-a1b2c3d4`,
  );
  return undefined;
}
