import { VARIABLES } from '../../core/functionVariables';
import { isImageKey, tablePrefix } from '../../core/objectKey';
import type { ObjectVersion } from '../../aws/objectVersions';
import { headerOf } from '../../operations/images/headerOf';
import type { ImageSource } from '../../operations/images/imageSource';
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
      if (isImageKey(objectKey)) changes += await changesOf(source, versions);
    }
    await source.close?.();
  }
  return changes;
}

/**
 * Changes that the versions of an object tell of. What was sent again, for want of an answer, is stored twice; the same bytes
 * may also come of two changes, and then their numbers say so.
 */
export async function changesOf(
  source: Pick<ImageSource, 'images'>,
  versions: readonly ObjectVersion[],
): Promise<number> {
  const changes = versions.filter(({ image }) => image?.metadata['dcs-event'] !== 'BACKFILL');
  if (new Set(changes.map(({ etag }) => etag)).size === changes.length) return changes.length;
  const headers = await Promise.all(changes.map((version) => headerOf(source, version)));
  return new Set(headers.map(({ position }) => JSON.stringify(position))).size;
}
