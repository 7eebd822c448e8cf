import { readFileSync } from 'node:fs';
import { DcsError, UsageError } from '../../core/errors';
import { textOfBytes } from '../../core/plainText';
import { readTableDefinition, requireTable } from '../../core/tableDefinition';
import type { BringBackRequest } from '../../operations/restore/bringBack';
import type { RestoreOfTable } from './options';

/** A definition in a file of the operator's own: of the table that is restored, or of the one that it becomes. @throws UsageError */
export function definitionIn({ definitionFile: file, tableName, into }: RestoreOfTable): BringBackRequest['given'] {
  if (file === undefined) return undefined;
  const names = tableName === into ? [tableName] : [tableName, into];
  try {
    const text = textOfBytes(readFileSync(file));
    if (typeof text !== 'string') throw new DcsError(text.problem);
    return { definition: requireTable(readTableDefinition(text), names), definitionFrom: file };
  } catch (error) {
    if (error instanceof DcsError || (error as NodeJS.ErrnoException).code !== undefined) {
      throw new UsageError([`--definition ${file}: ${(error as Error).message}`]);
    }
    throw error;
  }
}
