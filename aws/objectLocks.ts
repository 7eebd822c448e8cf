import type { S3ClientSettings } from './s3Client';
import { signedLockStore, type LockedVersion, type LockStore } from './signed';
import { signedS3As } from './signed/asSdk';

export type { LockedVersion, LockStore };

/** The locks of a bucket's versions. */
export function s3LockStore({ bucket, ...settings }: S3ClientSettings & { readonly bucket: string }): LockStore {
  return signedLockStore(bucket, signedS3As(settings, bucket));
}
