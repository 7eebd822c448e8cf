import { tableDefinitionKey, tableDefinitionText, type TableDefinition } from '../core/tableDefinition';
import type { TextStore } from './textStore';

export interface DefinitionContext {
  readonly prefix: string;
  readonly texts: TextStore;
  readonly describe: (tableName: string) => Promise<TableDefinition>;
}

/** Stores a table's definition when it differs from the one that is stored, so that every version is a change. */
export async function refreshDefinition(
  { prefix, texts, describe }: DefinitionContext,
  tableName: string,
): Promise<'written' | 'unchanged'> {
  const objectKey = tableDefinitionKey({ prefix, tableName });
  const text = tableDefinitionText(await describe(tableName));
  if ((await texts.read(objectKey)) === text) return 'unchanged';
  await texts.write(objectKey, text);
  return 'written';
}
