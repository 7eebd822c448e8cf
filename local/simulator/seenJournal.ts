import { gunzipSync } from 'node:zlib';
import type { ListedVersion, S3Bucket } from './s3';
import type { SeenImage } from './seenImage';
import { textOf } from './table';

/*
 * The judge's own reading of journals, written from docs/format.md, as that of images is.
 */

export const JOURNAL = '=dcs/things/journal/';

const known = new WeakMap<S3Bucket, { readonly changes: number; readonly lines: Map<string, SeenImage[]> }>();

/** What the journal of a bucket has of an item, the last stored at the end. */
export function linesOf(bucket: S3Bucket, objectKey: string): readonly SeenImage[] {
  return linesIn(bucket).get(objectKey) ?? [];
}

/** Whether a version is an object of a journal, and no image. */
export function isOfJournal({ objectKey }: ListedVersion): boolean {
  return objectKey.startsWith(JOURNAL);
}

function linesIn(bucket: S3Bucket): ReadonlyMap<string, readonly SeenImage[]> {
  const { changes } = bucket;
  const before = known.get(bucket);
  if (before?.changes === changes) return before.lines;
  const lines = new Map<string, SeenImage[]>();
  const objects = bucket.keys(JOURNAL).flatMap((key) => {
    // Nothing that is put on top of an object of a journal takes it away.
    const first = bucket.versionsOf(key).find(({ isDeleteMarker }) => !isDeleteMarker);
    return first ? [first] : [];
  });
  for (const version of objects.sort((a, b) => a.storedAtMs - b.storedAtMs)) {
    for (const [objectKey, image] of read(version)) lines.set(objectKey, [...(lines.get(objectKey) ?? []), image]);
  }
  known.set(bucket, { changes, lines });
  return lines;
}

const seen = new WeakMap<ListedVersion, [string, SeenImage][]>();

function read(version: ListedVersion): [string, SeenImage][] {
  const before = seen.get(version);
  if (before) return before;
  const [head = '', ...lines] = gunzipSync(Buffer.from(version.body, 'latin1')).toString('utf8').trimEnd().split('\n');
  const label = head.split('\t')[3] ?? '';
  const images = lines.map((line): [string, SeenImage] => {
    const [objectKey = '', event, number = '', time = '', , , body = ''] = line.split('\t');
    const hasPlace = number !== '-';
    const { Item: item } = JSON.parse(body) as { Item?: Parameters<typeof textOf>[0] };
    const image: SeenImage = {
      version,
      kind: !hasPlace ? 'backfill' : event === 'REPAIR' ? 'repair' : 'stream',
      streamLabel: hasPlace ? label : '',
      sequenceNumber: BigInt(hasPlace ? number : 0),
      timeMs: Date.parse(time.split(' ')[0] ?? ''),
      text: textOf(item),
    };
    return [objectKey, image];
  });
  seen.set(version, images);
  return images;
}
