import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { mayBeOfTable } from '../../core/formerTable';
import { REORDER_WINDOW_MS, versionsToRead } from '../../core/history';
import { inParallel } from '../../core/inParallel';
import { newestOf } from '../../core/newest';
import { isImageKey } from '../../core/objectKey';
import type { ImageSource } from '../images/imageSource';
import { decidingNow } from '../images/newestImage';
import { isTombstone, whyNotCurrent } from '../images/whyNotCurrent';
import { isMd5, md5Of, TOMBSTONE_MD5 } from './bodyDigest';
import type { Bucket, DigestIndex } from './digestIndex';
import { storedImageOf } from '../images/storedImageOf';
import { whyDamaged } from '../images/whyUnreadable';

/** Objects of a bucket by what their newest body is; `unclear` where only a look will tell. */
export interface BucketCounts {
  images: number;
  tombstones: number;
  unclear: number;
}

interface ListRequest {
  /** What the bucket lists of the table, as many objects at a time as come together. */
  readonly pages: AsyncIterable<readonly ObjectHistory[]>;
  /** For what the listing does not tell. */
  readonly source: ImageSource;
  /** As in `StateRequest`. */
  readonly createdAtMs?: number;
  readonly signal: AbortSignal;
  readonly onObjects: (objects: number) => void;
}

const READS = 64;
/** Objects that something has to be read of are read so many together; they wait for each other. */
const READ_TOGETHER = 1_000;

/** An object whose newest body the listing does not tell. */
interface Undecided {
  readonly objectKey: string;
  readonly versions: readonly ObjectVersion[];
  /** Those that may be the newest. */
  readonly candidates: readonly ObjectVersion[];
  readonly hiddenBy?: ObjectHistory['hiddenBy'];
  readonly wasHidden?: true;
  readonly areDigests: boolean;
  readonly createdAtMs?: number;
}

/**
 * Lists a bucket and notes each object's newest body. Nothing is read where one version decides, or several of the same
 * body. Where several may be the newest, their metadata is read: also above a delete marker, where a backfill was stored as if
 * nothing had been there. Where ETags are no digests (KMS), the newest body is.
 * An object whose current version is a delete marker, unless that lies on a tombstone, or not the newest image, is unclear: whatever it
 * says, a look has to tell.
 */
export async function listBucket(
  request: ListRequest,
  bucket: Bucket,
  index: Pick<DigestIndex, 'note'>,
): Promise<BucketCounts> {
  const { pages, source, signal, onObjects, createdAtMs } = request;
  const counts: BucketCounts = { images: 0, tombstones: 0, unclear: 0 };
  const note = (objectKey: string, md5: string | undefined) => {
    index.note(bucket, objectKey, md5);
    counts[md5 === undefined ? 'unclear' : md5 === TOMBSTONE_MD5 ? 'tombstones' : 'images'] += 1;
  };
  const etags = new EtagTrust(source);
  const undecided: Undecided[] = [];
  const decide = () =>
    inParallel(undecided.splice(0), READS, async (object) => {
      signal.throwIfAborted();
      note(object.objectKey, await newestBody(source, object));
    });
  for await (const page of pages) {
    signal.throwIfAborted();
    const images = page.filter(({ objectKey }) => isImageKey(objectKey));
    for (const { objectKey, versions, hiddenBy, wasHidden } of images) {
      const { storedAtMs = 0 } = versions.at(-1) ?? {};
      // It holds nothing of the table itself, as if there were no object.
      if (createdAtMs !== undefined && versions.every((version) => !mayBeOfTable(version, createdAtMs))) continue;
      // Of what was stored within a day of the table's creation only metadata tells whether it is of the former one.
      const mayBeHidden = hiddenBy && !versions.slice(-1).every(isTombstone);
      if (mayBeHidden || (createdAtMs !== undefined && storedAtMs < createdAtMs + REORDER_WINDOW_MS)) {
        note(objectKey, undefined);
        continue;
      }
      const candidates = versionsToRead(versions.filter((version) => mayBeOfTable(version, createdAtMs)));
      const areDigests = await etags.areDigestsOf(candidates);
      const isLastOne = candidates.some((one) => one === versions.at(-1));
      const body = areDigests && isLastOne && !wasHidden ? onlyBody(candidates) : undefined;
      if (body === undefined)
        undecided.push({ objectKey, versions, candidates, hiddenBy, wasHidden, areDigests, createdAtMs });
      else note(objectKey, body);
    }
    onObjects(images.length);
    if (undecided.length >= READ_TOGETHER) await decide();
  }
  await decide();
  return counts;
}

/** The MD5 that all candidates have; undefined where there are several, or an ETag is none. */
function onlyBody([first, ...others]: readonly ObjectVersion[]): string | undefined {
  const isOne = first !== undefined && isMd5(first.etag) && others.every(({ etag }) => etag === first.etag);
  return isOne ? first.etag : undefined;
}

/** The MD5 of an object's newest body; undefined where it takes a closer look. */
async function newestBody(source: ImageSource, object: Undecided): Promise<string | undefined> {
  try {
    const newest = await newestAndCurrent(source, object);
    if (!newest) return undefined;
    const { etag, storageClass, image } = newest;
    if ((object.areDigests || image) && isMd5(etag)) return etag;
    return ARCHIVE_CLASSES.has(storageClass) ? undefined : md5Of((await storedImageOf(source, newest)).body);
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}

async function newestAndCurrent(
  source: ImageSource,
  { versions, candidates: [only, ...others], hiddenBy, wasHidden, createdAtMs }: Undecided,
): Promise<ObjectVersion | undefined> {
  if (only && others.length === 0 && !wasHidden) return only === versions.at(-1) ? only : undefined;
  const read = await decidingNow(source, versions, createdAtMs);
  return whyNotCurrent({ versions, hiddenBy }, read) ? undefined : newestOf(read)?.version;
}

/**
 * Whether the ETags of a bucket are the MD5 of the bodies. A listing does not tell how S3 encrypts, so the first object is
 * read. Where that errs for another object, its ETag fits nothing and it is looked at.
 */
class EtagTrust {
  /** Undefined until an object has been read. */
  private areDigests?: boolean;

  constructor(private readonly source: ImageSource) {}

  async areDigestsOf(candidates: readonly ObjectVersion[]): Promise<boolean> {
    if (this.areDigests !== undefined) return this.areDigests;
    // What a journal holds has no ETag of its own.
    const first = candidates.find(({ image }) => !image);
    return first ? this.ask(first) : candidates.length > 0;
  }

  private async ask({ objectKey, versionId, etag, storageClass }: ObjectVersion): Promise<boolean> {
    if (ARCHIVE_CLASSES.has(storageClass)) return true;
    return (this.areDigests = await this.isDigest(objectKey, versionId, etag));
  }

  private async isDigest(objectKey: string, versionId: string, etag: string): Promise<boolean> {
    try {
      return md5Of((await this.source.images.get(objectKey, versionId)).body) === etag;
    } catch (error) {
      if (whyDamaged(error) === undefined) throw error;
      return true;
    }
  }
}
