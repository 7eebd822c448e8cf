import { tableDefinitionKey } from '../../core/tableDefinition';
import { storedLives } from '../formerTable';
import type { Difference, Places } from './recheck';

/**
 * Whether the table is another one than the stored definition describes: deleted and made again, or restored by AWS under
 * its old name. Until the definition is stored anew, a restore takes what both held for one table.
 *
 * A definition from before ids were kept says nothing.
 */
export async function otherTable({ source, table }: Places, tableId: string): Promise<Difference[]> {
  const stored = (await storedLives(source, table)).at(-1)?.tableId;
  if (stored === undefined || stored === tableId) return [];
  return [
    {
      objectKey: tableDefinitionKey(table),
      class: 'otherTable',
      in: 'source',
      reason: `the table has the id ${tableId}, the stored definition is of a table with the id ${stored}: it was made again, or restored under its name`,
    },
  ];
}
