import { tableDefinitionKey } from '../../core/tableDefinition';
import { storedLives } from '../formerTable';
import type { Difference, Places } from './recheck';

/**
 * Whether the table is another one than the stored definition describes: deleted and made again, or restored by AWS under
 * its old name. Until the definition is stored anew, a restore takes what both held for one table.
 *
 * @param tableId as DescribeTable tells it; a definition from before ids were kept says nothing
 */
export async function otherTable({ source, table }: Places, tableId: string | undefined): Promise<Difference[]> {
  const stored = (await storedLives(source, table)).at(-1)?.tableId;
  if (stored === undefined || tableId === undefined || stored === tableId) return [];
  return [
    {
      objectKey: tableDefinitionKey(table),
      class: 'otherTable',
      in: 'source',
      reason: `the table has the id ${tableId}, the stored definition is of a table with the id ${stored}: it was made again, or restored under its name`,
    },
  ];
}
