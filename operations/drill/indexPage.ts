import { counted } from '../../core/units';
import { MOST_LISTED, type DrillEntry } from './earlier';
import { escaped, htmlPage, htmlSection } from './html';
import type { DrillReport } from './report';
import { trend } from './trend';

/** All drills of a table, newest first: the page beside their reports, which it links to by their names. */
export function indexPage(report: DrillReport, entries: readonly DrillEntry[]): string {
  const { table, organization } = report;
  const differing = entries.filter(({ verdict }) => verdict === 'differences').length;
  const same = entries.filter(({ verdict }) => verdict === 'same').length;
  const others = entries.length - same - differing;
  const words = [
    `${counted(same, 'drill')} without a difference`,
    ...(differing > 0 ? [`${counted(differing, 'drill')} with differences`] : []),
    ...(others > 0 ? [`${counted(others, 'report')} that cannot be read`] : []),
  ];
  return htmlPage(`Restore drills of ${table}`, [
    `<h1>Restore drills of ${escaped(table)}</h1>`,
    ...(organization ? [`<p>${escaped(organization)}</p>`] : []),
    `<p class="verdict ${entries[0]?.verdict ?? 'differences'}"><strong>${escaped(words.join(', '))}.</strong> The newest is the first.</p>`,
    ...htmlSection('Drills', trend(entries, true)),
    ...(entries.length > MOST_LISTED
      ? [`<p>The newest ${MOST_LISTED + 1} are shown; older reports are beside this page.</p>`]
      : []),
  ]);
}
