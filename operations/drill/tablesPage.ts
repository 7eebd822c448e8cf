import type { StoredReport } from '../../aws/reports';
import type { VersionLister } from '../../aws/objectVersions';
import { mapInOrder } from '../../core/mapInParallel';
import { isImageKey } from '../../core/objectKey';
import { servicePrefix } from '../../core/serviceKeys';
import { count, counted } from '../../core/units';
import { entryOf, isTooLate, isTooOld, type DrillEntry } from './earlier';
import { measured } from './trend';
import { escaped, htmlPage, htmlSection, momentText } from './html';

/** The newest drill of a table; undefined where none has left a report. */
export interface DrilledTable {
  readonly tableName: string;
  readonly newest?: DrillEntry;
}

export interface TablesRequest {
  readonly prefix: string;
  /** Of current objects. */
  readonly lister: VersionLister;
  readonly newestDrill: (tableName: string) => Promise<StoredReport | undefined>;
}

const READERS = 8;

/** Every table that the copy has objects of, whether the settings still name it or not. */
export async function drilledTables({ prefix, lister, newestDrill }: TablesRequest): Promise<DrilledTable[]> {
  const tables: DrilledTable[] = [];
  const looked = mapInOrder(tableNames(lister, prefix), READERS, async (tableName) => {
    const report = await newestDrill(tableName);
    return { tableName, ...(report && { newest: entryOf(report) }) };
  });
  for await (const table of looked) tables.push(table);
  return tables;
}

/** One request a table: behind its first object, everything of it is passed over. */
async function* tableNames(lister: VersionLister, prefix: string): AsyncGenerator<string> {
  let after: { objectKey: string } | undefined;
  for (;;) {
    const [first] = (await lister.page(prefix, { after, maxKeys: 1 })).versions;
    if (!first) return;
    const { objectKey } = first;
    const [name = ''] = objectKey.slice(prefix.length).split('/', 1);
    const isOfTable = isImageKey(objectKey) || objectKey === `${prefix}${name}/table.json`;
    if (isOfTable && !objectKey.startsWith(servicePrefix(prefix))) yield name;
    after = { objectKey: objectKey === `${prefix}${name}` ? objectKey : `${prefix}${name}0` }; // `0` follows `/`.
  }
}

const HEADINGS = ['Table', 'Last drill', 'Verdict', 'All of it back in', 'Recovery point'];

/** All tables of a deployment by their last drill: what needs somebody first, then what was not drilled for longest. */
export function tablesPage(tables: readonly DrilledTable[], organization?: string): string {
  const sorted = tables.toSorted(
    (a, b) => Number(isFine(a)) - Number(isFine(b)) || (begunAt(a) < begunAt(b) ? -1 : begunAt(a) > begunAt(b) ? 1 : 0),
  );
  const fine = tables.filter(isFine).length;
  const never = tables.filter(({ newest }) => !newest).length;
  const words = [
    `${count(fine)} of ${counted(tables.length, 'table')} came back without a difference, within the targets`,
    ...(never > 0 ? [`${count(never)} never drilled`] : []),
  ];
  return htmlPage('Restore drills of all tables', [
    '<h1>Restore drills of all tables</h1>',
    ...(organization === undefined ? [] : [`<p>${escaped(organization)}</p>`]),
    `<p class="verdict ${fine === tables.length ? 'same' : 'differences'}"><strong>${escaped(words.join('; '))}.</strong> The last drill of each table; its name leads to all of them.</p>`,
    ...htmlSection('Tables', [
      '<table class="trend">',
      `<thead><tr>${HEADINGS.map((heading) => `<th scope="col">${heading}</th>`).join('')}</tr></thead>`,
      `<tbody>${sorted.map((table) => `<tr>${cells(table).join('')}</tr>`).join('\n')}</tbody>`,
      '</table>',
    ]),
  ]);
}

function isFine({ newest }: DrilledTable): boolean {
  return newest?.verdict === 'same' && !isTooLate(newest) && !isTooOld(newest);
}

function begunAt({ newest }: DrilledTable): string {
  return newest?.startedAt ?? '';
}

function cells({ tableName, newest }: DrilledTable): string[] {
  if (!newest) return [tableName, '<span class="differences">never</span>', ...Array<string>(3).fill('')].map(cell);
  const { startedAt, verdict, differences, isEstimated, recoverySeconds, recoveryTargetSeconds } = newest;
  const verdicts = {
    same: '<span class="same">the same</span>',
    differences: `<span class="differences">${differences === null ? '' : `${count(differences)} `}different</span>`,
  };
  return [
    `<a href="../../${encodeURIComponent(tableName)}/drill/index.html">${escaped(tableName)}</a>`,
    escaped(momentText(startedAt)),
    verdict === null ? 'not known' : verdicts[verdict],
    measured(recoverySeconds, recoveryTargetSeconds, isTooLate(newest), isEstimated),
    measured(newest.recoveryPointSeconds, newest.pointTargetSeconds, isTooOld(newest)),
  ].map(cell);
}

function cell(html: string, column: number): string {
  return `<td data-name="${HEADINGS[column] ?? ''}"><span>${html}</span></td>`;
}
