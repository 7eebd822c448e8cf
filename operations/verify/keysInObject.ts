import type { AttributeMap } from '../../core/attributeValue';
import { keysInObjectKey, keysOf, objectKeyOf } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import type { ImageSource } from '../images/imageSource';
import type { KeyTypes } from '../../settings/configuredTable';
import type { TableInBucket } from './statesOfItem';
import { whyDamaged } from '../images/whyUnreadable';
import { storedImageOf } from '../images/storedImageOf';
import type { ObjectVersion } from '../../aws/objectVersions';

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
    for (const version of versions.toReversed()) {
      const keys = await keysInVersion(source, table, objectKey, version);
      if (keys) return keys;
    }
  }
  return undefined;
}

async function keysInVersion(
  source: Pick<ImageSource, 'images'>,
  table: TableInBucket,
  objectKey: string,
  version: ObjectVersion,
): Promise<AttributeMap | undefined> {
  try {
    const { item } = readImage({ ...(await storedImageOf(source, version)), storedAtMs: version.storedAtMs });
    const keys = item && keysOf(table.keySchema, item);
    return keys && objectKeyOf(table, table.keySchema, keys) === objectKey ? keys : undefined;
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}
