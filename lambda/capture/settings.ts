import type { CapturedTable } from '../../core/streamRecord';
import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';

/** What the capture function is told by its environment. */
export interface CaptureSettings {
  readonly bucket: string;
  readonly table: CapturedTable;
  /** An object for each change, or one for a batch. */
  readonly layout: 'images' | 'journal';
  readonly largeImageStorageClass: string;
}

/** Storage classes whose objects can be read at once; restore waits for none of them. */
const STORAGE_CLASSES = ['STANDARD', 'STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];

/** @throws DcsError that names every variable that is missing or wrong */
export function captureSettings(environment: Readonly<Record<string, string | undefined>>): CaptureSettings {
  const {
    [VARIABLES.bucketName]: bucket = '',
    [VARIABLES.prefix]: prefix = '',
    [VARIABLES.tableName]: tableName = '',
    [VARIABLES.partitionKey]: partitionKey = '',
    [VARIABLES.sortKey]: sortKey,
    [VARIABLES.layout]: layout = '',
    [VARIABLES.largeImageStorageClass]: largeImageStorageClass = 'STANDARD_IA',
  } = environment;

  const problems = [
    ...(bucket === '' ? [`${VARIABLES.bucketName} is missing; set it to the name of the source bucket`] : []),
    ...(tableName === '' ? [`${VARIABLES.tableName} is missing; set it to the name of the table`] : []),
    ...(partitionKey === ''
      ? [`${VARIABLES.partitionKey} is missing; set it to the name of the table's partition key`]
      : []),
    ...(prefix === '' || prefix.endsWith('/')
      ? []
      : [`${VARIABLES.prefix} is ${JSON.stringify(prefix)}; it has to end with a slash`]),
    ...(['', 'images', 'journal'].includes(layout)
      ? []
      : [
          `${VARIABLES.layout} is ${JSON.stringify(layout)}; allowed are images, journal, and nothing, which is images`,
        ]),
    ...(STORAGE_CLASSES.includes(largeImageStorageClass)
      ? []
      : [
          `${VARIABLES.largeImageStorageClass} is ${JSON.stringify(largeImageStorageClass)}; allowed are ${STORAGE_CLASSES.join(', ')}`,
        ]),
  ];
  if (problems.length > 0) throw new DcsError(`the capture function's environment is wrong: ${problems.join('. ')}.`);
  return {
    bucket,
    largeImageStorageClass,
    layout: layout === 'journal' ? layout : 'images',
    table: { prefix, tableName, keySchema: { partitionKey, sortKey: sortKey === '' ? undefined : sortKey } },
  };
}
