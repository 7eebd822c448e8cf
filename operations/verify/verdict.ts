import { NO_ITEM } from '../../core/image';
import { whyAhead } from '../images/whyAhead';
import type { Bucket } from './digestIndex';
import type { StateInBucket, StatesOfItem } from './statesOfItem';

/** What can be wrong with an item's copy; `docs/cli.md` defines each. In the order in which they are told. */
export const CLASSES = [
  'missing',
  'stale',
  'extra',
  'notReplicated',
  'replicationFailed',
  'hidden',
  'notCurrent',
  'otherTable',
  'unreadable',
  'brokenChain',
  'ahead',
] as const;
export type DifferenceClass = (typeof CLASSES)[number];

export interface Verdict {
  readonly class: DifferenceClass;
  /** The bucket in which it shows. */
  readonly in: Bucket;
  readonly reason: string;
}

/**
 * What is wrong with an item, from one look at the table and both buckets; undefined when all three agree. One class for
 * each item: what is wrong in the source bucket first, since the destination can only be right after it.
 *
 * No image, and the image of a delete, say the same where the table has no item.
 */
export function verdictOf({ table, source, destination, sourceForgets }: StatesOfItem): Verdict | undefined {
  const isKept = sourceForgets && source.is !== 'unreadable' && isRight(table.digest, destination);
  return (
    (isKept ? undefined : inSource(table.digest, source)) ??
    inDestination(table.digest, source, destination) ??
    notCurrent('source', source) ??
    notCurrent('destination', destination) ??
    aheadIn('source', source) ??
    aheadIn('destination', destination)
  );
}

function isRight(digest: string, state: StateInBucket): boolean {
  return state.is === 'state' ? state.digest === digest : state.is === 'none' && digest === NO_ITEM;
}

/** What the newest image says is right, and S3 shows something else. */
function notCurrent(bucket: Bucket, state: StateInBucket): Verdict | undefined {
  // Stryker disable next-line ConditionalExpression: for the compiler; nothing else has a notCurrent
  const seen = state.is === 'state' ? state.notCurrent : undefined;
  if (!seen) return undefined;
  // No change comes into the destination but by the source bucket, which may have lost what the destination still has.
  if (bucket === 'destination' && seen.isSameState) return undefined;
  return { class: seen.is, in: bucket, reason: seen.reason };
}

function inSource(digest: string, source: StateInBucket): Verdict | undefined {
  const verdict = (name: DifferenceClass, reason: string): Verdict => ({ class: name, in: 'source', reason });
  if (source.is === 'unreadable') return verdict('unreadable', source.reason);
  const says = source.is === 'none' ? NO_ITEM : source.digest;
  if (says === digest) return undefined;
  if (source.is === 'none') return verdict('missing', 'the table has the item, the source bucket has no image of it');
  if (digest === NO_ITEM) return verdict('extra', 'the newest image holds an item, the table has none');
  if (says === NO_ITEM) return verdict('stale', 'the newest image is that of a delete, the table has the item');
  return verdict('stale', 'the newest image holds another state of the item than the table');
}

function aheadIn(bucket: Bucket, state: StateInBucket): Verdict | undefined {
  const reason = state.is === 'state' ? whyAhead(state.header) : undefined;
  return reason === undefined ? undefined : { class: 'ahead', in: bucket, reason };
}

function inDestination(digest: string, source: StateInBucket, destination: StateInBucket): Verdict | undefined {
  const verdict = (name: DifferenceClass, reason: string): Verdict => ({ class: name, in: 'destination', reason });
  if (destination.is === 'unreadable') return verdict('unreadable', destination.reason);
  const says = destination.is === 'none' ? NO_ITEM : destination.digest;
  if (says === digest) return undefined;
  if (source.is === 'none') return verdict('extra', 'the destination holds an item that neither table nor source have');
  return verdict(
    'notReplicated',
    destination.is === 'none'
      ? 'the newest image is in the source bucket and no image in the destination'
      : 'the newest image in the destination is another one than in the source bucket',
  );
}
