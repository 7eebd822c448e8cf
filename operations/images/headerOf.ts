import type { ObjectVersion } from '../../aws/objectVersions';
import type { ImageHeader } from '../../core/image';
import { readHeader } from '../../core/readImage';
import type { ImageSource } from './imageSource';

/**
 * What a version's metadata alone tells.
 *
 * @throws UnreadableImageError, UnknownFormatError, S3Error
 */
export async function headerOf(
  { images }: Pick<ImageSource, 'images'>,
  { objectKey, versionId, storedAtMs, image }: ObjectVersion,
): Promise<ImageHeader> {
  const { metadata } = image ?? (await images.head(objectKey, versionId));
  return readHeader({ metadata, storedAtMs });
}
