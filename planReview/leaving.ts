import type { Finding } from './finding';
import { isObject, type Json } from './json';
import type { ResourceChange } from './plan';
import { tableOf, type Tables } from './tables';

/** A table that leaves, and what goes with it. */
interface Leaving {
  readonly table: string;
  /** Of the resource that the finding stands at. */
  readonly address: string;
  /** Addresses of all that was for this table alone. */
  readonly parts: readonly string[];
}

/** What is for one table alone. The table itself is among it only when it is forgotten. */
const PARTS = new Set([
  'aws_cloudwatch_event_rule',
  'aws_cloudwatch_event_target',
  'aws_cloudwatch_log_group',
  'aws_cloudwatch_metric_alarm',
  'aws_iam_role',
  'aws_iam_role_policy',
  'aws_lambda_event_source_mapping',
  'aws_lambda_function',
]);

/** Tables whose capture, or drill, goes: each is one finding, and not one for each of its functions, roles and alarms. */
export function leavingTables(changes: readonly ResourceChange[], { left }: Tables): Leaving[] {
  const gone = changes.filter(isGone);
  return left.flatMap((table) => {
    const named = gone.filter(({ type, before }) => tableOf(type, before).includes(table));
    const names = namesOf(gone, named);
    const parts = gone.filter(
      (change) =>
        named.includes(change) ||
        (PARTS.has(change.type) && strings(change.before).some((text) => names.includes(text))) ||
        isForgottenTable(change, table),
    );
    const [first] = named;
    return first ? [{ table, address: first.address, parts: parts.map(({ address }) => address) }] : [];
  });
}

export function leavingFinding({ table, address, parts }: Leaving, changes: readonly ResourceChange[]): Finding {
  const ofTable = changes.filter(({ type, before }) => type === 'aws_dynamodb_table' && before?.name === table);
  const isForgotten = ofTable.some((change) => isForgottenTable(change, table));
  const isDestroyed = ofTable.some(({ actions }) => actions.includes('delete'));
  const itself = isDestroyed
    ? 'The table itself is destroyed.'
    : isForgotten
      ? 'The table itself is forgotten, and stays.'
      : 'Nothing of the table itself is touched.';
  return {
    address,
    finding: 'leaves',
    what: `The table ${table} leaves. What was for it alone goes: its capture with its logs and alarms, or the schedule of its drill (${parts.length} resources). ${itself} Its copy stays in both buckets.`,
    why: 'what changes in the table from now on has no copy, and what capture has not written yet never gets one',
    next: `Before the apply: npx dcs redrive ${table}, npx dcs verify ${table} (docs/operations.md, "A table leaves"). Allow it where the table is meant to leave.`,
  };
}

/** By which its parts know the function and the schedule: function, role, log group, mapping, rule. */
function namesOf(gone: readonly ResourceChange[], named: readonly ResourceChange[]): string[] {
  const texts = (...values: readonly (Json | undefined)[]) => values.filter((each) => typeof each === 'string');
  const names = named.flatMap(({ before }) => texts(before?.function_name, before?.rule));
  const mappings = gone.filter(
    ({ type, before }) =>
      type === 'aws_lambda_event_source_mapping' &&
      texts(before?.function_name).some((text) => names.some((name) => text.endsWith(name))),
  );
  const ids = mappings.flatMap(({ before }) => texts(before?.uuid, before?.function_name));
  return [...names, ...names.map((name) => `/aws/lambda/${name}`), ...ids];
}

function isGone({ actions }: ResourceChange): boolean {
  return (actions.includes('delete') || actions.includes('forget')) && !actions.includes('create');
}

function isForgottenTable({ type, actions, before }: ResourceChange, table: string): boolean {
  return type === 'aws_dynamodb_table' && actions.includes('forget') && before?.name === table;
}

function strings(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isObject(value) ? Object.values(value).flatMap((each) => strings(each ?? null)) : [];
}
