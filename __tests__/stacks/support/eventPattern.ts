/*
 * Whether EventBridge's pattern matches an event, as far as these stacks use patterns (EventBridge user guide, eb-event-patterns-arrays,
 * eb-create-pattern-operators). What is not known here is refused: an evaluator that agrees with everything proves nothing.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export function matches(pattern: Json, event: Json): boolean {
  if (!isObject(pattern)) throw new Error(`A pattern is an object, not ${JSON.stringify(pattern)}.`);
  return Object.entries(pattern).every(([field, wanted]) => {
    if (field === '$or') {
      if (!Array.isArray(wanted) || wanted.length < 2) throw new Error('$or takes a list of two patterns or more.');
      return wanted.some((one: Json) => matches(one, event));
    }
    // An event that holds a list matches where one of its members does.
    return members(event).some((one) => isObject(one) && fieldMatches(wanted, one[field]));
  });
}

function fieldMatches(wanted: Json | undefined, found: Json | undefined): boolean {
  if (isObject(wanted)) return found !== undefined && matches(wanted, found);
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw new Error(`A field takes a list, not ${JSON.stringify(wanted)}.`);
  if (found === undefined) return false;
  return wanted.some((matcher: Json) => members(found).some((one) => matcherHolds(matcher, one)));
}

function matcherHolds(matcher: Json, found: Json): boolean {
  if (typeof matcher === 'string') return matcher === found;
  if (isObject(matcher) && Object.keys(matcher).join() === 'prefix' && typeof matcher.prefix === 'string')
    return typeof found === 'string' && found.startsWith(matcher.prefix);
  throw new Error(`This evaluator does not know ${JSON.stringify(matcher)}.`);
}

const members = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [value]);

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
