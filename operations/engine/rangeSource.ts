import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { KeyRange } from '../../core/keyRanges';
import type { ObjectState } from '../images/stateOfObject';
import type { ArchivedState } from '../images/stateUnlessArchived';

export type { KeyRange };

/**
 * What an engine folds: the items of a table at a moment, which have an order of their own and can be cut in it. A range is after one
 * place in that order, up to and with another; `{ after: '' }` is everything. Images have the order of their object keys.
 */
export interface RangeSource {
  /** For people: `s3://bucket`. */
  readonly name: string;
  /** Cuts a range into at most so many, which together are all of it. Where nothing is known of what lies in it, evenly. */
  divide(range: KeyRange, most: number, signal?: AbortSignal): Promise<KeyRange[]>;
  /** Everything in a range, in its order. What is not there yet to be read is a state of its own. */
  states(range: KeyRange, signal?: AbortSignal): AsyncIterable<RangePart>;
  /** The same of these objects alone, which come in the order of the ranges; those outside of the range are passed over. */
  statesOf(objectKeys: readonly string[], range: KeyRange, signal?: AbortSignal): AsyncIterable<RangePart>;
  /**
   * All that there is by now of some objects, also what came later than the moment; nothing of those that are not there. In no order.
   *
   * @param hashes in which the hashes of all of them lie
   */
  histories(objectKeys: ReadonlySet<string>, hashes: KeyRange, signal?: AbortSignal): AsyncIterable<ObjectHistory>;
}

export type FoldedState = ObjectState | ArchivedState;

/** Some of a range, from where the part before it ended. */
export interface RangePart {
  readonly states: readonly FoldedState[];
  /** Up to here, and with it, everything of the range has been handed on: a fold that stops goes on after it. */
  readonly upTo: string;
}

export type ArchivedVersion = Pick<ObjectVersion, 'objectKey' | 'versionId'>;
