import { attributeOf, type AttributeMap, type AttributeValue } from './attributeValue';
import { canonicalValue } from './canonicalItem';

/** A place in an item whose value is another one than before. */
export interface ValueChange {
  /** Attribute names and list indexes, from the top. */
  readonly path: readonly (string | number)[];
  /** Undefined: it was not there. */
  readonly before?: AttributeValue;
  /** Undefined: it is gone. */
  readonly after?: AttributeValue;
}

/** What has changed between two states of an item, as far inside as the two are of the same kind. No item is no attributes. */
export function itemChanges(before: AttributeMap = {}, after: AttributeMap = {}): ValueChange[] {
  return mapChanges(before, after, []);
}

function mapChanges(before: AttributeMap, after: AttributeMap, path: ValueChange['path']): ValueChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => valueChanges(attributeOf(before, name), attributeOf(after, name), [...path, name]));
}

function valueChanges(
  before: AttributeValue | undefined,
  after: AttributeValue | undefined,
  path: ValueChange['path'],
): ValueChange[] {
  if (!before || !after) return [{ path, before, after }];
  if (canonicalValue(before) === canonicalValue(after)) return [];
  if ('M' in before && 'M' in after) return mapChanges(before.M, after.M, path);
  if ('L' in before && 'L' in after && before.L.length === after.L.length) {
    const members = after.L;
    return before.L.flatMap((member, i) => valueChanges(member, members[i], [...path, i]));
  }
  return [{ path, before, after }];
}
