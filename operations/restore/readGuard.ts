import { CouldNotLookError } from '../../core/errors';
import type { ObjectState } from '../images/stateOfObject';

const ENOUGH = 100;

/**
 * Tells objects that cannot be read from a reader that may not read. Some damaged or denied objects are listed and the
 * rest is restored; when none of the first hundred can be read, a list of a million would hide the one cause.
 */
export class ReadGuard {
  private unreadable = 0;
  private readable = 0;

  /** @throws CouldNotLookError */
  checked(state: ObjectState): ObjectState {
    if (state.is !== 'unreadable') this.readable += 1;
    else this.unreadable += 1;
    if (state.is === 'unreadable' && this.readable === 0 && this.unreadable >= ENOUGH) {
      throw new CouldNotLookError(
        `none of the first ${ENOUGH} objects can be read. The last one: ${state.reason}. ` +
          `If this is about permissions, check the role in use and the key policy; if not, restore an earlier moment with --as-of`,
      );
    }
    return state;
  }
}
