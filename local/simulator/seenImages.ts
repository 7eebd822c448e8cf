import type { AttributeMap } from '../../core/attributeValue';
import type { ListedVersion, S3Bucket } from './s3';
import type { SeenImage } from './seenImage';
import { isOfJournal, linesOf } from './seenJournal';
import { textOf } from './table';

/*
 * The judge's own reading of what is stored, written from docs/format.md and from nothing in core/: whoever judges by the
 * judged code's own words agrees with its mistakes.
 */

export const TABLE_NAME = 'things';

export function objectKeyOf(id: string): string {
  return `${TABLE_NAME}/${id}/image.json`;
}

/** All images of an item, the last stored at the end, and what the journal has of it. */
export function imagesOf(bucket: S3Bucket, id: string): SeenImage[] {
  const versions = bucket.versionsOf(objectKeyOf(id)).filter(({ isDeleteMarker }) => !isDeleteMarker);
  return [...versions.map(seen), ...linesOf(bucket, objectKeyOf(id))];
}

/** The newest by change order; of one change stored twice, the last stored. */
export function newestOf(images: readonly SeenImage[]): SeenImage | undefined {
  return images.reduce<SeenImage | undefined>(
    (best, image) => (best && order(image, best) < 0 ? best : image),
    undefined,
  );
}

/** What a bucket holds as the newest state of an item. */
export function newestText(bucket: S3Bucket, id: string): string {
  return newestOf(imagesOf(bucket, id))?.text ?? 'none';
}

/** What S3 shows and lifecycle keeps; of what the journal has, that is all of it. */
export function currentText(bucket: S3Bucket, id: string): string {
  const newest = newestOf(imagesOf(bucket, id));
  if (newest && isOfJournal(newest.version)) return newest.text;
  const last = bucket.versionsOf(objectKeyOf(id)).at(-1);
  return !last || last.isDeleteMarker ? 'none' : seen(last).text;
}

/** Whether that is the newest image itself. */
export function isNewestCurrent(bucket: S3Bucket, id: string): boolean {
  const [newest, last] = [newestOf(imagesOf(bucket, id)), bucket.versionsOf(objectKeyOf(id)).at(-1)];
  return newest?.version === last || (newest !== undefined && isOfJournal(newest.version));
}

/** Two images of one change: it was stored twice. */
export function isSameChange(a: SeenImage, b: SeenImage): boolean {
  return order(a, b) === 0;
}

const known = new WeakMap<ListedVersion, SeenImage>();

function seen(version: ListedVersion): SeenImage {
  const image = known.get(version) ?? read(version);
  known.set(version, image);
  return image;
}

function read(version: ListedVersion): SeenImage {
  const { metadata, body } = version;
  const event = metadata['dcs-event'];
  const streamLabel = metadata['dcs-stream-label'] ?? '';
  const { Item: item } = JSON.parse(body) as { Item?: AttributeMap };
  return {
    version,
    kind: streamLabel === '' ? 'backfill' : event === 'REPAIR' ? 'repair' : 'stream',
    streamLabel,
    sequenceNumber: BigInt(metadata['dcs-sequence-number'] ?? '0'),
    timeMs: Date.parse(metadata['dcs-time'] ?? ''),
    text: textOf(item),
  };
}

function order(a: SeenImage, b: SeenImage): number {
  if (a.streamLabel !== b.streamLabel) return a.streamLabel < b.streamLabel ? -1 : 1;
  if (a.sequenceNumber !== b.sequenceNumber) return a.sequenceNumber < b.sequenceNumber ? -1 : 1;
  if (a.kind === 'stream' && b.kind === 'stream') return 0;
  if (a.kind !== b.kind) return a.kind === 'repair' ? 1 : -1;
  return a.timeMs - b.timeMs;
}
