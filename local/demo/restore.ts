import { s3ImageStore } from '../../aws/imageStore';
import { objectHistories, type ObjectHistory } from '../../aws/objectVersions';
import { BATCH_WRITE_ITEMS, dynamoDbTable, type DynamoDbSettings, type Table } from '../../aws/table';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { DcsError } from '../../core/errors';
import { stateAt, versionsToRead } from '../../core/history';
import { inParallel } from '../../core/inParallel';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import { readTableDefinition, tableDefinitionKey } from '../../core/tableDefinition';
import type { LocalBucket } from '../localRun';

export interface Restored {
  readonly table: Table;
  readonly items: number;
}

/** Restores a table as it was at a moment into a new one, from a bucket alone. */
export async function restore(
  bucket: LocalBucket,
  location: TableLocation,
  into: { tableName: string; dynamoDb: DynamoDbSettings },
  momentMs?: number,
): Promise<Restored> {
  const table = dynamoDbTable(into.tableName, into.dynamoDb);
  const text = await s3TextStore(bucket).read(tableDefinitionKey(location));
  if (text === undefined) throw new DcsError(`${bucket.bucket} has no ${tableDefinitionKey(location)}`);
  await table.create(readTableDefinition(text).createTable as Parameters<Table['create']>[0]);

  const images = s3ImageStore({ ...bucket, largeImageStorageClass: 'STANDARD_IA' });
  let batch: AttributeMap[] = [];
  let items = 0;
  const write = async (writing: AttributeMap[]) => {
    batch = [];
    items += writing.length;
    await table.putBatch(writing);
  };
  const restoreItem = async ({ objectKey, versions }: ObjectHistory) => {
    if (!isImageKey(objectKey)) return;
    const candidates = versionsToRead(versions, momentMs).map(async ({ versionId }) =>
      readImage(await images.get(objectKey, versionId)),
    );
    const state = stateAt(await Promise.all(candidates), momentMs);
    if (state.is === 'unknown')
      throw new DcsError(`${objectKey} has no image from before ${new Date(momentMs ?? 0).toISOString()}`);
    if (state.is === 'known' && state.image.item) batch.push(state.image.item);
    if (batch.length === BATCH_WRITE_ITEMS) await write(batch);
  };
  await inParallel(objectHistories(bucket, tablePrefix(location)), 16, restoreItem);
  await write(batch);
  return { table, items };
}
