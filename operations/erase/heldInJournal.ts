import type { AttributeMap } from '../../core/attributeValue';
import { isImageKey, isInRange, isShortened, rangePrefixes } from '../../core/objectKey';
import { keysInObject } from '../verify/keysInObject';
import type { ErasePlanRequest, LeftObject } from './erasePlanRequest';
import { catalogOf, type Catalog } from '../journal/runs/catalog';
import { journalMentions, type JournalMentions } from './journalMentions';
import { leftUnknown, leftUnreadable } from './leftInJournal';
import { standingIn, type HeldFile, type HeldVersion } from './standing';

/** What a table's journal has of some items. */
export interface HeldInJournal {
  /** The items that have lines there, by their object keys. */
  readonly items: ReadonlyMap<string, AttributeMap>;
  readonly versions: readonly HeldVersion[];
  /** What of the journal nobody can read. */
  readonly unreadable: readonly HeldFile[];
  /** What nobody can tell. */
  readonly left: readonly LeftObject[];
  /** Undefined where there is no destination bucket. */
  readonly catalog?: Catalog;
  /** Whether an item would be there again, for who restores, without the image that says it is deleted. */
  readonly mayBringBack: (objectKey: string) => boolean;
}

export type HeldRequest = Pick<ErasePlanRequest, 'table' | 'buckets' | 'signal' | 'nowMs'>;

/** What the journal has of the items of these object keys. */
export async function heldOfItems(request: HeldRequest, objectKeys: ReadonlySet<string>): Promise<HeldInJournal> {
  const catalog = await catalogIn(request);
  const found = await journalMentions(request, (objectKey) => objectKeys.has(objectKey));
  return held(request, catalog, found, new Map());
}

/**
 * What the journal has of the items of a partition. The object keys of some had to be shortened: whose these are is told by what is stored
 * of them.
 */
export async function heldOfPartition(
  request: HeldRequest,
  partition: NonNullable<ErasePlanRequest['selection']['partition']>,
): Promise<HeldInJournal> {
  const { table, buckets } = request;
  const prefixes = rangePrefixes(table, table.keySchema, { partition });
  const catalog = await catalogIn(request);
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
  const known = held(request, catalog, { ...found, mentions: ofSome(items) }, items);
  return { ...known, left: [...known.left, ...ofSome(unknown).map(leftUnknown)] };
}

function catalogIn({ table, buckets, signal }: HeldRequest): Promise<Catalog> | undefined {
  const destination = buckets.find(({ side }) => side === 'destination');
  return destination && catalogOf(destination, table, signal);
}

function held(
  { table, nowMs }: HeldRequest,
  catalog: Catalog | undefined,
  { mentions, unreadable }: JournalMentions,
  items: HeldInJournal['items'],
): HeldInJournal {
  const standing = catalog && standingIn(table, catalog, nowMs());
  const versions = mentions
    .map((mention) => ({ ...mention, standing: standing?.(mention) ?? 'read' }))
    .sort((a, b) => compare(a.in, b.in) || compare(a.version.objectKey, b.version.objectKey));
  // Who reads the source bucket has no runs there: a batch in it counts, whatever has taken its place in the destination.
  const isRead = ({ in: side, standing: is }: HeldVersion) => side === 'source' || is !== 'unread';
  const read = new Set(versions.filter(isRead).flatMap((one) => [...one.items.keys()]));
  const left = unreadable.map(leftUnreadable);
  return {
    ...{ items, versions, catalog },
    unreadable: unreadable.map((file) => ({ ...file, standing: standing?.(file) ?? 'read' })),
    left: left.sort((a, b) => compare(a.in, b.in) || compare(a.objectKey, b.objectKey)),
    mayBringBack: (objectKey) => unreadable.length > 0 || read.has(objectKey),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
