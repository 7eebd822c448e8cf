import { gunzipSync } from 'node:zlib';
import type { ListedVersion, S3Bucket, StoredVersion } from './s3';
import type { SeenImage } from './seenImage';
import { textOf } from './table';

/*
 * The judge's own reading of journals, and of what the compactor has made of them, written from docs/format.md, as that of images is.
 */

export const OF_JOURNALS = '=dcs/things/';
export const JOURNAL = `${OF_JOURNALS}journal/`;
export const RUNS = `${OF_JOURNALS}runs/`;
export const BASES = `${OF_JOURNALS}base/`;

/** As far as the judge reads one. */
export interface SeenManifest {
  readonly name: string;
  readonly inputs?: readonly (readonly [key: string, etag: string, lines: number])[];
  readonly merged?: readonly string[];
  readonly mergedBefore?: readonly string[];
  readonly covers?: readonly string[];
  readonly erasedInputs?: readonly string[];
}

type Lines = ReadonlyMap<string, readonly SeenImage[]>;

interface Known {
  readonly changes: number;
  readonly lines: Lines;
  readonly copies: Lines;
}
const known = new WeakMap<S3Bucket, Known>();

/** What the journal of a bucket and its runs have of an item, the last stored at the end. */
export function linesOf(bucket: S3Bucket, objectKey: string): readonly SeenImage[] {
  return linesIn(bucket).lines.get(objectKey) ?? [];
}

/** The same changes wherever they are: a change that is in the journal, in runs and in bases, as often. Of bases without a text. */
export function copiesOf(bucket: S3Bucket, objectKey: string): readonly SeenImage[] {
  return linesIn(bucket).copies.get(objectKey) ?? [];
}

/** Whether a version is an object of a journal, or of what was made of it, and no image. */
export function isOfJournal({ objectKey }: Pick<ListedVersion, 'objectKey'>): boolean {
  return objectKey.startsWith(OF_JOURNALS);
}

/** Of all folders that are finished. */
export function manifestsBelow(bucket: S3Bucket, prefix: string): readonly SeenManifest[] {
  const manifests = filesBelow(bucket, prefix, '/manifest.json');
  return manifests.map(({ body }) => JSON.parse(Buffer.from(body, 'latin1').toString('utf8')) as SeenManifest);
}

/** Whether a manifest lists this very version, and a run has each of its lines, but for those of somebody who was erased. */
export function isInRuns(bucket: S3Bucket, objectKey: string, { etag, versionId }: StoredVersion): boolean {
  const manifests = manifestsBelow(bucket, RUNS);
  const isListed = ({ inputs = [] }: SeenManifest) =>
    inputs.some(([key, ofInput]) => JOURNAL + key === objectKey && ofInput === etag);
  if (!manifests.some(isListed)) return false;
  const version = bucket.versionsOf(objectKey).find((one) => one.versionId === versionId);
  const { copies } = linesIn(bucket);
  const missing = (version ? linesOfObject(version) : []).filter(
    ([item, line]) =>
      !copies.get(item)?.some((one) => one.version.objectKey.startsWith(RUNS) && changeOf(one) === changeOf(line)),
  );
  const isErased = manifests.some(({ erasedInputs = [] }) => erasedInputs.some((key) => JOURNAL + key === objectKey));
  return new Set(missing.map(([item]) => item)).size <= (isErased ? 1 : 0);
}

function linesIn(bucket: S3Bucket): Known {
  const { changes } = bucket;
  const before = known.get(bucket);
  if (before?.changes === changes) return before;
  const ofJournal = filesBelow(bucket, JOURNAL, '.tsv.gz')
    .sort((a, b) => a.storedAtMs - b.storedAtMs)
    .flatMap(linesOfObject);
  const isThere = new Set(ofJournal.map(([item, image]) => `${item} ${image.version.storedAtMs} ${changeOf(image)}`));
  const ofRuns = finishedParts(bucket, RUNS).flatMap(linesOfPart);
  const others = ofRuns.filter(([item, image]) => {
    const id = `${item} ${image.version.storedAtMs} ${changeOf(image)}`;
    return isThere.has(id) ? false : isThere.add(id);
  });
  const lines = [...ofJournal, ...others].sort(([, a], [, b]) => a.version.storedAtMs - b.version.storedAtMs);
  const marks = finishedParts(bucket, BASES).flatMap(linesOfPart);
  const found = { changes, lines: byItem(lines), copies: byItem([...ofJournal, ...ofRuns, ...marks]) };
  known.set(bucket, found);
  return found;
}

function byItem(lines: readonly [string, SeenImage][]): Lines {
  const found = new Map<string, SeenImage[]>();
  for (const [item, image] of lines) found.set(item, [...(found.get(item) ?? []), image]);
  return found;
}

function changeOf({ kind, streamLabel, sequenceNumber, timeMs, text }: SeenImage): string {
  return [kind, streamLabel, sequenceNumber, timeMs, text].join(' ');
}

/** Of each the first version: nothing that is put on top takes it away. */
function filesBelow(bucket: S3Bucket, prefix: string, ending: string): ListedVersion[] {
  return bucket
    .keys(prefix)
    .filter((key) => key.endsWith(ending))
    .flatMap((key) => bucket.versionsOf(key).find(({ isDeleteMarker }) => !isDeleteMarker) ?? []);
}

function finishedParts(bucket: S3Bucket, prefix: string): ListedVersion[] {
  const finished = new Set(manifestsBelow(bucket, prefix).map(({ name }) => name));
  const parts = filesBelow(bucket, prefix, '.tsv.gz');
  return parts.filter(({ objectKey }) => finished.has(objectKey.slice(prefix.length).split('/')[0] ?? ''));
}

const seen = new WeakMap<ListedVersion, [string, SeenImage][]>();

function remembered(version: ListedVersion, read: () => [string, SeenImage][]): [string, SeenImage][] {
  const images = seen.get(version) ?? read();
  seen.set(version, images);
  return images;
}

function linesOfObject(version: ListedVersion): [string, SeenImage][] {
  return remembered(version, () => {
    const [head = '', ...lines] = textIn(version);
    const label = head.split('\t')[3] ?? '';
    return lines.map((line) => imageOf(line.split('\t'), label, version));
  });
}

function linesOfPart(version: ListedVersion): [string, SeenImage][] {
  return remembered(version, () =>
    textIn(version).map((line) => {
      const fields = line.split('\t');
      // The lock of the part, as it is at any time, and the time of the line.
      const of = Object.create(version, { storedAtMs: { value: Date.parse(fields[8] ?? '') } }) as ListedVersion;
      return imageOf(fields, fields[7] ?? '', of);
    }),
  );
}

function textIn({ body }: ListedVersion): string[] {
  return gunzipSync(Buffer.from(body, 'latin1')).toString('utf8').trimEnd().split('\n');
}

function imageOf(fields: readonly string[], label: string, version: ListedVersion): [string, SeenImage] {
  const [objectKey = '', event, number = '', time = '', , , body = ''] = fields;
  const hasPlace = number !== '-';
  // A mark has a digest there.
  const isBody = body.startsWith('{');
  const item = isBody ? (JSON.parse(body) as { Item?: Parameters<typeof textOf>[0] }).Item : undefined;
  const image: SeenImage = {
    version,
    kind: !hasPlace ? 'backfill' : event === 'REPAIR' ? 'repair' : 'stream',
    streamLabel: hasPlace ? label : '',
    sequenceNumber: BigInt(hasPlace ? number : 0),
    timeMs: Date.parse(time.split(' ')[0] ?? ''),
    text: textOf(item),
  };
  return [objectKey, image];
}
