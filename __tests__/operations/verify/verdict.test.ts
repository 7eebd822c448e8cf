import type { StateInBucket } from '../../../operations/verify/statesOfItem';
import { verdictOf } from '../../../operations/verify/verdict';
import { NO_ITEM } from '../../../core/image';

const none: StateInBucket = { is: 'none' };
const unreadable: StateInBucket = { is: 'unreadable', reason: 'damaged', versions: [] };
const state = (digest: string, statedAtMs?: number) =>
  ({ is: 'state', digest, versions: [], header: { changedAtMs: 0, statedAtMs } }) as unknown as StateInBucket;
const ahead = state('now', 7_200_000);
const shows = (digest: string, is: 'hidden' | 'notCurrent', isSameState = false) =>
  ({ ...state(digest), notCurrent: { is, reason: '', isSameState } }) as unknown as StateInBucket;
const [now, before, gone] = [state('now'), state('before'), state(NO_ITEM)];

test.each([
  ['everything says the same', 'now', now, now, undefined],
  ['everything says that there is no item', NO_ITEM, gone, gone, undefined],
  ['the delete of an item that was never replicated', NO_ITEM, gone, none, undefined],
  ['a delete whose image has expired in the source bucket', NO_ITEM, none, gone, undefined],
  ['no image at all', 'now', none, none, 'missing source'],
  ['an image in the destination alone', 'now', none, now, 'missing source'],
  ['an older image', 'now', before, before, 'stale source'],
  ['a delete that is older than the item', 'now', gone, gone, 'stale source'],
  ['an image of an item that is gone', NO_ITEM, now, now, 'extra source'],
  ['an image of an item that nobody else has', NO_ITEM, none, now, 'extra destination'],
  ['a replica that is missing', 'now', now, none, 'notReplicated destination'],
  ['a replica that is older', 'now', now, before, 'notReplicated destination'],
  ['a delete that was not replicated', NO_ITEM, gone, now, 'notReplicated destination'],
  ['a damaged image', 'now', unreadable, now, 'unreadable source'],
  ['a damaged replica', 'now', now, unreadable, 'unreadable destination'],
  ['an image under a delete marker', 'now', shows('now', 'hidden'), now, 'hidden source'],
  ['a replica under a delete marker', 'now', now, shows('now', 'hidden'), 'hidden destination'],
  ['a tombstone under an older image', NO_ITEM, shows(NO_ITEM, 'notCurrent'), gone, 'notCurrent source'],
  ['a wrong image is told before what lies on it', 'now', shows('before', 'hidden'), now, 'stale source'],
  ['an older replica that holds the same', 'now', now, shows('now', 'notCurrent', true), undefined],
  ['an older image that holds the same', 'now', shows('now', 'notCurrent', true), now, 'notCurrent source'],
  ['a replica that arrived out of order', 'now', now, shows('now', 'notCurrent'), 'notCurrent destination'],
  ['a damaged replica of an older image: what is wrong first is told', 'now', before, unreadable, 'stale source'],
  ['an image that states a later time than it was stored', 'now', ahead, ahead, 'ahead source'],
  ['a replica that does', 'now', now, ahead, 'ahead destination'],
  ['what is wrong with the state is told before', 'before', ahead, ahead, 'stale source'],
])('%s', (_, digest, source, destination, expected) => {
  const verdict = verdictOf({ table: { digest }, source, destination, atMs: 0 });
  expect(verdict && `${verdict.class} ${verdict.in}`).toBe(expected);
});

test.each([
  ['now', none, none, 'the table has the item, the source bucket has no image of it'],
  [NO_ITEM, now, now, 'the newest image holds an item, the table has none'],
  ['now', gone, gone, 'the newest image is that of a delete, the table has the item'],
  ['now', before, before, 'the newest image holds another state of the item than the table'],
  [NO_ITEM, none, now, 'the destination holds an item that neither table nor source have'],
  ['now', now, none, 'the newest image is in the source bucket and no image in the destination'],
  ['now', now, before, 'the newest image in the destination is another one than in the source bucket'],
  ['now', unreadable, now, 'damaged'],
])('the reason says who has what: %#', (digest, source, destination, reason) => {
  expect(verdictOf({ table: { digest }, source, destination, atMs: 0 })).toMatchObject({ reason });
});
