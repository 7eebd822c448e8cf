import { batchOf } from './batches';
import type { Problem } from './problems';
import type { GivenSettings } from './schema';
import type { TableSettings } from './tables';

/** What is written of one table, and of those that have left, has to go together. */
export function tableProblems({ tables = [], formerTables, capture, alarms }: GivenSettings): Problem[] {
  return [
    ...tables.flatMap(problemsOfTable),
    ...tables.flatMap((table, index) => windowIsBelowLag(table, index, { capture, alarms })),
    ...problemsOfFormerTables(tables, formerTables),
  ];
}

/** What waits for its batch to fill would ring the alarm for what lags. */
function windowIsBelowLag(
  table: TableSettings,
  index: number,
  { capture, alarms: { captureLagSeconds } }: Pick<GivenSettings, 'capture' | 'alarms'>,
): Problem[] {
  const { batchingWindowSeconds: value } = batchOf(table, capture);
  if (table.layout === 'images' || value < captureLagSeconds) return [];
  return [
    {
      path: `tables[${index}].batchingWindowSeconds`,
      value,
      allowed: `less than ${captureLagSeconds} (alarms.captureLagSeconds): a batch that waits so long for its records rings that alarm`,
      nextStep: 'wait less, or raise alarms.captureLagSeconds',
    },
  ];
}

function problemsOfTable({ existing, partitionKey, sortKey, ttlAttribute }: TableSettings, index: number): Problem[] {
  const path = `tables[${index}]`;
  if (!existing && !partitionKey) {
    const allowed = 'the key of a table that DCS creates, such as {"name": "id", "type": "S"}';
    const nextStep = 'add it; or leave "existing" out, where the table is there already';
    return [{ path: `${path}.partitionKey`, value: undefined, allowed, nextStep }];
  }
  const withoutPartitionKey: Problem = {
    path: `${path}.sortKey`,
    value: sortKey,
    allowed: 'a sort key beside a partitionKey',
    nextStep: 'write both, or neither: the keys of a table that is there are looked up',
  };
  const ofExisting: Problem = {
    path: `${path}.ttlAttribute`,
    value: ttlAttribute,
    allowed:
      'the time to live of a table that DCS creates ("existing": false); in one that is there nothing is changed',
    nextStep: 'take it out, or add "existing": false',
  };
  return [
    ...(sortKey && !partitionKey ? [withoutPartitionKey] : []),
    ...(existing && ttlAttribute !== undefined ? [ofExisting] : []),
  ];
}

function problemsOfFormerTables(tables: readonly TableSettings[], formerTables: readonly string[]): Problem[] {
  return formerTables.flatMap((name, index) => {
    const path = `formerTables[${index}]`;
    const problem = (allowed: string, nextStep: string): Problem => ({ path, value: name, allowed, nextStep });
    const isCopied = tables.some((table) => table.name.toLowerCase() === name.toLowerCase());
    return [
      ...(isCopied ? [problem('a table that is not among tables', 'take it out of one of the two')] : []),
      ...(formerTables.indexOf(name) < index ? [problem('each name once', 'take one of them out')] : []),
    ];
  });
}
