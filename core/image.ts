import type { AttributeMap } from './attributeValue';
import { canonicalItem } from './canonicalItem';
import { positionAbove, type ChangePosition } from './changePosition';
import { digestOf } from './digest';
import { UnreadableImageError } from './errors';
import type { ItemText } from './itemText';

/** What S3 holds for one image: the body, and what is about the change as user metadata (names without `x-amz-meta-`). */
export interface StoredImage {
  readonly body: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal, where it was made of this very body. Metadata that was read proves nothing. */
  readonly bodySha256?: string;
  /** What the metadata says, where it has been read already. */
  readonly header?: ImageHeader;
}

/** What is known of a change without its item. */
export interface ImageHeader {
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE' | 'BACKFILL' | 'REPAIR' | 'PREDECESSOR';
  readonly position: ChangePosition;
  /** When the change was made, to the second as DynamoDB tells it; for a backfill or a repair, when the item was read. */
  readonly changedAtMs: number;
  /**
   * What the image says, where that is later than S3 stored it: a wrong clock wrote it, or somebody forged it. The change was
   * made by the time of storing, so `changedAtMs` is that.
   */
  readonly statedAtMs?: number;
  /** `changedAtMs` is when the record was received: it had no time, or one that cannot be. */
  readonly isTimeOfReceipt?: boolean;
  /** SHA-256 of the body in hexadecimal; undefined for a predecessor's image, which is not in canonical form. */
  readonly digest?: string;
  /** Digest of the item as it was before, `none` when there was no item; undefined when not known. */
  readonly previousDigest?: string;
  /** The service principal that deleted the item, such as `dynamodb.amazonaws.com` for TTL. */
  readonly deletedBy?: string;
  /** Undefined for what capture has stored: see {@link withWriteId}. */
  readonly writeId?: string;
}

/** One state of one item. */
export interface Image {
  readonly header: ImageHeader;
  /** The item; undefined for a tombstone. Parsed when it is asked for, where there is its {@link text}. */
  readonly item?: AttributeMap;
  /** Its body, where that is an item in canonical form. */
  readonly text?: ItemText;
}

export const FORMAT_VERSION = '1';

/** The `previousDigest` of an item that was not there before. */
export const NO_ITEM = 'none';

/** The body of a tombstone, the image of a delete. */
export const TOMBSTONE_BODY = '{}';
export const TOMBSTONE_DIGEST = digestOf(TOMBSTONE_BODY);

/** The body of an item's image: one line of DynamoDB's export and import format, in canonical form. */
export function imageBody(item: AttributeMap): string {
  return `{"Item":${canonicalItem(item)}}`;
}

/**
 * An item has 400 KB at most, and no writing of one takes ten times as much: the worst are lists of empty strings, at 9 bytes
 * of JSON for one of the item. What is larger is no image, and is not read. Source: DynamoDB developer guide, "Item sizes".
 */
export const LARGEST_IMAGE_BYTES = 16 * 1024 * 1024;

export function tooLargeImage(bytes: number): UnreadableImageError {
  return new UnreadableImageError(
    `it has ${bytes} bytes; an image has ${LARGEST_IMAGE_BYTES} at most, so it is not read`,
  );
}

/** The digest that a state of an item has in the chain of images: that of its body, or {@link NO_ITEM}. */
export function itemDigest(item: AttributeMap | undefined): string {
  return item === undefined ? NO_ITEM : digestOf(imageBody(item));
}

/** Turns an image into what is stored. `docs/format.md` specifies the result. */
export function encodeImage(
  { event, position, changedAtMs, isTimeOfReceipt, previousDigest, deletedBy }: ImageHeader,
  item?: AttributeMap,
): StoredImage {
  const body = item === undefined ? TOMBSTONE_BODY : imageBody(item);
  const bodySha256 = digestOf(body);
  return {
    body,
    bodySha256,
    metadata: {
      'dcs-format': FORMAT_VERSION,
      'dcs-event': event,
      ...('streamLabel' in position && {
        'dcs-stream-label': position.streamLabel,
        'dcs-sequence-number': position.sequenceNumber,
      }),
      'dcs-time': new Date(changedAtMs).toISOString(),
      ...(isTimeOfReceipt && { 'dcs-time-source': 'receipt' }),
      'dcs-digest': bodySha256,
      ...(previousDigest !== undefined && { 'dcs-previous-digest': previousDigest }),
      ...(deletedBy !== undefined && { 'dcs-deleted-by': deletedBy }),
    },
  };
}

/**
 * The image as backfill, redrive and repair store it. By the id whoever wrote it knows it again when the answer was lost. And
 * it tells readers that it may have been stored long after newer images, so that its place among the versions proves nothing.
 *
 * @param writeId random, another one for each write
 */
export function withWriteId(image: StoredImage, writeId: string): StoredImage {
  const { body, metadata, bodySha256 } = image;
  // An image of the 2018 predecessor is known by having no such metadata.
  if (metadata['dcs-format'] === undefined) return image;
  return { body, bodySha256, metadata: { ...metadata, 'dcs-write-id': writeId } };
}

/** The image of an item that was read from the table and not seen in the stream. */
export function backfillImage(item: AttributeMap, readAtMs: number): StoredImage {
  return encodeImage({ event: 'BACKFILL', position: { source: 'backfill', readAtMs }, changedAtMs: readAtMs }, item);
}

/**
 * The image of a state that `dcs verify --repair` read from the table where the newest image said something else.
 *
 * @param item undefined when the table has no such item: the image is a tombstone
 * @param newest the change position of that image; undefined when there was none
 */
export function repairImage(
  item: AttributeMap | undefined,
  newest: ChangePosition | undefined,
  readAtMs: number,
): StoredImage {
  const position = positionAbove(newest, readAtMs);
  const changedAtMs = 'readAtMs' in position ? position.readAtMs : readAtMs;
  return encodeImage({ event: 'REPAIR', position, changedAtMs }, item);
}
