import type { Json } from '../../planReview/json';

/** A value that was made worse, or at least another: where, and in which way. */
export interface Mutation {
  readonly path: string;
  readonly way: Way;
  readonly value: Json;
}

export type Way =
  | 'unset'
  | 'switched on'
  | 'switched off'
  | 'less'
  | 'more'
  | 'another text'
  | 'shorter list'
  | 'longer list'
  | 'a new member';

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Which members of a list that is in no other are changed within, each as a whole: a statement of a policy, a rule. */
export type Chosen = (path: string, member: Json) => boolean;

/** Each value at and below a place, changed in each way that its kind allows; a document in a text is changed within it. */
export function mutations(path: string, value: Json, isChosen: Chosen = () => true): Mutation[] {
  const at = (way: Way, changed: Json): Mutation => ({ path, way, value: changed });
  if (value === null) return [at('another text', 'another')];
  if (typeof value === 'boolean') return [at('unset', null), at(value ? 'switched off' : 'switched on', !value)];
  if (typeof value === 'number') {
    // Of noncurrent versions 0 days are none: the provider writes them for a rule that has no such part.
    const isNone = value === 1 && path.endsWith('.noncurrent_days');
    return [at('unset', null), ...(isNone ? [] : [at('less', value - 1)]), at('more', value + 1)];
  }
  if (typeof value === 'string')
    return [...(value === '' ? [] : [at('unset', null)]), ...ofText(path, value, isChosen)];
  if (isList(value)) return [at('unset', null), ...ofList(path, value, isChosen)];
  const members = Object.entries(value);
  return [
    at('unset', null),
    at('a new member', { ...value, not_known_yet: 'x' }),
    ...members.flatMap(([name, member]) =>
      mutations(`${path}.${name}`, member, isChosen).map((one) => ({ ...one, value: { ...value, [name]: one.value } })),
    ),
  ];
}

function ofText(path: string, text: string, isChosen: Chosen): Mutation[] {
  if (!text.startsWith('{')) return [{ path, way: 'another text', value: `another-${text}` }];
  return mutations(path, JSON.parse(text) as Json, isChosen)
    .filter(({ value }) => value !== null)
    .map((one) => ({ ...one, value: JSON.stringify(one.value) }));
}

function ofList(path: string, all: readonly Json[], isChosen: Chosen): Mutation[] {
  const within = all.flatMap((member, index) =>
    (isChosen(path, member) ? mutations(path, member) : []).map((one) => ({
      ...one,
      value: all.map((other, at) => (at === index ? one.value : other)),
    })),
  );
  const shorter = all.map((_, index) => ({
    path,
    way: 'shorter list' as const,
    value: all.filter((_member, at) => at !== index),
  }));
  const last = all[all.length - 1];
  const longer =
    typeof last === 'string' ? [{ path, way: 'longer list' as const, value: [...all, `another-${last}`] }] : [];
  return [...within, ...shorter, ...longer];
}
