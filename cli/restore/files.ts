import { readFileSync } from 'node:fs';
import type { AttributeMap } from '../../core/attributeValue';
import { DcsError, UsageError } from '../../core/errors';
import { readTableDefinition, requireTable } from '../../core/tableDefinition';
import type { BringBackRequest } from '../../operations/restore/bringBack';
import type { KeyWords } from '../../settings/configuredTable';
import { keysInFile, parseKeys } from '../keys';
import type { RestoreOptions } from './options';

/** A definition in a file of the operator's own: of the table that is restored, or of the one that it becomes. @throws UsageError */
export function definitionIn({ definitionFile: file, tableName, into }: RestoreOptions): BringBackRequest['given'] {
  if (file === undefined) return undefined;
  const names = tableName === into ? [tableName] : [tableName, into];
  try {
    return { definition: requireTable(readTableDefinition(readFileSync(file, 'utf8')), names), definitionFrom: file };
  } catch (error) {
    if (error instanceof DcsError || (error as NodeJS.ErrnoException).code !== undefined) {
      throw new UsageError([`--definition ${file}: ${(error as Error).message}`]);
    }
    throw error;
  }
}

/** The keys that were asked for, all of them looked at before anything is touched; undefined for all items. */
export function keysGiven({ keys, keysFrom }: RestoreOptions): BringBackRequest['keysOf'] {
  if (keysFrom !== undefined) return (words) => keysFromFile(keysFrom, words);
  if (keys.length === 0) return undefined;
  return (words) => {
    const parsed = keys.map((text) => parseKeys(text, words, '--key'));
    return Promise.resolve({
      async *[Symbol.asyncIterator]() {
        for (const key of parsed) yield await Promise.resolve(key);
      },
    });
  };
}

async function keysFromFile(file: string, words: KeyWords): Promise<AsyncIterable<AttributeMap>> {
  const keys = keysInFile(file, words);
  try {
    const iterator = keys[Symbol.asyncIterator]();
    while (!(await iterator.next()).done);
    return keys;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError([`--keys-from ${file} cannot be read: ${(error as Error).message}`]);
  }
}
