import { S3Error } from '../aws/s3Error';
import { CouldNotLookError } from '../core/errors';
import type { ObjectState } from './images/stateOfObject';

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
/** So many that it is not about each of them. */
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
export class WriteGuard {
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

/**
 * Tells objects that cannot be read from a reader that may not read. Some damaged or denied objects are listed and the
 * rest is restored; when the reader is denied the first hundred, a list of a million would hide the one cause. What is damaged says
 * nothing of the reader: somebody may have put any number of such objects before all others.
 */
export class ReadGuard {
  private denied = 0;
  private readable = 0;

  /** @throws CouldNotLookError */
  checked(state: ObjectState): ObjectState {
    if (state.is !== 'unreadable') this.readable += 1;
    else if (state.isDenied) this.denied += 1;
    if (state.is === 'unreadable' && this.readable === 0 && this.denied >= ENOUGH) {
      throw new CouldNotLookError(
        `none of the first ${ENOUGH} objects may be read. The last one: ${state.reason}. ` +
          `Check the role in use and the key policy`,
      );
    }
    return state;
  }
}
