import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { newestVersion, readDecidingVersions } from '../../core/decidingVersions';
import { versionsToRead } from '../../core/history';
import { mapInParallel } from '../../core/mapInParallel';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { isMd5, md5Of, TOMBSTONE_MD5 } from './bodyDigest';
import type { Bucket, DigestIndex } from './digestIndex';
import { whyDamaged } from './whyDamaged';

/** Objects of a bucket by what their newest body is; `unclear` where only a look will tell. */
export interface BucketCounts {
  images: number;
  tombstones: number;
  unclear: number;
}

interface ListRequest {
  readonly source: ImageSource;
  readonly table: TableLocation;
  readonly signal: AbortSignal;
  readonly onObject: () => void;
}

const READS = 64;

/**
 * Lists a bucket and notes each object's newest body. Nothing is read where one version decides, or several of the same
 * body. Where several may be the newest, their metadata is read. Where ETags are no digests (KMS), the newest body is.
 */
export async function listBucket(request: ListRequest, bucket: Bucket, index: DigestIndex): Promise<BucketCounts> {
  const { source, table, signal, onObject } = request;
  const counts: BucketCounts = { images: 0, tombstones: 0, unclear: 0 };
  const etags = new EtagTrust(source);
  const bodies = mapInParallel(source.histories(tablePrefix(table), signal), READS, async (history) => {
    signal.throwIfAborted();
    if (!isImageKey(history.objectKey)) return undefined;
    return { objectKey: history.objectKey, md5: await newestBody(source, history, etags) };
  });
  for await (const body of bodies) {
    if (!body) continue;
    index.note(bucket, body.objectKey, body.md5);
    counts[body.md5 === undefined ? 'unclear' : body.md5 === TOMBSTONE_MD5 ? 'tombstones' : 'images'] += 1;
    onObject();
  }
  return counts;
}

/** The MD5 of an object's newest body; undefined where it takes a closer look. */
async function newestBody(
  source: ImageSource,
  { versions }: ObjectHistory,
  etags: EtagTrust,
): Promise<string | undefined> {
  const candidates = versionsToRead(versions);
  const [first] = candidates;
  if (!first) return undefined;
  const areTrusted = await etags.areDigests(first);
  const isOneBody = isMd5(first.etag) && candidates.every(({ etag }) => etag === first.etag);
  if (areTrusted && isOneBody) return first.etag;
  try {
    const newest = candidates.length === 1 ? first : await newestOf(source, candidates);
    if (!newest) return undefined;
    const { objectKey, versionId, etag, storageClass } = newest;
    if (areTrusted && isMd5(etag)) return etag;
    return ARCHIVE_CLASSES.has(storageClass) ? undefined : md5Of((await source.images.get(objectKey, versionId)).body);
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}

async function newestOf(source: ImageSource, versions: readonly ObjectVersion[]): Promise<ObjectVersion | undefined> {
  const read = await readDecidingVersions(versions, Infinity, (version) => headerOf(source, version));
  return newestVersion(read)?.version;
}

/**
 * Whether the ETags of a bucket are the MD5 of the bodies. A listing does not tell how S3 encrypts, so the first object is
 * read. Where that errs for another object, its ETag fits nothing and it is looked at.
 */
class EtagTrust {
  private answer: Promise<boolean> | undefined;

  constructor(private readonly source: ImageSource) {}

  areDigests(version: ObjectVersion): Promise<boolean> {
    if (!this.answer && ARCHIVE_CLASSES.has(version.storageClass)) return Promise.resolve(true);
    return (this.answer ??= this.ask(version));
  }

  private async ask({ objectKey, versionId, etag }: ObjectVersion): Promise<boolean> {
    try {
      return md5Of((await this.source.images.get(objectKey, versionId)).body) === etag;
    } catch (error) {
      if (whyDamaged(error) === undefined) throw error;
      return true;
    }
  }
}
