import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DcsError } from '../core/errors';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/** Copies single versions from one account's bucket to another's, with body, metadata and content type. */
export interface VersionCopier {
  /** Answers the id of the copy. */
  copyVersion(
    from: { bucket: string; objectKey: string; versionId: string },
    to: { bucket: string; storageClass?: string },
  ): Promise<string>;
  addDeleteMarker(objectKey: string, bucket: string): Promise<string>;
}

export function versionCopier(source: S3ClientSettings, destination: S3ClientSettings): VersionCopier {
  const [reader, writer] = [s3Client(source), s3Client(destination)];
  return {
    async copyVersion({ bucket: Bucket, objectKey: Key, versionId: VersionId }, to) {
      const read = await inS3('GET', Bucket, Key, async () => {
        const answer = await reader.send(new GetObjectCommand({ Bucket, Key, VersionId }));
        return { ...answer, bytes: await answer.Body?.transformToByteArray() };
      });
      const StorageClass = (to.storageClass ?? read.StorageClass) as 'STANDARD' | undefined;
      const command = new PutObjectCommand({
        Bucket: to.bucket,
        Key,
        Body: read.bytes,
        Metadata: read.Metadata,
        ContentType: read.ContentType,
        StorageClass,
      });
      const { VersionId: copyId } = await inS3('PUT', to.bucket, Key, () => writer.send(command));
      return versioned(copyId, to.bucket);
    },
    async addDeleteMarker(Key, Bucket) {
      const { VersionId } = await inS3('DELETE', Bucket, Key, () =>
        writer.send(new DeleteObjectCommand({ Bucket, Key })),
      );
      return versioned(VersionId, Bucket);
    },
  };
}

function versioned(versionId: string | undefined, bucket: string): string {
  if (versionId !== undefined) return versionId;
  throw new DcsError(`the bucket ${bucket} gave no version id; replication needs versioning in both buckets`);
}
