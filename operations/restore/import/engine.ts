import type { TableDefinition } from '../../../core/tableDefinition';
import { count } from '../../../core/units';
import { isOfSome } from '../plan';
import type { PreparedRestore } from '../prepare';

export type EngineChoice = 'auto' | 'write' | 'import';

export interface Engine {
  readonly name: 'write' | 'import';
  /** Why it is this one, where that has to be said. */
  readonly why?: string;
}

/** Up to so many items, writes are done before an import has begun to pay: at 4,000 a second, four minutes. */
export const AUTO_IMPORT_ITEMS = 1_000_000;

/**
 * Which engine brings the items into the table. What an import cannot do goes through writes, whatever was asked for: it
 * makes a new table alone, and has no words for local secondary indexes (API reference, TableCreationParameters).
 *
 * @param items undefined where nobody has counted
 */
export function engineFor(
  choice: EngineChoice,
  of: {
    readonly isNew: boolean;
    readonly hasBucket: boolean;
    readonly items: number | undefined;
    readonly definition: Pick<TableDefinition, 'createTable'>;
  },
): Engine {
  if (choice === 'write') return { name: 'write' };
  const cannot = whyNotImport(of);
  if (cannot !== undefined) {
    return choice === 'auto' && !of.hasBucket ? { name: 'write' } : { name: 'write', why: cannot };
  }
  if (choice === 'import') return { name: 'import' };
  const { items = 0 } = of;
  return items >= AUTO_IMPORT_ITEMS
    ? { name: 'import', why: `${count(items)} items are more than writes take soon` }
    : { name: 'write', why: `${count(items)} items are written before an import has begun` };
}

/** Why ImportTable cannot bring the items; undefined where it can. */
export function whyNotImport({ isNew, hasBucket, definition }: Parameters<typeof engineFor>[1]): string | undefined {
  if (!isNew) return 'ImportTable makes a new table, and this one is there';
  if ((definition.createTable.LocalSecondaryIndexes ?? []).length > 0) {
    return 'the table has local secondary indexes, which ImportTable cannot make';
  }
  return hasBucket ? undefined : 'there is no --import-bucket for the files';
}

export const DRY_RUN = 'a dry run plans on this machine';
export const SOME_ITEMS = 'some items of a table are fewer than the engine is for';

/** Why the distributed engine cannot bring it back: what an import cannot do, and what is not a whole table. */
export function whyNotDistributed(
  { decision, definition, plan }: Pick<PreparedRestore, 'decision' | 'definition' | 'plan'>,
  dryRun: boolean,
): string | undefined {
  if (dryRun) return DRY_RUN;
  if (isOfSome(plan)) return SOME_ITEMS;
  return whyNotImport({ isNew: decision.create, hasBucket: true, items: undefined, definition });
}
