import type { LifecycleRule } from '../../aws/bucketConfiguration';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../core/journal/coveredTag';
import { PARKED_BATCHES_PREFIX } from '../../core/parkedBatch';
import { servicePrefix } from '../../core/serviceKeys';

/** What a bucket's objects are to outlive. */
export interface KeptObjects {
  /** `<prefix><table>/` of every table. */
  readonly tablePrefixes: readonly string[];
  /** Put before every key of this service. */
  readonly prefix: string;
  /** Undefined: for ever. */
  readonly noncurrentDays?: number;
}

/** What is stored of journals below a prefix, and how long a rule may leave it there. */
export interface KeptJournals {
  readonly prefixes: readonly string[];
  /** Undefined: only what bears a tag of the compactor may expire at all. Infinity: nothing may. */
  readonly days?: number;
}

/** Rules that take away what nothing else holds of a journal, each with why. */
export function harmfulToJournals(rules: readonly LifecycleRule[], { prefixes, days }: KeptJournals): string[] {
  return active(rules).flatMap((rule) => {
    const reached = prefixes.filter((prefix) => overlap(prefix, prefixOf(rule)));
    if (reached.length === 0 || (days === undefined && asksForCompacted(rule))) return [];
    const { Expiration, NoncurrentVersionExpiration } = rule;
    const isKept = Expiration?.Days !== undefined && Expiration.Days >= (days ?? Infinity);
    const expires = (Expiration?.Days ?? Expiration?.Date) !== undefined && !isKept;
    const deletes = NoncurrentVersionExpiration !== undefined && !isKept;
    if (!expires && !deletes) return [];
    const what = days === undefined ? 'what is not covered' : `objects younger than ${days} days`;
    return [`${nameOf(rule)} expires ${what} below ${reached.join(', ')}`];
  });
}

/** The smallest image, `{"Item":{}}`; a rule for objects below this size takes tombstones alone. */
const SMALLEST_IMAGE_BYTES = 11;
/** S3 moves nothing below this to another class, unless a rule asks for larger objects by itself. */
const SMALLEST_TRANSITION_BYTES = 128 * 1024;

/** Rules that take away what a restore needs, each with why. */
export function harmfulRules(rules: readonly LifecycleRule[], { tablePrefixes, noncurrentDays }: KeptObjects) {
  return active(rules).flatMap((rule) => {
    const reached = tablePrefixes.filter((prefix) => overlap(prefix, prefixOf(rule)));
    if (reached.length === 0 || hasTags(rule)) return [];
    const { Expiration, NoncurrentVersionExpiration } = rule;
    const days = NoncurrentVersionExpiration?.NoncurrentDays;
    const endsHistory = days !== undefined && days < (noncurrentDays ?? Infinity);
    return [
      ...((Expiration?.Days ?? Expiration?.Date) !== undefined && !takesTombstonesAlone(rule)
        ? [
            `${nameOf(rule)} expires current images after ${Expiration?.Days ?? 'a date,'} ${Expiration?.Days === undefined ? (Expiration?.Date?.toISOString() ?? '') : 'days'}`,
          ]
        : []),
      ...(endsHistory ? [`${nameOf(rule)} deletes replaced versions after ${days} days`] : []),
    ];
  });
}

/** Rules that never do anything, each with why: whoever wrote one counts on it. */
export function idleRules(rules: readonly LifecycleRule[], { tablePrefixes, prefix }: KeptObjects): string[] {
  const used = [...tablePrefixes, PARKED_BATCHES_PREFIX, servicePrefix(prefix)];
  return rules.flatMap((rule) => {
    if (rule.Status !== 'Enabled') return [`${nameOf(rule)} is ${rule.Status ?? 'without a status'}`];
    if (!used.some((each) => overlap(each, prefixOf(rule))))
      return [`${nameOf(rule)}: no object is below ${prefixOf(rule)}`];
    if (hasTags(rule) && !asksForCompacted(rule)) return [`${nameOf(rule)} asks for tags, and images have none`];
    const moves = (rule.Transitions?.length ?? 0) + (rule.NoncurrentVersionTransitions?.length ?? 0) > 0;
    const below = sizeBelow(rule);
    if (moves && below !== undefined && below <= SMALLEST_TRANSITION_BYTES && sizeAbove(rule) === undefined)
      return [`${nameOf(rule)} moves objects below ${below} bytes, and S3 moves none below 128 KB`];
    return [];
  });
}

/** Tables whose replaced versions no rule ever deletes. */
export function endlessHistories(rules: readonly LifecycleRule[], { tablePrefixes }: KeptObjects): string[] {
  const ending = active(rules).filter(
    (rule) => rule.NoncurrentVersionExpiration && !hasTags(rule) && sizeBelow(rule) === undefined,
  );
  return tablePrefixes.filter((table) => !ending.some((rule) => table.startsWith(prefixOf(rule))));
}

const active = (rules: readonly LifecycleRule[]) => rules.filter(({ Status }) => Status === 'Enabled');
const overlap = (one: string, other: string) => one.startsWith(other) || other.startsWith(one);
const nameOf = ({ ID }: LifecycleRule) => `rule ${ID ?? 'without an id'}`;
// Before filters, the prefix stood in the rule itself; S3 still answers so for rules made then.
const prefixOf = (rule: LifecycleRule) => {
  const old: { readonly Prefix?: string } = rule;
  return rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? old.Prefix ?? '';
};
const hasTags = ({ Filter }: LifecycleRule) => Filter?.Tag !== undefined || (Filter?.And?.Tags?.length ?? 0) > 0;
const asksForCompacted = ({ Filter }: LifecycleRule) =>
  [...(Filter?.Tag ? [Filter.Tag] : []), ...(Filter?.And?.Tags ?? [])].some(({ Key, Value }) =>
    [COVERED_TAG, SUPERSEDED_TAG].some(({ key, value }) => Key === key && Value === value),
  );
const sizeBelow = ({ Filter }: LifecycleRule) => Filter?.ObjectSizeLessThan ?? Filter?.And?.ObjectSizeLessThan;
const sizeAbove = ({ Filter }: LifecycleRule) => Filter?.ObjectSizeGreaterThan ?? Filter?.And?.ObjectSizeGreaterThan;
const takesTombstonesAlone = (rule: LifecycleRule) => (sizeBelow(rule) ?? Infinity) <= SMALLEST_IMAGE_BYTES;
