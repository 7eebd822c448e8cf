import type { AttributeMap } from '../../core/attributeValue';
import { isImageKey, isInRange, isShortened, rangePrefixes } from '../../core/objectKey';
import { keysInObject } from '../verify/keysInObject';
import type { ErasePlanRequest, LeftObject } from './erasePlanRequest';
import { journalMentions, type JournalMentions } from './journalMentions';
import { leftOfMention, leftUnknown, leftUnreadable } from './leftInJournal';

/** What stays of some items in a table's journal. */
export interface HeldInJournal {
  /** The items that have lines there, by their object keys. */
  readonly items: ReadonlyMap<string, AttributeMap>;
  readonly left: readonly LeftObject[];
  /** Whether an item would be there again, for who restores, without the image that says it is deleted. */
  readonly mayBringBack: (objectKey: string) => boolean;
}

type Request = Pick<ErasePlanRequest, 'table' | 'buckets' | 'signal' | 'journalLifecycle'>;

/** What the journal has of the items of these object keys. */
export async function heldOfItems(request: Request, objectKeys: ReadonlySet<string>): Promise<HeldInJournal> {
  const found = await journalMentions(request, (objectKey) => objectKeys.has(objectKey));
  return held(request, found, new Map());
}

/**
 * What the journal has of the items of a partition. The object keys of some had to be shortened: whose these are is told by what is stored
 * of them.
 */
export async function heldOfPartition(
  request: Request,
  partition: NonNullable<ErasePlanRequest['selection']['partition']>,
): Promise<HeldInJournal> {
  const { table, buckets } = request;
  const prefixes = rangePrefixes(table, table.keySchema, { partition });
  const found = await journalMentions(
    request,
    (objectKey) => isImageKey(objectKey) && prefixes.some((prefix) => objectKey.startsWith(prefix)),
  );
  const items = new Map<string, AttributeMap>();
  const unknown = new Set<string>();
  const sources = buckets.map(({ source }) => source);
  for (const objectKey of new Set(found.mentions.flatMap((mention) => [...mention.items.keys()]))) {
    const keys = await keysInObject(sources, table, table.keyTypes, objectKey);
    if (keys && isInRange(table.keySchema, { partition }, keys)) items.set(objectKey, keys);
    else if (!keys && isShortened(table, objectKey)) unknown.add(objectKey);
  }
  const ofSome = (keys: Pick<ReadonlySet<string>, 'has'>) =>
    found.mentions
      .map((mention) => ({ ...mention, items: new Map([...mention.items].filter(([key]) => keys.has(key))) }))
      .filter((mention) => mention.items.size > 0);
  const known = held(request, { ...found, mentions: ofSome(items) }, items);
  return { ...known, left: [...known.left, ...ofSome(unknown).map(leftUnknown)] };
}

function held(
  { journalLifecycle }: Request,
  { mentions, unreadable }: JournalMentions,
  items: HeldInJournal['items'],
): HeldInJournal {
  const mentioned = new Set(mentions.flatMap((mention) => [...mention.items.keys()]));
  const left = [
    ...mentions.map((mention) => leftOfMention(mention, journalLifecycle)),
    ...unreadable.map(leftUnreadable),
  ];
  return {
    items,
    left: left.sort((a, b) => compare(a.in, b.in) || compare(a.objectKey, b.objectKey)),
    mayBringBack: (objectKey) => unreadable.length > 0 || mentioned.has(objectKey),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
