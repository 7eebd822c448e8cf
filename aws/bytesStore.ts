import type { S3ClientSettings } from './s3Client';
import { signedBytesStore, type ByteRange, type BytesStore, type BytesToPut, type StoredBytes } from './signed';
import { signedS3As } from './signed/asSdk';

export type { ByteRange, BytesStore, BytesToPut, StoredBytes };

/** A bucket's objects that are no text, reached as the SDK would reach it. */
export function s3BytesStore(settings: S3ClientSettings & { bucket: string }): BytesStore {
  return signedBytesStore(settings.bucket, signedS3As(settings, settings.bucket));
}
