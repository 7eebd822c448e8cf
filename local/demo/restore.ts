import { setMaxListeners } from 'node:events';
import { dynamoDbBatchTable } from '../../aws/batchTable';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbTable, type Table } from '../../aws/table';
import { s3TextStore } from '../../aws/textStore';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { realPause } from '../../operations/pace';
import { restoreTable } from '../../operations/restore/restoreTable';
import { DcsError } from '../../core/errors';
import type { TableLocation } from '../../core/objectKey';
import { keySchemaOf, readTableDefinition, tableDefinitionKey } from '../../core/tableDefinition';
import type { LocalBucket } from '../localTable';

export interface Restored {
  readonly table: Table;
  readonly items: number;
}

/** Restores a table as it was at a moment into a new one, from a bucket alone, with what `dcs restore` does. */
export async function restore(
  bucket: LocalBucket,
  location: TableLocation,
  into: { tableName: string; dynamoDb: AwsSettings },
  momentMs = Infinity,
): Promise<Restored> {
  const text = await s3TextStore(bucket).read(tableDefinitionKey(location));
  if (text === undefined) throw new DcsError(`${bucket.bucket} has no ${tableDefinitionKey(location)}`);
  const definition = readTableDefinition(text);
  const target = dynamoDbBatchTable(into.tableName, into.dynamoDb);
  await target.create(definition.createTable as Parameters<Table['create']>[0]);

  const { signal } = new AbortController();
  setMaxListeners(0, signal); // every call listens to it
  const { counts, left, differences } = await restoreTable({
    source: s3ImageSource({ ...bucket, prefix: location.prefix }),
    table: { ...location, keySchema: keySchemaOf(definition) },
    momentMs,
    target,
    mode: 'fill',
    signal,
    nowMs: Date.now,
    pause: realPause,
  });
  if (left > 0 || differences !== 0) {
    throw new DcsError(
      `${left} items of ${location.tableName} could not be restored, ${differences ?? 0} differ from the plan`,
    );
  }
  return { table: dynamoDbTable(into.tableName, into.dynamoDb), items: counts.put };
}
