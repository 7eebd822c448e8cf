import type { VersionLister } from './objectVersions';
import type { S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';
import { listedPage } from './signed';
import { signedS3As } from './signed/asSdk';

/**
 * Lists objects by their current version alone: a page of 1,000 objects costs one request however long their histories
 * are. An object under a delete marker is not there. A listing does not tell version ids, so the key stands in for it.
 */
export function s3CurrentLister({ bucket, ...settings }: S3ClientSettings & { bucket: string }): VersionLister {
  const client = signedS3As(settings, bucket);
  const kind = { root: 'ListBucketResult', entry: 'Contents', versionIdOf: (objectKey: string) => objectKey };
  return {
    bucket,
    async page(prefix, { after, maxKeys, signal } = {}) {
      const query = { 'list-type': '2', prefix, 'start-after': after?.objectKey, 'max-keys': maxKeys?.toString() };
      const { versions, isTruncated } = await inS3('LIST', bucket, `${prefix}*`, () =>
        listedPage(client, kind, query, signal),
      );
      const last = versions.at(-1);
      return { versions, ...(isTruncated && last && { next: { objectKey: last.objectKey } }) };
    },
  };
}
