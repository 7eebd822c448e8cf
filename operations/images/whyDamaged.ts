import { S3Error } from '../../aws/s3Error';
import { whyUnreadable } from './stateOfObject';

/**
 * Why an object cannot be used, when the object is at fault; undefined for everything else. To be denied is about the one
 * who asks: a verify that may list and not read has to end, and not to take every object for damaged.
 */
export function whyDamaged(error: unknown): string | undefined {
  return error instanceof S3Error && error.statusCode === 403 ? undefined : whyUnreadable(error);
}
