import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DcsError } from '../../core/errors';
import { s3Client } from '../../aws/s3Client';
import { inS3, S3Error } from '../../aws/s3Error';
import { EmulatedS3, type EmulatedAccount } from './emulatedS3';

interface SourceVersion {
  readonly bucket: string;
  readonly objectKey: string;
  readonly versionId: string;
}

/** Copies single versions from one account's bucket to another's, with all that S3 replication copies but the lock. */
export interface VersionCopier {
  /**
   * Answers the id of the copy. One call to the destination is one attempt: whoever repeats it should ask
   * `newestIfCopy` before, since an attempt whose answer was lost may have made its copy.
   */
  copyVersion(from: SourceVersion, to: { bucket: string; storageClass?: string }): Promise<string>;
  /** The id of the newest version in the bucket, if its body and metadata are those of the source's version. */
  newestIfCopy(from: SourceVersion, bucket: string): Promise<string | undefined>;
  addDeleteMarker(objectKey: string, bucket: string): Promise<string>;
}

export function versionCopier(source: EmulatedAccount, destination: EmulatedAccount): VersionCopier {
  const reader = s3Client(source);
  const writer = s3Client({ ...destination, attempts: 1 });
  const [from, into] = [new EmulatedS3(source), new EmulatedS3(destination)];
  return {
    async copyVersion(version, to) {
      const { bucket: Bucket, objectKey, versionId: VersionId } = version;
      const { headers, body } = await from.send('GET', version);
      const { 'x-amz-storage-class': ownClass, 'x-amz-tagging-count': tags = '0' } = headers;
      const storageClass = to.storageClass ?? ownClass;
      const copied = {
        ...copiedHeaders(headers),
        'content-md5': createHash('md5').update(body).digest('base64'), // Object Lock asks for it.
        ...(storageClass && { 'x-amz-storage-class': storageClass }),
        ...(tags !== '0' && { 'x-amz-tagging': await tagsOf(reader, { Bucket, Key: objectKey, VersionId }) }),
      };
      const answer = await into.send('PUT', { bucket: to.bucket, objectKey, headers: copied, body });
      return versioned(answer.headers['x-amz-version-id'], to.bucket);
    },
    async newestIfCopy({ bucket: Bucket, objectKey: Key, versionId: VersionId }, bucket) {
      const [original, newest] = await Promise.all([
        head(reader, { Bucket, Key, VersionId }),
        head(writer, { Bucket: bucket, Key }),
      ]);
      return original && newest && isDeepStrictEqual(contentOf(original), contentOf(newest))
        ? newest.VersionId
        : undefined;
    },
    async addDeleteMarker(Key, Bucket) {
      const { VersionId } = await inS3('DELETE', Bucket, Key, () =>
        writer.send(new DeleteObjectCommand({ Bucket, Key })),
      );
      return versioned(VersionId, Bucket);
    },
  };
}

const COPIED = /^(content-(type|encoding|language|disposition)|cache-control|x-amz-meta-.*)$/;

function copiedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => COPIED.test(name)));
}

type Headers = Pick<
  HeadObjectCommandOutput,
  'Metadata' | 'ContentType' | 'ContentEncoding' | 'ContentLanguage' | 'ContentDisposition' | 'CacheControl'
>;

function headersOf(answer: Headers): Headers {
  const { Metadata, ContentType, ContentEncoding, ContentLanguage, ContentDisposition, CacheControl } = answer;
  return { Metadata, ContentType, ContentEncoding, ContentLanguage, ContentDisposition, CacheControl };
}

/** The ETag is not a digest of the body where an object came in parts; then the size speaks. */
function contentOf(answer: HeadObjectCommandOutput) {
  const { ETag = '', ContentLength } = answer;
  return { ...headersOf(answer), ContentLength, ETag: ETag.includes('-') ? undefined : ETag };
}

async function head(
  client: S3Client,
  version: { Bucket: string; Key: string; VersionId?: string },
): Promise<HeadObjectCommandOutput | undefined> {
  try {
    return await inS3('HEAD', version.Bucket, version.Key, () => client.send(new HeadObjectCommand(version)));
  } catch (error) {
    if (error instanceof S3Error && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** As PutObject takes them. */
async function tagsOf(client: S3Client, version: { Bucket: string; Key: string; VersionId: string }): Promise<string> {
  const { TagSet = [] } = await inS3('GET TAGS', version.Bucket, version.Key, () =>
    client.send(new GetObjectTaggingCommand(version)),
  );
  const tags = new URLSearchParams();
  for (const { Key = '', Value = '' } of TagSet) tags.append(Key, Value);
  return tags.toString();
}

function versioned(versionId: string | undefined, bucket: string): string {
  if (versionId !== undefined) return versionId;
  throw new DcsError(`the bucket ${bucket} gave no version id; replication needs versioning in both buckets`);
}
