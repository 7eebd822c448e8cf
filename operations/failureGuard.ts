import { S3Error } from '../aws/s3Error';

/** Said of the one who asks, not of the object that is asked for: the next one will fare no better. */
const ABOUT_THE_CALLER = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'NoSuchBucket',
  'SignatureDoesNotMatch',
  'TokenProviderError',
]);
const ENOUGH = 100;

/** Whether an error may be gone in some seconds: it is of the service or the network, not of the request. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof S3Error) || ABOUT_THE_CALLER.has(error.code)) return false;
  return error.statusCode === undefined || error.statusCode >= 500;
}

/**
 * Tells objects that cannot be written from a writer that cannot write. The first are listed and passed over; what is
 * wrong with everything ends the command, since a list of a million would hide the one cause.
 */
export class FailureGuard {
  private failuresInARow = 0;

  succeeded(): void {
    this.failuresInARow = 0;
  }

  /**
   * Why an object failed, for the list.
   *
   * @throws what it was given, when it is no S3Error, when it is about the caller, or when nothing else has succeeded
   */
  reasonOf(error: unknown): string {
    this.failuresInARow += 1;
    if (!(error instanceof S3Error) || ABOUT_THE_CALLER.has(error.code) || this.failuresInARow >= ENOUGH) throw error;
    return error.message;
  }
}
