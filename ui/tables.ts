import type { Finding } from '../operations/check/finding';
import { tableRows } from '../operations/status/tableRows';
import type { CardFact, TableCard, TablesAnswer } from './answers';
import type { UiPlaces } from './places';

const ON_CARDS = new Set(['restorable', 'newest replica', 'last verify', 'last drill']);
const WORST_FIRST = ['problem', 'cannotTell', 'warning', 'ok'];

export async function tables(places: UiPlaces, signal: AbortSignal): Promise<TablesAnswer> {
  const findings = await places.findings(signal);
  const rows = tableRows(
    findings,
    places.tables.map(({ tableName }) => tableName),
  );
  const cards = rows.map(({ table, ...row }): TableCard => {
    const own = findings.filter(({ subject }) => subject === `table ${table}`);
    return {
      ...row,
      name: table,
      restorable: factOf(own, 'restorable'),
      newestReplica: factOf(own, 'newest replica'),
      lastVerify: withoutTime(factOf(own, 'last verify')),
      lastDrill: withoutTime(factOf(own, 'last drill')),
      problems: own
        .filter(({ id, verdict }) => !ON_CARDS.has(id) && verdict === 'problem')
        .map(({ found, remedy = null }) => ({ found, remedy })),
    };
  });
  const rank = ({ verdict }: TableCard) => WORST_FIRST.indexOf(verdict);
  return {
    copy: places.copy,
    accounts: places.accounts,
    readAtMs: places.nowMs(),
    tables: cards.sort((a, b) => rank(a) - rank(b)),
    recoveryPoint: factOf(findings, 'recovery point'),
    options: places.options,
  };
}

function factOf(findings: readonly Finding[], id: string): CardFact {
  const found = findings.find((finding) => finding.id === id);
  return found ? { verdict: found.verdict, found: found.found } : { verdict: 'cannotTell', found: 'not looked at' };
}

/** What a report says begins with when it was made, which the row has. */
function withoutTime({ verdict, found }: CardFact): CardFact {
  const [time = '', ...says] = found.split(' ago: ');
  return { verdict, found: says.length === 0 ? time : says.join(' ago: ') };
}
