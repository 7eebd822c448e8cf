import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import type { Side } from '../../settings/schema';
import type { CheckContext } from './checkContext';
import type { KeptJournals } from './lifecycleRules';

type JournalSettings = Pick<CheckContext['settings'], 'prefix' | 'tables' | 'formerTables' | 'source'>;

/**
 * What a bucket holds of journals. In the destination bucket also that of tables that have left, or whose changes are stored as images
 * by now: what is there is their only history.
 */
export function journalsIn({ prefix, tables, formerTables, source }: JournalSettings, side: Side): KeptJournals {
  const at = (tableName: string) => ({ prefix, tableName });
  if (side === 'source') {
    const named = tables.filter(({ layout }) => layout === 'journal').map(({ name }) => at(name));
    return { prefixes: named.map(journalPrefix), days: source.lifecycle.journalExpirationDays ?? Infinity };
  }
  const named = [...tables.map(({ name }) => name), ...formerTables].map(at);
  return { prefixes: named.flatMap((table) => [journalPrefix(table), runsPrefix(table), basePrefix(table)]) };
}

export function lastingJournals({ days }: KeptJournals): string {
  if (days === undefined) return 'of journals nothing expires but what is covered';
  return `objects of journals are kept ${days === Infinity ? 'for ever' : `for ${days} days`}`;
}
