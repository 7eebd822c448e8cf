import type { S3ClientSettings } from './s3Client';
import { signedTagStore, type ObjectTag, type TagStore } from './signed';
import { signedS3As } from './signed/asSdk';

export type { ObjectTag, TagStore };

/** The tags of a bucket's versions. */
export function s3TagStore({ bucket, ...settings }: S3ClientSettings & { readonly bucket: string }): TagStore {
  return signedTagStore(bucket, signedS3As(settings, bucket));
}
