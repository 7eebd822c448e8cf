import type { StoredImage } from '../core/image';
import type { StoredObject } from '../core/readImage';
import type { ConditionalOutcome, WriteCondition } from './conditionalPut';
import type { S3ClientSettings } from './s3Client';
import { signedS3As } from './signed/asSdk';
import { signedImageStore } from './signed/signedImageStore';

/** The two calls that everything's cost hangs on, and the look at metadata alone. Each names its object when it fails. */
export interface ImageStore {
  /** Adds a version. Resolves when S3 has answered 200; it is safe to call again when it has not. */
  put(objectKey: string, image: StoredImage, options?: { signal?: AbortSignal }): Promise<void>;
  /**
   * Adds a version where the object is as the condition says, and does nothing where it is not: `refused` is an outcome,
   * not an error. A call that was carried out and whose answer was lost is refused when the client sends it again, so
   * `refused` may also mean that this very image is there.
   */
  putIf(
    objectKey: string,
    image: StoredImage,
    condition: WriteCondition,
    options?: { signal?: AbortSignal },
  ): Promise<ConditionalOutcome>;
  /** Reads one version, or the newest. */
  get(objectKey: string, versionId?: string): Promise<StoredObject>;
  /** What of a version can be known without its body. */
  head(objectKey: string, versionId?: string): Promise<Omit<StoredObject, 'body'>>;
}

export interface ImageStoreSettings extends S3ClientSettings {
  readonly bucket: string;
  /** For images that STANDARD_IA would not bill at its minimum size. */
  readonly largeImageStorageClass: string;
}

/** A bucket's images, reached as the SDK would reach it. */
export function s3ImageStore(settings: ImageStoreSettings): ImageStore {
  return signedImageStore(settings, signedS3As(settings, settings.bucket));
}
