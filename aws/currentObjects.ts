import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { VersionLister } from './objectVersions';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

/**
 * Lists objects by their current version alone: a page of 1,000 objects costs one request however long their histories
 * are. An object under a delete marker is not there. A listing does not tell version ids, so the key stands in for it.
 */
export function s3CurrentLister({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): VersionLister {
  const client = s3Client(settings);
  return {
    bucket: Bucket,
    async page(Prefix, { after, maxKeys, signal } = {}) {
      const command = new ListObjectsV2Command({ Bucket, Prefix, StartAfter: after?.objectKey, MaxKeys: maxKeys });
      const page = await inS3('LIST', Bucket, `${Prefix}*`, () => client.send(command, { abortSignal: signal }));
      const versions = (page.Contents ?? []).map((object) => ({
        objectKey: object.Key ?? '',
        versionId: object.Key ?? '',
        storedAtMs: object.LastModified?.getTime() ?? NaN,
        sizeBytes: object.Size ?? 0,
        etag: (object.ETag ?? '').replaceAll('"', ''),
        isLatest: true,
        storageClass: object.StorageClass ?? 'STANDARD',
      }));
      const last = versions.at(-1);
      return { versions, ...(page.IsTruncated && last && { next: { objectKey: last.objectKey } }) };
    },
  };
}
