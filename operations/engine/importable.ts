import { DcsError } from '../../core/errors';
import { count } from '../../core/units';
import { MOST_FILES } from '../restore/import/importFiles';

/** What a run is to import does not fit into an import. Its items have to be written. */
export class TooLargeForImportError extends DcsError {}

const TB = 10 ** 12;
/** Where an import may read 15 TB; elsewhere 1. Source: DynamoDB quotas, "Import from S3". */
const LARGE_REGIONS = ['us-east-1', 'us-west-2', 'eu-west-1'];

/** @throws TooLargeForImportError */
export function requireImportable(region: string, { files, sizeBytes }: { files: number; sizeBytes: number }): void {
  const mostBytes = (LARGE_REGIONS.includes(region) ? 15 : 1) * TB;
  if (files <= MOST_FILES && sizeBytes <= mostBytes) return;
  throw new TooLargeForImportError(
    `${count(files)} files of ${count(sizeBytes)} bytes are more than ImportTable takes in ${region}: ${count(MOST_FILES)} files, ${mostBytes / TB} TB`,
  );
}
