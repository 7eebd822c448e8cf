import { ListObjectsV2Command, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { VersionLister } from '../../../aws/objectVersions';
import { s3Client, type S3ClientSettings } from '../../../aws/s3Client';
import { inS3 } from '../../../aws/s3Error';

/** The reference: what the signed listings have to do as well. */
export function sdkVersionLister({
  bucket: Bucket,
  ...settings
}: S3ClientSettings & { bucket: string }): VersionLister {
  const client = s3Client(settings);
  return {
    bucket: Bucket,
    async page(Prefix, { after, maxKeys, signal } = {}) {
      const command = new ListObjectVersionsCommand({
        Bucket,
        Prefix,
        KeyMarker: after?.objectKey,
        VersionIdMarker: after?.versionId,
        MaxKeys: maxKeys,
      });
      const page = await inS3('LIST', Bucket, `${Prefix}*`, () => client.send(command, { abortSignal: signal }));
      const versions = (page.Versions ?? []).map((version) => ({
        objectKey: version.Key ?? '',
        versionId: version.VersionId ?? 'null',
        storedAtMs: version.LastModified?.getTime() ?? NaN,
        sizeBytes: version.Size ?? 0,
        etag: (version.ETag ?? '').replaceAll('"', ''),
        isLatest: version.IsLatest ?? false,
        storageClass: version.StorageClass ?? 'STANDARD',
      }));
      const deleteMarkers = (page.DeleteMarkers ?? []).map((marker) => ({
        objectKey: marker.Key ?? '',
        versionId: marker.VersionId ?? 'null',
        storedAtMs: marker.LastModified?.getTime() ?? NaN,
        isLatest: marker.IsLatest ?? false,
      }));
      const { IsTruncated, NextKeyMarker = '', NextVersionIdMarker } = page;
      return {
        versions,
        deleteMarkers,
        ...(IsTruncated && { next: { objectKey: NextKeyMarker, versionId: NextVersionIdMarker } }),
      };
    },
  };
}

export function sdkCurrentLister({
  bucket: Bucket,
  ...settings
}: S3ClientSettings & { bucket: string }): VersionLister {
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
