import { canonical, isObject, list, type Json, type JsonObject } from './json';

/** A value that a plan changes: where it stands, such as `rule.default_retention.days`, and what it was and will be. */
export interface Leaf {
  readonly path: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/**
 * The values that differ, as deep as both sides are blocks. A block is an object or, as Terraform writes it, a list of one;
 * a list of anything else is one value. What is empty is as what is not set.
 */
export function changedLeaves(path: string, from: Json | undefined, to: Json | undefined): Leaf[] {
  if (canonical(from) === canonical(to)) return [];
  const [was, is] = [asBlock(from), asBlock(to)];
  if (!was || !is) return [{ path, from, to }];
  return membersOf(was, is).flatMap((name) => changedLeaves(joined(path, name), was[name], is[name]));
}

/** Where `after_unknown` says that a value is known after the apply alone. */
export function unknownPaths(unknown: Json | undefined, path = ''): string[] {
  if (unknown === true) return [path];
  if (Array.isArray(unknown))
    return [...new Set((unknown as readonly Json[]).flatMap((one) => unknownPaths(one, path)))];
  if (!isObject(unknown)) return [];
  return Object.entries(unknown).flatMap(([name, member]) => unknownPaths(member, joined(path, name)));
}

/** Whether one path is the other, or stands below it. */
export const isWithin = (path: string, other: string) => path === other || path.startsWith(`${other}.`);

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const membersOf = (one: JsonObject, other: JsonObject) => [...new Set([...Object.keys(one), ...Object.keys(other)])];

function asBlock(value: Json | undefined): JsonObject | undefined {
  const all = list(value);
  if (all.length === 0) return {};
  return all.length === 1 && isObject(all[0]) ? all[0] : undefined;
}
