import { S3Error } from '../../aws/s3Error';
import { UnknownFormatError, UnreadableImageError, UnreadableValueError } from '../../core/errors';

/** Why an object cannot be used, when it is about this object; undefined for everything else that can go wrong. */
export function whyUnreadable(error: unknown): string | undefined {
  return isDenied(error) ? error.message : whyDamaged(error);
}

/**
 * The same where to be denied is about the one who asks, not about the object: a verify that may list and not read has to
 * end, and not to take every object for damaged.
 */
export function whyDamaged(error: unknown): string | undefined {
  const isAbout =
    error instanceof UnreadableImageError ||
    error instanceof UnknownFormatError ||
    error instanceof UnreadableValueError ||
    (error instanceof S3Error && error.statusCode === 404);
  return isAbout ? error.message : undefined;
}

/** Whether nobody let the reader have it: the error itself, or what it was made of. */
export function isAboutReader(error: unknown): boolean {
  return isDenied(error) || (error instanceof UnreadableImageError && isDenied(error.cause));
}

function isDenied(error: unknown): error is S3Error {
  return error instanceof S3Error && error.statusCode === 403;
}
