import type { S3ClientSettings } from './s3Client';
import { signedImageStore, type ImageStore } from './signed';
import { signedS3As } from './signed/asSdk';

export type { ImageStore };

export interface ImageStoreSettings extends S3ClientSettings {
  readonly bucket: string;
  /** For images that STANDARD_IA would not bill at its minimum size. */
  readonly largeImageStorageClass: string;
}

/** A bucket's images, reached as the SDK would reach it. */
export function s3ImageStore(settings: ImageStoreSettings): ImageStore {
  return signedImageStore(settings, signedS3As(settings, settings.bucket));
}
