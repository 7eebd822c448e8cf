import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AttributeMap, AttributeValue } from '../core/attributeValue';
import { UnreadableValueError, UsageError } from '../core/errors';
import { keyNames, objectKeyOf } from '../core/objectKey';
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
  try {
    objectKeyOf({ prefix: '', tableName: '' }, words.keySchema, keys);
  } catch (error) {
    if (!(error instanceof UnreadableValueError)) throw error;
    throw new UsageError([`${where}: ${error.message}; ${expected(words)}`]);
  }
  return keys;
}

/** The keys in a file, one a line. Reads the file once more each time it is gone through. */
export function keysInFile(file: string, words: KeyWords): AsyncIterable<AttributeMap> {
  return {
    async *[Symbol.asyncIterator]() {
      let line = 0;
      for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
        line += 1;
        if (text.trim() !== '') yield parseKeys(text, words, `${file}, line ${line}`);
      }
    },
  };
}

function parseObject(text: string, words: KeyWords, where: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
  throw new UsageError([`${where} is ${text.slice(0, 80)}, no JSON object; ${expected(words)}`]);
}

function keyValue(given: unknown, name: string, words: KeyWords, where: string): AttributeValue {
  const type = words.keyTypes[name] ?? 'S';
  const value = typeof given === 'object' && given !== null ? (given as Record<string, unknown>)[type] : given;
  if (type === 'N' && typeof value === 'number' && Number.isFinite(value)) {
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return { N: String(value) };
    throw new UsageError([`${where}: ${name} has more digits than JSON keeps; write it as text, "${name}":"123"`]);
  }
  if (typeof value === 'string') return { [type]: value } as AttributeValue;
  throw new UsageError([`${where}: ${name} is ${JSON.stringify(given)}, not of type ${type}; ${expected(words)}`]);
}

const EXAMPLE = { S: '"text"', N: '12', B: '"base64"' } as const;

function expected({ keySchema, keyTypes }: KeyWords): string {
  const attributes = keyNames(keySchema).map((name) => `${JSON.stringify(name)}:${EXAMPLE[keyTypes[name] ?? 'S']}`);
  return `write {${attributes.join(',')}}`;
}
