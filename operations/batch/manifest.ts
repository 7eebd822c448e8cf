import type { ArchivedVersion } from '../../aws/archive';
import { DcsError } from '../../core/errors';

/** A line of a manifest: keys in it have to be percent-encoded. Source: S3 user guide, batch-ops-create-job, "CSV file". */
export function manifestLine(bucket: string, { objectKey, versionId }: ArchivedVersion): string {
  return `${bucket},${objectKey.split('/').map(encodeURIComponent).join('/')},${versionId}`;
}

/** The version that a line of a manifest names. @throws DcsError for what is no such line */
export function versionOfLine(line: string): ArchivedVersion {
  const [bucket, key, versionId, ...more] = line.split(',');
  if (bucket === '' || !key || !versionId || more.length > 0)
    throw new DcsError(`${JSON.stringify(line)} is no line of a manifest; expected bucket,key,version id`);
  return { objectKey: decodeURIComponent(key), versionId };
}

export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
