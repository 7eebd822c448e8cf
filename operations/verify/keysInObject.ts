import type { AttributeMap } from '../../core/attributeValue';
import { keysInObjectKey, keysOf, objectKeyOf } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import type { ImageSource } from '../images/imageSource';
import type { KeyTypes } from '../../settings/configuredTable';
import type { TableInBucket } from './statesOfItem';
import { whyDamaged } from '../images/whyUnreadable';

/**
 * The keys of the item that an object is of: from its own key, or, where that was too long to be spelled, from any version
 * with an item in it. Undefined when no item of the table can be in it.
 */
export async function keysInObject(
  sources: readonly Pick<ImageSource, 'history' | 'images'>[],
  table: TableInBucket,
  keyTypes: KeyTypes,
  objectKey: string,
): Promise<AttributeMap | undefined> {
  const spelled = keysInObjectKey(table, table.keySchema, keyTypes, objectKey);
  if (spelled || !objectKey.includes('/=sha256-')) return spelled;
  for (const source of sources) {
    const { versions = [] } = (await source.history(objectKey)) ?? {};
    for (const { versionId, storedAtMs } of versions.toReversed()) {
      const keys = await keysInVersion(source, table, objectKey, { versionId, storedAtMs });
      if (keys) return keys;
    }
  }
  return undefined;
}

async function keysInVersion(
  { images }: Pick<ImageSource, 'images'>,
  table: TableInBucket,
  objectKey: string,
  { versionId, storedAtMs }: { versionId: string; storedAtMs: number },
): Promise<AttributeMap | undefined> {
  try {
    const { item } = readImage({ ...(await images.get(objectKey, versionId)), storedAtMs });
    const keys = item && keysOf(table.keySchema, item);
    return keys && objectKeyOf(table, table.keySchema, keys) === objectKey ? keys : undefined;
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}
