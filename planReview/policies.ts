import { DNS_SUFFIXES } from '../core/partitions';
import { isObject, type Json } from './json';
import type { OtherPolicies } from './roleRights';
import { parseStatements, type PolicyStatement } from './statements';
import { forKnownTables, namesLeftTable, type Tables } from './tables';

/**
 * What a changed policy opens or closes, in words; empty when it says the same. An Allow has to be covered by what was
 * allowed, and what was allowed by what is; a Deny likewise: one that is gone opens, and a new one can lock out those that
 * the copy lives by. Sids and order say nothing. What a plan that adds a table allows for it, as for a table that has been
 * there, is nothing new; what one that leaves the tables has no use for any more, nothing lost. Nor is what another policy of the
 * same role says.
 */
export function openings(
  before: string | undefined,
  after: string | undefined,
  tables: Tables = NO_TABLES,
  others: OtherPolicies = { before: [], after: [] },
): string[] {
  let was: PolicyStatement[];
  let is: PolicyStatement[];
  try {
    was = before === undefined ? [] : parseStatements(before);
    is = after === undefined ? [] : parseStatements(after);
  } catch (error) {
    return [`The policy cannot be read: ${(error as Error).message}.`];
  }
  const allBefore = [...was, ...others.before.flatMap(readable)];
  const allAfter = [...is, ...others.after.flatMap(readable)];
  return [
    ...notCovered(is, allBefore, 'Allow', tables).map((part) => `Newly allowed: ${part}.`),
    ...notCovered(was, allAfter, 'Deny').map((part) => `No longer denied: ${part}.`),
    ...notCovered(was, allAfter, 'Allow', { ...NO_TABLES, left: tables.left }).map(
      (part) => `No longer allowed: ${part}.`,
    ),
    ...notCovered(is, allBefore, 'Deny').map((part) => `Newly denied: ${part}.`),
    ...(before !== undefined && after !== undefined && versionOf(before) !== versionOf(after)
      ? [`Version ${versionOf(before)} becomes ${versionOf(after)}: variables are read in another way.`]
      : []),
  ];
}

/** What cannot be read covers nothing. */
function readable(text: string): PolicyStatement[] {
  try {
    return parseStatements(text);
  } catch {
    return [];
  }
}

const NO_TABLES: Tables = { added: [], known: [], left: [], defined: [] };

/** A policy without Version is of 2008-10-17, which knows no variables (IAM, "JSON policy elements: Version"). */
function versionOf(text: string): string {
  const document = JSON.parse(text) as Json;
  return isObject(document) && typeof document.Version === 'string' ? document.Version : '2008-10-17';
}

/** Each principal, action and resource of the statements that none of `by` covers. */
function notCovered(
  statements: readonly PolicyStatement[],
  by: readonly PolicyStatement[],
  effect: 'Allow' | 'Deny',
  tables = NO_TABLES,
): string[] {
  const wider = by.filter((statement) => statement.effect === effect);
  const left = statements
    .filter((statement) => statement.effect === effect)
    .filter((statement) => tables.added.length + tables.left.length === 0 || !decryptsTables(statement))
    .flatMap((statement) => {
      const candidates = wider.filter((other) => holdsWhenever(other.conditions, statement.conditions));
      return triples(statement)
        .filter(([, , resource]) => !namesLeftTable(resource, tables))
        .filter(
          (triple) => !forms(triple, tables).some((form) => candidates.some((other) => coversTriple(other, form))),
        )
        .map(([principal, action, resource]) => `${action} on ${resource}${who(principal)}${limits(statement)}`);
    });
  return [...new Set(left)];
}

/** The table's own key: through DynamoDB it opens no more than the right to read the table does. */
function decryptsTables({ actions, conditions }: PolicyStatement): boolean {
  const services = conditions['StringEquals kms:viaservice'] ?? [];
  return (
    actions.every((action) => action === 'kms:decrypt' || action === 'kms:describekey') &&
    services.length > 0 &&
    services.every(isDynamoDb)
  );
}

function isDynamoDb(host: string): boolean {
  const [service, , ...suffix] = host.split('.');
  return service === 'dynamodb' && DNS_SUFFIXES.includes(suffix.join('.'));
}

/** The triple, and what it would be for the tables that have been there. */
function forms(triple: Triple, tables: Tables): Triple[] {
  const [principal, action, resource] = triple;
  return [triple, ...forKnownTables(resource, tables).map((form) => [principal, action, form] as const)];
}

type Triple = readonly [principal: string, action: string, resource: string];

function triples({ principals, actions, resources }: PolicyStatement): Triple[] {
  return principals.flatMap((principal) =>
    actions.flatMap((action) => resources.map((resource) => [principal, action, resource] as const)),
  );
}

function coversTriple(statement: PolicyStatement, [principal, action, resource]: Triple): boolean {
  return (
    statement.principals.some((one) => one === '*' || one === principal) &&
    statement.actions.some((one) => coversPattern(one, action)) &&
    statement.resources.some((one) => coversPattern(one, resource))
  );
}

/** Whether a pattern matches all that another one matches. Says no where it is not sure, so that somebody looks. */
export function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '*') return true;
  // Nearly all pairs end here: one of a hundred tables is held against the resources of all others.
  const star = wide.indexOf('*');
  if (star < 0 || !narrow.startsWith(wide.slice(0, star))) return false;
  if (wide.startsWith('!') || narrow.startsWith('!') || wide.includes('?')) return false;
  const [, ...texts] = wide.split('*');
  const last = texts.pop() ?? '';
  let from = star;
  for (const text of texts) {
    const found = narrow.indexOf(text, from);
    if (found < 0) return false;
    from = found + text.length;
  }
  return narrow.length - last.length >= from && narrow.endsWith(last);
}

type Conditions = PolicyStatement['conditions'];

/** Whether `wide` holds whenever `narrow` does: it asks for no more, and for nothing stricter. */
function holdsWhenever(wide: Conditions, narrow: Conditions): boolean {
  return Object.entries(wide).every(([name, values]) => {
    const others = narrow[name];
    return others !== undefined && asLoose(name.split(' ')[0] ?? '', values, others);
  });
}

/** Of these operators one value has to match: fewer values are stricter. Of all others only the same is the same. */
const ANY_OF = /^(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/;

function asLoose(operator: string, wide: readonly string[], narrow: readonly string[]): boolean {
  const [wideLimit, narrowLimit] = [Number(wide[0]), Number(narrow[0])];
  if (operator.startsWith('NumericLessThan') && wide.length + narrow.length === 2) return wideLimit >= narrowLimit;
  if (operator.startsWith('NumericGreaterThan') && wide.length + narrow.length === 2) return wideLimit <= narrowLimit;
  if (ANY_OF.test(operator)) return narrow.every((value) => wide.includes(value));
  return wide.join('\0') === narrow.join('\0');
}

const who = (principal: string) =>
  principal === 'identity' ? '' : ` to ${principal === '*' ? 'everybody (*)' : principal}`;

function limits({ conditions }: PolicyStatement): string {
  const written = Object.entries(conditions).map(([name, values]) => `${name} ${values.join(' or ')}`);
  return written.length === 0 ? '' : ` if ${written.join(' and ')}`;
}
