import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DcsError } from '../../core/errors';
import { s3Client, type S3ClientSettings } from '../../aws/s3Client';
import { inS3, S3Error } from '../../aws/s3Error';

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

export function versionCopier(source: S3ClientSettings, destination: S3ClientSettings): VersionCopier {
  const reader = s3Client(source);
  const writer = s3Client({ ...destination, attempts: 1 });
  return {
    async copyVersion({ bucket: Bucket, objectKey: Key, versionId: VersionId }, to) {
      const version = { Bucket, Key, VersionId };
      const {
        bytes,
        TagCount = 0,
        ...read
      } = await inS3('GET', Bucket, Key, async () => {
        const answer = await reader.send(new GetObjectCommand(version));
        return { ...answer, bytes: await answer.Body?.transformToByteArray() };
      });
      const command = new PutObjectCommand({
        Bucket: to.bucket,
        Key,
        Body: bytes,
        ContentMD5: bytes && createHash('md5').update(bytes).digest('base64'), // Object Lock asks for it.
        ...headersOf(read),
        StorageClass: (to.storageClass ?? read.StorageClass) as 'STANDARD' | undefined,
        Tagging: TagCount === 0 ? undefined : await tagsOf(reader, version),
      });
      const { VersionId: copyId } = await inS3('PUT', to.bucket, Key, () => writer.send(command));
      return versioned(copyId, to.bucket);
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
