import type { TextStore } from '../../aws/textStore';
import { DcsError } from '../../core/errors';
import { tableDefinitionKey, tableDefinitionText, type TableDefinition } from '../../core/tableDefinition';

export interface RefreshContext {
  readonly prefix: string;
  readonly texts: TextStore;
  readonly describe: (tableName: string) => Promise<TableDefinition>;
}

/** What became of each table's `table.json`. */
export type Refreshed = Record<string, 'written' | 'unchanged'>;

/**
 * Stores the definition of each table when it differs from the one that is stored, so that every version is a change.
 *
 * @throws DcsError that names the tables that failed, after all have been tried
 */
export async function refreshDefinitions(context: RefreshContext, tableNames: readonly string[]): Promise<Refreshed> {
  const refreshed: Refreshed = {};
  const failures: string[] = [];
  for (const tableName of tableNames) {
    try {
      refreshed[tableName] = await refresh(context, tableName);
    } catch (error) {
      // Thrown below, once the other tables have had their turn.
      failures.push(`${tableName}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 0) return refreshed;
  throw new DcsError(
    `${failures.length} of ${tableNames.length} table definitions were not refreshed. ${failures.join('; ')}`,
  );
}

async function refresh(
  { prefix, texts, describe }: RefreshContext,
  tableName: string,
): Promise<'written' | 'unchanged'> {
  const objectKey = tableDefinitionKey({ prefix, tableName });
  const text = tableDefinitionText(await describe(tableName));
  if ((await texts.read(objectKey)) === text) return 'unchanged';
  await texts.write(objectKey, text);
  return 'written';
}
