import { parseStatements, type PolicyStatement } from './statements';

/**
 * What a changed policy opens, in words; empty when nobody may more than before. An Allow has to be covered by what was
 * allowed, and a Deny that was there by what is denied. Sids and order say nothing.
 */
export function openings(before: string | undefined, after: string | undefined): string[] {
  let was: PolicyStatement[];
  let is: PolicyStatement[];
  try {
    was = before === undefined ? [] : parseStatements(before);
    is = after === undefined ? [] : parseStatements(after);
  } catch (error) {
    return [`The policy cannot be read: ${(error as Error).message}.`];
  }
  return [
    ...notCovered(is, was, 'Allow').map((part) => `Newly allowed: ${part}.`),
    ...notCovered(was, is, 'Deny').map((part) => `No longer denied: ${part}.`),
    ...notCovered(was, is, 'Allow', /replicat/).map((part) => `Replication is no longer allowed: ${part}.`),
    ...notCovered(is, was, 'Deny', /replicat/).map((part) => `Replication is newly denied: ${part}.`),
  ];
}

/** Each principal, action and resource of the statements that none of `by` covers. */
function notCovered(
  statements: readonly PolicyStatement[],
  by: readonly PolicyStatement[],
  effect: 'Allow' | 'Deny',
  actions = /^/,
): string[] {
  const wider = by.filter((statement) => statement.effect === effect);
  const left = statements
    .filter((statement) => statement.effect === effect)
    .flatMap((statement) => {
      const candidates = wider.filter((other) => holdsWhenever(other.conditions, statement.conditions));
      return triples(statement)
        .filter(([, action]) => actions.test(action))
        .filter((triple) => !candidates.some((other) => coversTriple(other, triple)))
        .map(([principal, action, resource]) => `${action} on ${resource}${who(principal)}${limits(statement)}`);
    });
  return [...new Set(left)];
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
function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '*') return true;
  if (wide.startsWith('!') || narrow.startsWith('!') || wide.includes('?')) return false;
  const parts = wide.split('*').map((part) => part.replace(/[.+^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(narrow);
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
