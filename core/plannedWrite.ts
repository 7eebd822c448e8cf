import type { AttributeMap } from './attributeValue';
import { itemDigest } from './image';
import type { Undo } from './undo';

/** A write that changes something. */
export type Change = Exclude<Undo, { do: 'nothing' }>;

/**
 * One line of a plan: what is to become of one item, and what it has to be until then. Digests are those of the chain
 * (`none`: there is no such item), so a line tells by itself whether it still fits the table, and whether it is done.
 */
export interface PlannedWrite {
  readonly objectKey: string;
  readonly keys: AttributeMap;
  readonly change: Change;
  /** Digest of the item that the plan was made for. */
  readonly expects: string;
  /** Digest of the item as planned. */
  readonly becomes: string;
  /** It was changed after the moment or the window, so a later change is undone or stands beside it. */
  readonly isChangedLater: boolean;
}

/** The item after a change. */
export function changed(item: AttributeMap | undefined, change: Change): AttributeMap | undefined {
  if (change.do === 'delete') return undefined;
  if (change.do === 'put') return change.item;
  const kept = Object.entries(item ?? {}).filter(([name]) => !change.remove.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(change.set)]);
}

/** A line of a plan for an item as it is now. */
export function plannedWrite(
  item: { readonly objectKey: string; readonly keys: AttributeMap; readonly now: AttributeMap | undefined },
  change: Change,
  isChangedLater: boolean,
): PlannedWrite {
  const { objectKey, keys, now } = item;
  const [expects, becomes] = [itemDigest(now), itemDigest(changed(now, change))];
  return { objectKey, keys, change, expects, becomes, isChangedLater };
}
