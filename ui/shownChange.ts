import { attributeOf, type AttributeValue } from '../core/attributeValue';
import type { ValueChange } from '../core/itemChanges';
import { plainValue } from '../core/plainJson';
import { printable } from '../core/printable';
import type { ShownChange } from './answers';

/** Names of attributes whose values are not shown, wherever in an item they are. */
export type HiddenAttributes = ReadonlySet<string>;

const HIDDEN = '(hidden)';

/** Values leave this process only when they may be shown: the page is never given the others. */
export function shownChange({ path, before, after }: ValueChange, hidden: HiddenAttributes): ShownChange {
  const isHidden = path.some((step) => typeof step === 'string' && hidden.has(step));
  const shown = (value: AttributeValue) => (isHidden ? HIDDEN : printable(plainValue(withoutHidden(value, hidden))));
  return {
    path: printable(path.join('.')),
    ...(before && { before: shown(before) }),
    ...(after && { after: shown(after) }),
    ...(isHidden && { isHidden }),
  };
}

function withoutHidden(value: AttributeValue, hidden: HiddenAttributes): AttributeValue {
  if (hidden.size === 0) return value;
  if ('L' in value) return { L: value.L.map((member) => withoutHidden(member, hidden)) };
  if (!('M' in value)) return value;
  const members = Object.keys(value.M).map((name): [string, AttributeValue] => {
    const member = attributeOf(value.M, name) ?? { NULL: true };
    return [name, hidden.has(name) ? { S: HIDDEN } : withoutHidden(member, hidden)];
  });
  return { M: Object.fromEntries(members) };
}
