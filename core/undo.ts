import { attributeOf, type AttributeMap, type AttributeValue } from './attributeValue';
import { canonicalItem, canonicalValue } from './canonicalItem';

/** One item at three times; undefined where it was not there. */
export interface ItemInWindow {
  readonly before: AttributeMap | undefined;
  /** At the end of the window. */
  readonly after: AttributeMap | undefined;
  readonly now: AttributeMap | undefined;
}

/** Who wins where the window and a later change touched the same: `theirs` keeps the later change, `ours` undoes the window. */
export type ConflictRule = 'leave' | 'theirs' | 'ours';

/** What undoes a window for one item, and changes nothing else of it. */
export type Undo =
  | { readonly do: 'nothing' }
  /** The window deleted it, or a later change did and is undone with it. */
  | { readonly do: 'put'; readonly item: AttributeMap }
  /** The window made it. */
  | { readonly do: 'delete' }
  /** Attributes set and removed; all others stay as they are. */
  | { readonly do: 'update'; readonly set: AttributeMap; readonly remove: readonly string[] };

export interface UndoOfItem {
  readonly undo: Undo;
  /** What both the window and a later change touched: attribute names, or `item` where one of them made or deleted it. */
  readonly conflicts: readonly string[] | 'item';
}

const NOTHING: UndoOfItem = { undo: { do: 'nothing' }, conflicts: [] };

/**
 * What puts an item back to where it was before a window without losing what was written after it.
 *
 * An item that nobody has touched since is put back whole. Otherwise each attribute by itself: what the window changed and
 * nobody touched later goes back, later changes stay, and what both touched is a conflict.
 */
// Stryker disable next-line StringLiteral: whatever is not `ours` leaves what was changed later
export function undoOf({ before, after, now }: ItemInWindow, rule: ConflictRule = 'leave'): UndoOfItem {
  if (isSame(before, after) || isSame(before, now)) return NOTHING;
  if (isSame(after, now)) return { undo: between(now, before), conflicts: [] };
  if (before && after && now) return undoOfAttributes({ before, after, now }, rule);
  return { undo: rule === 'ours' ? between(now, before) : { do: 'nothing' }, conflicts: 'item' };
}

/** What leads from one state to another. */
function between(from: AttributeMap | undefined, to: AttributeMap | undefined): Undo {
  if (!to) return { do: 'delete' };
  if (!from) return { do: 'put', item: to };
  return updateTo(
    to,
    namesOf(from, to).filter((name) => !isSameValue(attributeOf(from, name), attributeOf(to, name))),
  );
}

function undoOfAttributes(
  { before, after, now }: { before: AttributeMap; after: AttributeMap; now: AttributeMap },
  rule: ConflictRule,
): UndoOfItem {
  const touched = namesOf(before, after, now).filter((name) => {
    const value = attributeOf(before, name);
    return !isSameValue(value, attributeOf(after, name)) && !isSameValue(value, attributeOf(now, name));
  });
  const conflicts = touched.filter((name) => !isSameValue(attributeOf(after, name), attributeOf(now, name)));
  const back = rule === 'ours' ? touched : touched.filter((name) => !conflicts.includes(name));
  return { undo: back.length === 0 ? { do: 'nothing' } : updateTo(before, back), conflicts };
}

function updateTo(item: AttributeMap, names: readonly string[]): Undo {
  return {
    do: 'update',
    set: Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))),
    remove: names.filter((name) => !Object.hasOwn(item, name)),
  };
}

function namesOf(...items: readonly AttributeMap[]): string[] {
  return [...new Set(items.flatMap((item) => Object.keys(item)))].sort();
}

function isSame(a: AttributeMap | undefined, b: AttributeMap | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalItem(a) === canonicalItem(b);
}

function isSameValue(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalValue(a) === canonicalValue(b);
}
