import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { readImage } from '../../core/readImage';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { storedImageOf } from '../images/storedImageOf';
import { whyDamaged } from '../images/whyUnreadable';

export interface ReadVersion {
  readonly version: ObjectVersion;
  readonly header?: ImageHeader;
  /** Which change it is, and what it says; the same in both buckets. */
  readonly identity?: string;
  readonly problem?: string;
}

const READS = 8;

/** What a bucket has of an object, and all of it read. */
export interface WholeHistory {
  readonly history: ObjectHistory;
  readonly read: readonly ReadVersion[];
}

export async function wholeHistory(source: ImageSource, objectKey: string): Promise<WholeHistory> {
  const history = (await source.history(objectKey)) ?? { objectKey, versions: [] };
  return { history, read: await readAll(source, history.versions) };
}

async function readAll(source: ImageSource, versions: readonly ObjectVersion[]): Promise<ReadVersion[]> {
  const read: ReadVersion[] = [];
  await inParallel(versions, READS, async (version) => {
    read.push(await readVersion(source, version));
  });
  return read.sort((a, b) => versions.indexOf(a.version) - versions.indexOf(b.version));
}

async function readVersion(source: ImageSource, version: ObjectVersion): Promise<ReadVersion> {
  const { storedAtMs, storageClass, etag } = version;
  try {
    if (ARCHIVE_CLASSES.has(storageClass)) {
      const header = await headerOf(source, version);
      return { version, header, identity: identityOf(header, etag) };
    }
    const object = await storedImageOf(source, version);
    const { header } = readImage({ ...object, storedAtMs });
    return { version, header, identity: identityOf(header, object.body) };
  } catch (error) {
    const problem = whyDamaged(error);
    if (problem === undefined) throw error;
    return { version, problem };
  }
}

/** A predecessor's image has neither a place in a stream nor a digest: its content is all there is. */
function identityOf({ position, digest = '' }: ImageHeader, content: string): string {
  return position.source === 'predecessor' ? content : JSON.stringify([position, digest]);
}
