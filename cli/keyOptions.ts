import { createReadStream } from 'node:fs';
import type { AttributeMap } from '../core/attributeValue';
import { UsageError } from '../core/errors';
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
  if (keysFrom === '-') return (words) => keysOnce(keysInLines(process.stdin, words, 'standard input'));
  if (keysFrom !== undefined) return (words) => keysFromFile(keysFrom, words);
  if (keys.length === 0) return undefined;
  return (words) => Promise.resolve(again(keys.map((text) => parseKeys(text, words, '--key'))));
}

/** Goes through the file once, so that what is wrong with it is told at once. */
async function keysFromFile(file: string, words: KeyWords): Promise<AsyncIterable<AttributeMap>> {
  const lines = { [Symbol.asyncIterator]: () => keysInLines(createReadStream(file), words, file) };
  try {
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
