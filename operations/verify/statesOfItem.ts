import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectVersion } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { digestLeftBy } from '../../core/chain';
import { UnreadableImageError } from '../../core/errors';
import { imageBody, itemDigest, NO_ITEM, type ImageHeader } from '../../core/image';
import { keysOf, objectKeyOf, type KeySchema, type TableLocation } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import type { ImageSource } from '../images/imageSource';
import { newestOf } from '../../core/newest';
import { decidingNow } from '../images/newestImage';
import { whyNotCurrent, type NotCurrent } from '../images/whyNotCurrent';
import { md5Of } from './bodyDigest';
import { whyDamaged } from '../images/whyUnreadable';
import { storedImageOf } from '../images/storedImageOf';

/** What the table says of an item. */
export interface StateInTable {
  readonly item?: AttributeMap;
  /** `none` when there is no item. */
  readonly digest: string;
}

/** What a bucket says of an item. */
export type StateInBucket =
  | { readonly is: 'none' }
  /** `digest`: of the item that the newest image holds, `none` for a tombstone. */
  | {
      readonly is: 'state';
      readonly digest: string;
      readonly header: ImageHeader;
      readonly version: ObjectVersion;
      readonly versions: readonly ObjectVersion[];
      /** S3 shows something else. Undefined also for an object that is of no item of the table. */
      readonly notCurrent?: NotCurrent;
    }
  /** The newest version, or one that may be it, is damaged, of a newer format, or of another item. */
  | {
      readonly is: 'unreadable';
      readonly reason: string;
      /** Where the metadata could be read and the body could not. */
      readonly header?: ImageHeader;
      readonly version?: ObjectVersion;
      readonly versions: readonly ObjectVersion[];
    };

export interface StatesOfItem {
  readonly table: StateInTable;
  readonly source: StateInBucket;
  readonly destination: StateInBucket;
  /** The source bucket keeps the changes of this table for some days only: what it has may be older, or nothing, and nothing is wrong. */
  readonly sourceForgets?: boolean;
  /** When the table had been read, epoch milliseconds. */
  readonly atMs: number;
}

export type TableInBucket = TableLocation & {
  readonly keySchema: KeySchema;
  /** As in `StateRequest`: a restore passes over what is of a former table. */
  readonly createdAtMs?: number;
};

export function stateInTable(item: AttributeMap | undefined): StateInTable {
  return { item, digest: itemDigest(item) };
}

/**
 * Reads what a bucket's newest image of an item says. The body is not read where the ETag is the MD5 of the expected one,
 * nor in an archive class, where the metadata has its digest.
 */
export async function stateInBucket(
  source: ImageSource,
  table: TableInBucket,
  objectKey: string,
  expected: StateInTable,
): Promise<StateInBucket> {
  const history = await source.history(objectKey);
  if (!history) return { is: 'none' };
  const { versions } = history;
  let found: { header?: ImageHeader; version?: ObjectVersion } = {};
  try {
    const read = await decidingNow(source, versions, table.createdAtMs);
    const newest = newestOf(read);
    if (!newest) return { is: 'none' };
    found = newest;
    const digest = await digestOfNewest(source, table, objectKey, newest, expected);
    if (digest === OF_NO_ITEM) return { is: 'state', digest: NO_ITEM, ...newest, versions };
    return { is: 'state', digest, ...newest, versions, notCurrent: whyNotCurrent(history, read) };
  } catch (error) {
    const reason = whyDamaged(error);
    if (reason === undefined) throw error;
    return { is: 'unreadable', reason, ...found, versions };
  }
}

const OF_NO_ITEM = Symbol('an object under a former spelling');

async function digestOfNewest(
  source: ImageSource,
  table: TableInBucket,
  objectKey: string,
  { version, header }: { version: ObjectVersion; header: ImageHeader },
  { item, digest: expectedDigest }: StateInTable,
): Promise<string | typeof OF_NO_ITEM> {
  if (item && version.etag === md5Of(imageBody(item)) && header.digest === expectedDigest) return expectedDigest;
  if (ARCHIVE_CLASSES.has(version.storageClass)) return digestLeftBy(header) ?? NO_ITEM;
  const image = readImage({ ...(await storedImageOf(source, version)), storedAtMs: version.storedAtMs });
  if (!image.item) return NO_ITEM;
  const ownKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, image.item));
  if (ownKey === objectKey) return itemDigest(image.item);
  // The predecessor spelled keys differently: its objects are not those of today's items.
  if (header.event === 'PREDECESSOR') return OF_NO_ITEM;
  throw new UnreadableImageError(`it holds an item that belongs under ${ownKey}`);
}
