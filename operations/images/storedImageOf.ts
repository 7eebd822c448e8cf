import type { ObjectVersion } from '../../aws/objectVersions';
import type { StoredImage } from '../../core/image';
import type { ImageSource } from './imageSource';

/** What a version holds: what the listing has brought of it, or what is read now. */
export async function storedImageOf(
  { images }: Pick<ImageSource, 'images'>,
  { objectKey, versionId, image }: ObjectVersion,
): Promise<StoredImage> {
  return image ?? images.get(objectKey, versionId);
}
