import { parse } from 'lossless-json';
import type { AttributeMap, AttributeValue } from '../core/attributeValue';
import { canonicalNumber } from '../core/canonicalNumber';
import { UsageError } from '../core/errors';
import type { SelectedChange } from '../operations/selection';

/**
 * A JMESPath expression over an item before and after (and `item`, the later one that is there), as the AWS CLI's `--query` has it.
 * False where a function is given something that an item does not have: of one without an address, none begins with anything.
 *
 * @throws UsageError when it is none, or can be true of no item; so does the answer, where a function is given what it never takes
 */
export async function whereOf(expression: string): Promise<(change: SelectedChange) => boolean> {
  // Loaded when it is needed: every command has to start at once.
  const { search, JMESPathTypeError } = await import('@aws-lambda-powertools/jmespath');
  const wrong = (problem: string) =>
    new UsageError([
      `--where is ${JSON.stringify(expression)}; ${problem}. It is JMESPath over {before, after, item}: "after.status=='closed'"`,
    ]);
  const valueOf = ({ before, after }: Pick<SelectedChange, 'before' | 'after'>) => {
    try {
      const [was, is] = [before, after].map((item) => (item ? plain(item) : null));
      return search(expression, { before: was ?? null, after: is ?? null, item: is ?? was ?? null });
    } catch (error) {
      if (error instanceof JMESPathTypeError && error.actualType === 'null') return null;
      throw wrong((error as Error).message);
    }
  };
  if (!/\b(before|after|item)\b|@/.test(expression))
    throw wrong('it names none of them, so it is the same for every item');
  for (const digits of longNumbersIn(expression)) {
    throw wrong(
      `a number of more than ${EXACT_DIGITS} digits is text there; write '${canonicalNumber(digits)}' for \`${digits}\``,
    );
  }
  valueOf({ before: undefined, after: undefined });
  return (change) => isTrue(valueOf(change));
}

/** The numbers in its literals that no number of an item would be equal to, as they are written. */
function longNumbersIn(expression: string): string[] {
  const long: string[] = [];
  for (const [, literal = ''] of expression.matchAll(/`((?:[^`\\]|\\.)*)`/g)) {
    try {
      parse(literal, undefined, (digits) => typeof numberOf(digits) === 'string' && long.push(digits));
    } catch {
      // Whatever is wrong with it, JMESPath tells.
    }
  }
  return long;
}

/** JMESPath's own idea: false, null and what is empty are not. Source: JMESPath specification, "Or expressions". */
function isTrue(value: unknown): boolean {
  if (value === false || value === null || value === undefined || value === '') return false;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return true;
}

type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain };

function plain(item: AttributeMap): Plain {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainOf(value)]));
}

function plainOf(value: AttributeValue): Plain {
  if ('S' in value) return value.S;
  if ('N' in value) return numberOf(value.N);
  if ('B' in value) return value.B;
  if ('BOOL' in value) return value.BOOL;
  if ('NULL' in value) return null;
  if ('M' in value) return plain(value.M);
  if ('L' in value) return value.L.map(plainOf);
  if ('NS' in value) return value.NS.map(numberOf);
  return 'SS' in value ? value.SS : value.BS;
}

const EXACT_DIGITS = 15;

/** A number that a double cannot hold stays text: two different ones would be the same there. */
function numberOf(digits: string): string | number {
  const canonical = canonicalNumber(digits);
  const significant = canonical
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '');
  const number = Number(canonical);
  return significant.length <= EXACT_DIGITS && Number.isFinite(number) && (number !== 0 || significant === '')
    ? number
    : canonical;
}
