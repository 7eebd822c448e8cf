import { isLosslessNumber, parse, stringify } from 'lossless-json';
import type { AttributeMap, AttributeValue } from '../core/attributeValue';
import { UnreadableValueError, UsageError } from '../core/errors';
import { keyNames, objectKeyOf } from '../core/objectKey';
import { textLines } from '../core/plainText';
import { printable } from '../core/printable';
import { quoted } from '../core/quoted';
import type { KeyWords } from '../settings/configuredTable';

/**
 * The keys of an item as somebody writes them: plain JSON (`{"id":"a","at":12}`, binary as base64), or DynamoDB JSON
 * (`{"id":{"S":"a"}}`).
 *
 * @throws UsageError that says what is wrong and what would be right
 */
export function parseKeys(text: string, words: KeyWords, where: string): AttributeMap {
  const given = parseObject(text, words, where);
  const names = keyNames(words.keySchema);
  const problems = [
    ...names.filter((name) => !Object.hasOwn(given, name)).map((name) => `${where} has no ${name}`),
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => `${where} has ${name}, which is no key attribute`),
  ];
  if (problems.length > 0) throw new UsageError(problems.map((problem) => `${problem}; ${expected(words)}`));
  const keys = Object.fromEntries(names.map((name) => [name, keyValue(given[name], name, words, where)]));
  requireSpelled(keys, words, where);
  return keys;
}

function requireSpelled(keys: AttributeMap, words: KeyWords, where: string): void {
  try {
    objectKeyOf({ prefix: '', tableName: '' }, words.keySchema, keys);
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    throw new UsageError([`${where}: ${error.message}; ${expected(words)}`]);
  }
}

/** The keys in a text, one a line: keys alone, or the lines of `--json` that name an item. */
export async function* keysInLines(
  input: NodeJS.ReadableStream,
  words: KeyWords,
  name: string,
): AsyncGenerator<AttributeMap> {
  const wrong = (line: number, problem: string) => new UsageError([`${name}, line ${line}: ${problem}`]);
  let [named, lines] = [0, 0];
  for await (const { number, text } of textLines(input as AsyncIterable<Uint8Array | string>, wrong)) {
    if (text.trim() === '') continue;
    lines += 1;
    for (const keys of keysInLine(text, words, `${name}, line ${number}`)) {
      named += 1;
      yield keys;
    }
    if (named === 0 && isBareTimeline(text))
      throw new UsageError([`${name}: a timeline names no item; make it with dcs timeline --items --json`]);
  }
  if (lines === 0)
    throw new UsageError([`${name} is empty; write the keys of an item a line, or leave --keys-from out`]);
}

/** The last line of a timeline; one that names items has done so before. */
function isBareTimeline(text: string): boolean {
  return text.startsWith('{"type":"timeline",');
}

/** What the lines of `--json` have that count, and name no item. */
const OF_NO_ITEM = new Set(
  ['bucket', 'burst', 'diff', 'ls', 'restore', 'revert', 'setting', 'tables', 'timeline', 'verify'], // of their types
);

/** A line of `dcs diff --json` or `dcs ls --json` has a type, which may be a key of the table, too. */
function* keysInLine(text: string, words: KeyWords, where: string): Generator<AttributeMap> {
  const given = parseObject(text, words, where);
  const names = keyNames(words.keySchema);
  const areKeysAlone = Object.keys(given).every((name) => names.includes(name));
  const isRecord = typeof given.type === 'string' && !areKeysAlone;
  if (isRecord && given.keys !== undefined) yield parseKeys(stringify(given.keys) ?? '', words, where);
  else if (!isRecord || !namesNone(given, where)) yield parseKeys(text, words, where);
}

/** Whether a record is one that names no item. @throws UsageError where one is meant that it does not name */
function namesNone(given: Record<string, unknown>, where: string): boolean {
  requireComplete(given, where);
  return OF_NO_ITEM.has(given.type as string);
}

/** A record that names no item by its keys, and means that not all items are named that should be, is not passed over. */
function requireComplete({ type, message, objectKey }: Record<string, unknown>, where: string): void {
  if (type === 'error')
    throw new UsageError([
      `${where}: the command that wrote these lines failed, so they may not be all: ${quoted(message)}. Run it again`,
    ]);
  if (typeof objectKey === 'string')
    throw new UsageError([
      `${where} is about ${printable(objectKey)}, and does not tell the keys of its item, so that would not be chosen. Give them with a line of their own, or take the line out to go on without it`,
    ]);
}

/** One value of a partition key, as plain text, a number, or JSON: `c1`, `12`, `{"S":"c1"}`. @throws UsageError */
export function parsePartition(text: string, words: KeyWords): AttributeValue {
  const { partitionKey } = words.keySchema;
  const alone = { keySchema: { partitionKey }, keyTypes: words.keyTypes };
  const given = /^\s*\{/.test(text) ? parseObject(text, alone, '--partition') : text;
  const value = keyValue(given, partitionKey, alone, '--partition');
  requireSpelled({ [partitionKey]: value }, alone, '--partition');
  return value;
}

function parseObject(text: string, words: KeyWords, where: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = parse(text); // numbers keep their digits
  } catch {
    parsed = undefined;
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) && !isLosslessNumber(parsed);
  if (isObject) return parsed as Record<string, unknown>;
  throw new UsageError([`${where} is ${text.slice(0, 80)}, no JSON object; ${expected(words)}`]);
}

/** Source: DynamoDB developer guide, "Data types": numbers. */
const MOST_DIGITS = 38;

function keyValue(given: unknown, name: string, words: KeyWords, where: string): AttributeValue {
  const type = words.keyTypes[name] ?? 'S';
  const isTyped = typeof given === 'object' && given !== null && !isLosslessNumber(given);
  const value = !isTyped ? given : Object.keys(given).length === 1 && (given as Record<string, unknown>)[type];
  const number = isLosslessNumber(value) ? value.value : value;
  if (type === 'N' && typeof number === 'string') {
    const digits = number
      .replace(/[eE].*$/, '')
      .replace(/\D/g, '')
      .replace(/^0+/, '')
      .replace(/0+$/, '').length;
    if (digits <= MOST_DIGITS) return { N: number };
    throw new UsageError([
      `${where}: ${name} has ${digits} significant digits; DynamoDB keeps ${MOST_DIGITS}, so no item has this key`,
    ]);
  }
  if (typeof value === 'string') return { [type]: value } as AttributeValue;
  throw new UsageError([`${where}: ${name} is ${stringify(given) ?? ''}, not of type ${type}; ${expected(words)}`]);
}

const EXAMPLE = { S: '"text"', N: '12', B: '"base64"' } as const;

function expected({ keySchema, keyTypes }: KeyWords): string {
  const attributes = keyNames(keySchema).map((name) => `${JSON.stringify(name)}:${EXAMPLE[keyTypes[name] ?? 'S']}`);
  return `write {${attributes.join(',')}}`;
}
