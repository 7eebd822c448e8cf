import { block, canonical, isObject, list, shown, type Json, type JsonObject } from './json';
import { forKnownTables } from './tables';
import type { Context } from './verdicts';

type Measure = (rule: JsonObject) => number;

/** When a rule deletes, by kind: infinite where it does not. A date counts as a day at once: it is for somebody to look at. */
const KINDS: Readonly<Record<string, Measure>> = {
  'current versions expire after': ({ expiration }) => {
    const { date, days: after } = block(expiration);
    return typeof date === 'string' && date !== '' ? 0 : days(after);
  },
  'noncurrent versions expire after': (rule) => days(block(rule.noncurrent_version_expiration).noncurrent_days),
  'noncurrent versions that are kept whatever their age:': (rule) => {
    const expiration = block(rule.noncurrent_version_expiration);
    return days(expiration.noncurrent_days) === Infinity ? Infinity : Number(expiration.newer_noncurrent_versions ?? 0);
  },
  'delete markers without versions are removed after': ({ expiration }) =>
    block(expiration).expired_object_delete_marker === true ? 0 : Infinity,
  'uploads are given up after': ({ abort_incomplete_multipart_upload: upload }) => {
    const { days_after_initiation: after } = block(upload);
    return typeof after === 'number' ? after : Infinity;
  },
};

/**
 * What a changed lifecycle deletes or archives sooner. Rules are compared by what they apply to, a name says nothing: with those that
 * applied to just that, and those that applied to all below a prefix around it.
 */
export function lifecycleWeakened(from: Json | undefined, to: Json | undefined, { tables }: Context): string[] {
  // With a hundred tables there are hundreds of rules: what is the same for each that it is compared with is made once.
  const before = list(from).filter(isObject).filter(isOn).map(reachOf);
  return list(to)
    .filter(isObject)
    .filter(isOn)
    .flatMap((rule) => {
      const { scope, prefix } = reachOf(rule);
      const others = forKnownTables(prefix, tables);
      const scopes = [scope, ...appliesTo(rule, others)];
      const prefixes = [prefix, ...others];
      const same = before
        .filter((other) => scopes.includes(other.scope) || isAround(other, prefixes))
        .map((other) => other.rule);
      const unknown = unknownParts(rule).map((name) => `Rule ${shown(rule.id)}: this review does not know ${name}.`);
      const sooner = Object.entries({ ...KINDS, ...transitions(rule) }).flatMap(([kind, measure]) => {
        const was = Math.min(Infinity, ...same.map(measure));
        const is = measure(rule);
        return is < was ? [`Rule ${shown(rule.id)}: ${kind} ${is}, not ${was === Infinity ? 'ever' : was}.`] : [];
      });
      return [...unknown, ...sooner];
    });
}

/** A rule, and what it applies to. */
interface Reach {
  readonly rule: JsonObject;
  readonly scope: string;
  readonly prefix: string;
  /** It asks for nothing but the prefix. */
  readonly isForAllBelow: boolean;
}

function reachOf(rule: JsonObject): Reach {
  const prefix = prefixOf(rule);
  const [scope = ''] = appliesTo(rule, [prefix]);
  return { rule, scope, prefix, isForAllBelow: canonical([withPrefix(rule.filter ?? null, prefix, '')]) === 'null' };
}

/** For each storage class that the rule moves to: when. What is in an archive takes hours to come back. */
function transitions(rule: JsonObject): Record<string, Measure> {
  const measures = (['transition', 'noncurrent_version_transition'] as const).flatMap((name) =>
    list(rule[name])
      .filter(isObject)
      .map(({ storage_class }) => {
        const measure: Measure = (other) =>
          Math.min(
            ...list(other[name])
              .filter(isObject)
              .filter((one) => one.storage_class === storage_class)
              .map(transitionDays),
          );
        const which = name === 'transition' ? 'current' : 'noncurrent';
        return [`${which} versions move to ${shown(storage_class)} after`, measure] as const;
      }),
  );
  return Object.fromEntries([...measures, ...keptFromMoving(rule)]);
}

/** For each storage class: how many noncurrent versions stay where they are, whatever their age. */
function keptFromMoving({ noncurrent_version_transition: moves }: JsonObject) {
  return list(moves)
    .filter(isObject)
    .map(({ storage_class }) => {
      const measure: Measure = ({ noncurrent_version_transition: others }) =>
        Math.min(
          ...list(others)
            .filter(isObject)
            .filter((one) => one.storage_class === storage_class)
            .map((one) => Number(one.newer_noncurrent_versions ?? 0)),
        );
      return [`noncurrent versions that do not move to ${shown(storage_class)}:`, measure] as const;
    });
}

const PARTS: Readonly<Record<string, readonly string[]>> = {
  id: [],
  status: [],
  prefix: [],
  filter: ['prefix', 'tag', 'and', 'object_size_greater_than', 'object_size_less_than'],
  expiration: ['days', 'date', 'expired_object_delete_marker'],
  noncurrent_version_expiration: ['noncurrent_days', 'newer_noncurrent_versions'],
  transition: ['days', 'date', 'storage_class'],
  noncurrent_version_transition: ['noncurrent_days', 'newer_noncurrent_versions', 'storage_class'],
  abort_incomplete_multipart_upload: ['days_after_initiation'],
};

/** What a rule has that no measure looks at. */
function unknownParts(rule: JsonObject): string[] {
  return Object.entries(rule).flatMap(([name, value]) => {
    const parts = PARTS[name];
    if (!parts) return canonical(value) === 'null' ? [] : [name];
    return list(value)
      .filter(isObject)
      .flatMap(Object.keys)
      .filter((part) => !parts.includes(part));
  });
}

/** Whether a rule has applied to everything that another one applies to, whatever else that asks for. */
function isAround({ isForAllBelow, prefix: outer }: Reach, prefixes: readonly string[]): boolean {
  return isForAllBelow && prefixes.some((prefix) => prefix.startsWith(outer));
}

const isOn = ({ status }: JsonObject) => status === 'Enabled';

/** What a rule applies to, with its prefix in each of other forms. */
function appliesTo(rule: JsonObject, forms: readonly string[]): string[] {
  const { filter, prefix } = rule;
  const text = prefixOf(rule);
  return forms.map((form) => canonical([withPrefix(filter ?? null, text, form), prefix === text ? form : null]));
}

function prefixOf({ filter, prefix }: JsonObject): string {
  const own = [block(filter).prefix, block(filter, 'and').prefix, prefix].find(
    (one) => typeof one === 'string' && one !== '',
  );
  return typeof own === 'string' ? own : '';
}

function withPrefix(value: Json, text: string, form: string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => withPrefix(one, text, form));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      name === 'prefix' && member === text ? [name, form] : [name, withPrefix(member, text, form)],
    ),
  );
}

function transitionDays({ date, days: after, noncurrent_days }: JsonObject): number {
  if (typeof date === 'string' && date !== '') return 0;
  const number = noncurrent_days ?? after;
  return typeof number === 'number' ? number : Infinity;
}

/** An expiration after 0 days is what the provider writes for none. */
function days(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 ? value : Infinity;
}
