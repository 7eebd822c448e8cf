import type { OptionReader } from '../core/commandLine/optionReader';
import type { ExportPlace } from '../operations/backfill/openExport';

/** What lies in the folder of an export: whichever of it is named, the folder is meant. DynamoDB names the folder itself. */
const WITHIN =
  /(?:(?<=(?:^|\/)\d{13,14}-[0-9a-f]{8})\/data(?:\/[^/]*)?)?(?:\/?manifest-(?:summary|files)\.(?:json|md5))?\/?$/;

/** What `--from-export` names. */
export function readExportPlace(given: OptionReader): ExportPlace | undefined {
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
