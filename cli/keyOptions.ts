import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AttributeMap } from '../core/attributeValue';
import { UsageError } from '../core/errors';
import { KeySet } from '../core/keySet';
import { objectKeyOf } from '../core/objectKey';
import type { KeyWords } from '../settings/configuredTable';
import { keysInLines, parseKeys } from './keys';

export interface KeyOptions {
  readonly keys: readonly string[];
  /** A file; `-` is standard input. */
  readonly keysFrom?: string;
}

/** The keys that were asked for, all of them looked at before anything is touched; undefined for all items. */
export function keysGiven({
  keys,
  keysFrom,
}: KeyOptions): ((words: KeyWords) => Promise<AsyncIterable<AttributeMap>>) | undefined {
  if (keys.length === 0 && keysFrom === undefined) return undefined;
  return async (words) => eachOnce(await keysNamed({ keys, keysFrom }, words), words);
}

function keysNamed({ keys, keysFrom }: KeyOptions, words: KeyWords): Promise<AsyncIterable<AttributeMap>> {
  if (keysFrom === '-') return keysOnce(keysInLines(process.stdin, words, 'standard input'));
  if (keysFrom !== undefined) return keysFromFile(keysFrom, words);
  return Promise.resolve(again(keys.map((text) => parseKeys(text, words, '--key'))));
}

/** Goes through the file once, so that what is wrong with it is told at once. A pipe, such as bash makes of `<(…)`, is empty after that. */
async function keysFromFile(file: string, words: KeyWords): Promise<AsyncIterable<AttributeMap>> {
  const lines = { [Symbol.asyncIterator]: () => keysInLines(createReadStream(file), words, file) };
  try {
    if (!(await stat(file)).isFile()) return await keysOnce(lines);
    const all = lines[Symbol.asyncIterator]();
    while (!(await all.next()).done);
    return lines;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError([`--keys-from ${file} cannot be read: ${(error as Error).message}`]);
  }
}

/** What can be read but once is kept. */
async function keysOnce(lines: AsyncIterable<AttributeMap>): Promise<AsyncIterable<AttributeMap>> {
  const all: AttributeMap[] = [];
  for await (const keys of lines) all.push(keys);
  return again(all);
}

function again(all: readonly AttributeMap[]): AsyncIterable<AttributeMap> {
  return {
    async *[Symbol.asyncIterator]() {
      for (const keys of all) yield await Promise.resolve(keys);
    },
  };
}

/** An item that is named twice is one item: it is planned, counted and written once. */
function eachOnce(all: AsyncIterable<AttributeMap>, { keySchema }: KeyWords): AsyncIterable<AttributeMap> {
  return {
    async *[Symbol.asyncIterator]() {
      const seen = new KeySet();
      for await (const keys of all) {
        const objectKey = objectKeyOf({ prefix: '', tableName: '' }, keySchema, keys);
        if (seen.has(objectKey)) continue;
        seen.add(objectKey);
        yield keys;
      }
    },
  };
}
