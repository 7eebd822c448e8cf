import type { LifecycleRule, ReplicationRule } from '../../../aws/bucketConfiguration';

/*
 * What Terraform is told, as AWS answers it afterwards: `noncurrent_days` is `NoncurrentDays`, a block is an object. Enough
 * of it to hold the stacks against the checks.
 */

type Json = Record<string, unknown>;
const LISTS = new Map([
  ['Transition', 'Transitions'],
  ['NoncurrentVersionTransition', 'NoncurrentVersionTransitions'],
]);

export function lifecycleRulesOf(configuration: Json): LifecycleRule[] {
  return (configuration.rule as Json[]).map((rule) => inAwsWords(rule) as LifecycleRule);
}

export function replicationRulesOf(configuration: Json): ReplicationRule[] {
  return (configuration.rule as Json[]).map((rule) => inAwsWords(rule) as ReplicationRule);
}

function inAwsWords(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inAwsWords);
  const entries = Object.entries(value).map(([name, inner]) => {
    const word = name === 'id' ? 'ID' : name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
    // Names and values of somebody's own.
    if (name === 'tags' && !Array.isArray(inner)) return ['Tags', tagsOf(inner as Record<string, string>)] as const;
    const list = LISTS.get(word);
    const blocks: unknown = Array.isArray(inner) && !list ? inner[0] : inner;
    return [list ?? word, inAwsWords(blocks)] as const;
  });
  return Object.fromEntries(entries);
}

const tagsOf = (tags: Readonly<Record<string, string>> | null) =>
  Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
