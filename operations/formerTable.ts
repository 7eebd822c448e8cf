import { createdAfterFormer, creationsAfterFormer, type StoredLife } from '../core/formerTable';
import type { TableLocation } from '../core/objectKey';
import {
  LARGEST_DEFINITION_BYTES,
  readTableDefinition,
  tableDefinitionKey,
  UnreadableDefinitionError,
  type TableDefinition,
} from '../core/tableDefinition';
import type { ImageSource } from './images/imageSource';
import { whyUnreadable } from './images/whyUnreadable';

type Source = Pick<ImageSource, 'history' | 'images'>;

/**
 * When the table of a moment was created, where a former one of its name has images in the same place: these are not of it.
 *
 * @param storedByMs what S3 received later is passed over
 */
export async function tableCreatedAt(
  source: Source,
  table: TableLocation,
  momentMs: number,
  storedByMs = Infinity,
): Promise<number | undefined> {
  const lives = await storedLives(source, table);
  return createdAfterFormer(
    lives.filter(({ storedAtMs }) => storedAtMs <= storedByMs),
    momentMs,
  );
}

/** When each table of the name was created that had a former one, the first one first. */
export async function tableCreations(source: Source, table: TableLocation): Promise<readonly number[]> {
  return creationsAfterFormer(await storedLives(source, table));
}

/** What each version of a table's definition says of the table's life. Definitions that cannot be used say nothing. */
export async function storedLives(source: Source, table: TableLocation): Promise<StoredLife[]> {
  const { versions = [] } = (await source.history(tableDefinitionKey(table))) ?? {};
  const lives: StoredLife[] = [];
  for (const { objectKey, versionId, storedAtMs, sizeBytes } of versions) {
    if (sizeBytes > LARGEST_DEFINITION_BYTES) continue;
    try {
      const definition = readTableDefinition((await source.images.get(objectKey, versionId)).body);
      if (definition.tableName === table.tableName) lives.push({ ...lifeOf(definition), storedAtMs });
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
  }
  return lives;
}

function lifeOf({ tableId, createdAt }: TableDefinition): Omit<StoredLife, 'storedAtMs'> {
  return { tableId, createdAt };
}

function isUnusable(error: unknown): boolean {
  return whyUnreadable(error) !== undefined || error instanceof UnreadableDefinitionError;
}
