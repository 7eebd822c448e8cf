import { VARIABLES } from '../../core/functionVariables';
import { isImageKey, tablePrefix } from '../../core/objectKey';
import type { ObjectVersion } from '../../aws/objectVersions';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import type { Layout } from '../../settings/batches';
import type { LocalRun } from '../localRun';
import type { LocalBucket, LocalTable } from '../localTable';

/** Where a table's copy is: by its deployed function, which is told so. */
export function locationOf({ deployed }: LocalTable): { prefix: string; tableName: string } {
  const { [VARIABLES.prefix]: prefix = '' } = deployed.captureFunction.environment;
  return { prefix, tableName: deployed.tableName };
}

export function layoutIn({ deployed }: LocalTable): Layout {
  return deployed.captureFunction.environment[VARIABLES.layout] === 'journal' ? 'journal' : 'images';
}

/** How many changes of the run's tables a bucket holds, whatever the layout. What a backfill has added is none. */
export async function changesIn(bucket: LocalBucket, run: LocalRun): Promise<number> {
  let changes = 0;
  for (const table of run.tables.values()) {
    const location = locationOf(table);
    const source = s3ImageSource({ ...bucket, prefix: location.prefix });
    for await (const { objectKey, versions } of source.histories(tablePrefix(location))) {
      if (isImageKey(objectKey)) changes += storedOnce(versions.filter(isChange)).length;
    }
    await source.close?.();
  }
  return changes;
}

function isChange({ image }: ObjectVersion): boolean {
  return image?.metadata['dcs-event'] !== 'BACKFILL';
}

/** Without those that were sent again, for want of an answer: the same bytes lie beside them. */
function storedOnce(versions: readonly ObjectVersion[]): ObjectVersion[] {
  return versions.filter(({ etag }, n) => etag !== versions[n - 1]?.etag);
}
