import { block, canonical, isObject, list, shown, type Json, type JsonObject } from './json';

const DESTINATION = ['bucket', 'account', 'storage_class', 'encryption_configuration', 'access_control_translation'];

/** What a changed replication configuration no longer brings over, or brings elsewhere. */
export function replicationWeakened(before: JsonObject, after: JsonObject): string[] {
  const [were, are] = [rules(before), rules(after)];
  const elsewhere = [...are].filter(([id]) => !were.has(id)).map(([id]) => `Rule ${id} is new.`);
  return [
    ...['role', 'bucket'].flatMap((name) => different(name, before[name], after[name])),
    ...[...were].flatMap(([id, was]) => {
      const is = are.get(id);
      if (is === undefined) return [`Rule ${id} is removed.`];
      return ruleWeakened(was, is).map((what) => `Rule ${id}: ${what}`);
    }),
    ...(were.size === 0 ? [] : elsewhere),
  ];
}

function ruleWeakened(was: JsonObject, is: JsonObject): string[] {
  const [to, now] = [block(was.destination), block(is.destination)];
  return [
    ...off('status', was.status, is.status),
    ...(canonical([is.filter ?? null, is.prefix ?? null]) === 'null'
      ? []
      : [...different('filter', was.filter, is.filter), ...different('prefix', was.prefix, is.prefix)]),
    ...different('priority', was.priority ?? 0, is.priority ?? 0),
    ...DESTINATION.flatMap((name) => different(`destination.${name}`, to[name], now[name])),
    ...(block(is.delete_marker_replication).status === 'Enabled' &&
    block(was.delete_marker_replication).status !== 'Enabled'
      ? ['delete markers are replicated: a deletion in the source hides the copy.']
      : []),
    ...off('sse_kms_encrypted_objects', selected(was), selected(is)),
    ...off('metrics', block(to.metrics).status, block(now.metrics).status),
    ...off('replication_time', block(to.replication_time).status, block(now.replication_time).status),
  ];
}

const selected = (rule: JsonObject) => block(rule.source_selection_criteria, 'sse_kms_encrypted_objects').status;

function rules({ rule }: JsonObject): Map<string, JsonObject> {
  return new Map(
    list(rule)
      .filter(isObject)
      .map((one) => [shown(one.id), one]),
  );
}

function off(name: string, from: Json | undefined, to: Json | undefined): string[] {
  return from === 'Enabled' && to !== 'Enabled' ? [`${name}: "Enabled" becomes ${shown(to)}.`] : [];
}

function different(name: string, from: Json | undefined, to: Json | undefined): string[] {
  return canonical(from) === canonical(to) ? [] : [`${name}: ${shown(from)} becomes ${shown(to)}.`];
}
