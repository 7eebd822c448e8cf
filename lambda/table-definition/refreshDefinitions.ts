import { refreshDefinition, type DefinitionContext } from '../../aws/storedDefinition';
import { DcsError } from '../../core/errors';

export type RefreshContext = DefinitionContext;

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
      refreshed[tableName] = await refreshDefinition(context, tableName);
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
