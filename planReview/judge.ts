import type { GuardedType } from './guarded/type';
import type { JsonObject } from './json';
import { changedLeaves, isWithin, unknownPaths, type Leaf } from './leaves';
import type { ResourceChange } from './plan';
import { harmless, notKnown, type Context, type Verdict } from './verdicts';

/** What says nothing about what a resource does, whatever its type. */
const EVERYWHERE: Readonly<Record<string, Verdict>> = {
  id: harmless,
  expected_bucket_owner: harmless,
  tags: harmless,
  tags_all: harmless,
  timeouts: harmless,
};

/** What a change of a guarded resource weakens, in words; and where it cannot be said. */
export interface Judgement {
  readonly weakened: readonly string[];
  readonly unknown: readonly string[];
}

export function judge(type: GuardedType, before: JsonObject, change: ResourceChange, context: Context): Judgement {
  const after = change.after ?? {};
  const ignored = [...(type.computed ?? []), ...(context.isDrift ? (type.mirrors ?? []) : [])];
  const isJudged = (path: string) => !ignored.some((name) => isWithin(path, name));
  const verdicts = { ...EVERYWHERE, ...type.verdicts };
  const unknown = unknownPaths(change.afterUnknown)
    .filter(isJudged)
    .filter((path) => verdictOn(verdicts, path) !== harmless);
  const weakened = argumentsOf(before, after)
    .filter(isJudged)
    .flatMap((name) => {
      const whole = type.judges?.[name];
      if (whole) return unknown.some((path) => isWithin(path, name)) ? [] : whole(before[name], after[name], context);
      return changedLeaves(name, before[name], after[name])
        .filter(({ path }) => !unknown.some((other) => isWithin(path, other) || isWithin(other, path)))
        .flatMap((leaf) => judgedLeaf(verdicts, leaf, context));
    });
  return { weakened, unknown };
}

/** What the verdict on a value says; on one that has none, that it is not known to be harmless. */
export function judgedLeaf(verdicts: Readonly<Record<string, Verdict>>, leaf: Leaf, context: Context): string[] {
  const said = verdictOn(verdicts, leaf.path)(leaf, context);
  return said === undefined ? [] : [said];
}

function verdictOn(verdicts: Readonly<Record<string, Verdict>>, path: string): Verdict {
  const nearest = Object.keys(verdicts)
    .filter((other) => isWithin(path, other))
    .sort((one, other) => other.length - one.length)[0];
  return (nearest === undefined ? undefined : verdicts[nearest]) ?? notKnown;
}

const argumentsOf = (before: JsonObject, after: JsonObject) => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
];
