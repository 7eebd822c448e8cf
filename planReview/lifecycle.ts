import { block, canonical, isObject, list, shown, type Json, type JsonObject } from './json';

/** When a rule deletes, by kind: infinite where it does not. A date counts as a day at once: it is for somebody to look at. */
const KINDS: Readonly<Record<string, (rule: JsonObject) => number>> = {
  'current versions expire after': (rule) => {
    const expiration = block(rule.expiration);
    return typeof expiration.date === 'string' && expiration.date !== '' ? 0 : days(expiration.days);
  },
  'noncurrent versions expire after': (rule) => days(block(rule.noncurrent_version_expiration).noncurrent_days),
  'noncurrent versions that are kept whatever their age:': (rule) => {
    const expiration = block(rule.noncurrent_version_expiration);
    return days(expiration.noncurrent_days) === Infinity ? Infinity : Number(expiration.newer_noncurrent_versions ?? 0);
  },
};

/** What a changed lifecycle deletes sooner. Rules are compared by what they apply to: a name says nothing. */
export function expiresSooner(before: JsonObject, after: JsonObject): string[] {
  return list(after.rule)
    .filter(isObject)
    .filter(isOn)
    .flatMap((rule) => {
      const same = list(before.rule)
        .filter(isObject)
        .filter((other) => isOn(other) && appliesTo(other) === appliesTo(rule));
      return Object.entries(KINDS).flatMap(([kind, measure]) => {
        const was = Math.min(Infinity, ...same.map(measure));
        const is = measure(rule);
        return is < was ? [`Rule ${shown(rule.id)}: ${kind} ${is}, not ${was === Infinity ? 'ever' : was}.`] : [];
      });
    });
}

const isOn = ({ status }: JsonObject) => status === 'Enabled';
const appliesTo = ({ filter, prefix }: JsonObject) => canonical([filter ?? null, prefix ?? null]);

function days(value: Json | undefined): number {
  return typeof value === 'number' && value > 0 ? value : Infinity;
}
