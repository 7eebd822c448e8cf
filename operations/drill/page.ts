import { plainValue } from '../../core/plainJson';
import { bytes, count, counted, duration } from '../../core/units';
import { escaped, htmlPage, htmlSection, momentText } from './html';
import { trend } from './trend';
import { LISTED_DIFFERENCES, type Difference, type DifferenceKind } from './findings';
import type { Measure } from './aims';
import type { DrillReport } from './report';
import type { Stage } from './drillTable';

const STAGES: Readonly<Record<Stage, string>> = {
  draw: 'Draw the sample from the copy',
  create: 'Make the table',
  restore: 'Restore the items',
  check: 'Read the restored table again',
  compare: 'Compare with the live table',
  remove: 'Remove the restored table',
};
const KINDS: Readonly<Record<DifferenceKind, string>> = {
  missing: 'Missing: in the live table, not in the restored one',
  extra: 'Extra: in the restored table, not in the live one',
  different: 'Different content',
  unreadable: 'The image cannot be read',
  unknown: 'State at the moment not known',
  rejected: 'Refused by DynamoDB',
  notCurrent: 'S3 shows something else than the newest image',
  notAsPlanned: 'Not as it was written',
  ahead: 'The image states a later time than it was stored',
};

/** In a column. */
const KIND_WORDS: Readonly<Record<DifferenceKind, string>> = {
  missing: 'missing',
  extra: 'extra',
  different: 'different',
  unreadable: 'unreadable',
  unknown: 'unknown',
  rejected: 'refused',
  notCurrent: 'not current',
  notAsPlanned: 'not as written',
  ahead: 'ahead of its time',
};

/** A report as a page that prints: one file, no scripts, nothing loaded from elsewhere, every value escaped. */
export function reportPage(report: DrillReport, json: { readonly name: string; readonly sha256: string }): string {
  const { table, verdict } = report;
  return htmlPage(`Restore drill of ${table}, ${momentText(report.startedAt)}`, [
    `<h1>Restore drill of ${escaped(table)}</h1>`,
    `<p class="verdict ${verdict}"><strong>${escaped(headline(report))}</strong> ${escaped(explanation(report))}</p>`,
    ...warnings(report).map((warning) => `<p class="warning">${escaped(warning)}</p>`),
    ...htmlSection('What was drilled', rows(scopeRows(report))),
    ...targetSection(report),
    ...htmlSection('Result', rows(resultRows(report))),
    ...htmlSection('Time', rows(timeRows(report))),
    ...htmlSection('Differences', differences(report)),
    ...earlierSection(report),
    ...htmlSection('Where and who', rows(placeRows(report))),
    ...htmlSection('Evidence', [
      ...rows([
        ['Data of this page', json.name],
        ['Its SHA-256', json.sha256],
      ]),
      '<p>The file and this page belong together when the file has that digest (<code>sha256sum</code>).</p>',
    ]),
    ...htmlSection('Signed off', [
      '<table class="sign"><tr><th scope="row">Name</th><td></td></tr><tr><th scope="row">Date</th><td></td></tr><tr><th scope="row">Signature</th><td></td></tr></table>',
    ]),
  ]);
}

function headline({ verdict, differences: found, comparedWith, sample }: DrillReport): string {
  if (verdict === 'differences') return `${counted(found, 'item differs', 'items differ')}.`;
  if (comparedWith === 'plan') return 'The copy can be restored.';
  return sample === null ? 'The restored table is the live table.' : 'Every item drawn is the live one.';
}

function explanation({ verdict, items, sample, comparedWith, asOf, restoreSeconds, counts }: DrillReport): string {
  const what = sample === null ? counted(items, 'item') : `${counted(items, 'item')} of a random sample`;
  const restored = `${what} as of ${momentText(asOf)} restored in ${duration(restoreSeconds * 1_000)}`;
  if (verdict === 'differences') return `${restored}; what differs is listed below.`;
  return comparedWith === 'plan'
    ? `${restored}, and the restored table holds what the copy says. The live table was not looked at.`
    : `${restored}, and every ${counts.late > 0 ? 'other ' : ''}one of them is what the live table held at that moment.`;
}

function warnings({ withoutLive, counts, scratchTable, sample }: DrillReport): string[] {
  return [
    ...(withoutLive === undefined
      ? []
      : [
          `Not compared with the live table: ${withoutLive}. This drill proves that the copy can be restored, not that it is the live table.`,
        ]),
    ...(counts.late > 0
      ? [
          `${counted(counts.late, 'item was', 'items were')} restored without the last change before that moment, for its image came to the copy only during the drill. The copy has it now.`,
        ]
      : []),
    ...(counts.archived > 0
      ? [
          `${counted(counts.archived, 'item was', 'items were')} left out: the images are in an archive class and have to be asked back first.`,
        ]
      : []),
    ...(sample === null
      ? []
      : [
          'A sample is drawn from the copy, so it cannot show items that the copy does not know. A drill of all items can, and so does dcs verify.',
        ]),
    ...(scratchTable.removed
      ? []
      : [`The restored table ${scratchTable.name} could not be removed. It has to be removed by hand.`]),
  ];
}

type Row = readonly [name: string, value: string];

function resultRows({
  items,
  sample,
  sampledFrom,
  counts,
  differences: found,
  bytes: size,
  asOf,
  recoveryPoint,
}: DrillReport): Row[] {
  return [
    ['As of', momentText(asOf)],
    ...recoveryPointRows(recoveryPoint),
    ['Items restored', `${count(items)} (${bytes(size)} of DynamoDB JSON)`],
    ...(sample === null
      ? []
      : [['Drawn at random', `${count(sample)} of ${counted(sampledFrom ?? 0, 'object')}`] as const]),
    ['Not there at that moment (deleted before, or made later)', count(counts.absent)],
    ['Compared with the live table', count(counts.compared)],
    ['Of these changed since, as their next image shows', count(counts.changedAfter)],
    ['Of these with a last change that came to the copy during the drill', count(counts.late)],
    ['Left out, archived', count(counts.archived)],
    ['Differences', count(found)],
  ];
}

/** Whose drill it is, of what, and how much of it: in words for whoever knows nothing of the service. */
function scopeRows({ organization, scope, table, sample, sampledFrom, from, recoveryPoint }: DrillReport): Row[] {
  const where = scope ? `, of account ${scope.sourceAccountId} in ${scope.sourceRegion}` : '';
  const covers =
    sample === null
      ? 'All items of the copy, restored, read again and compared'
      : `A random sample: ${count(sample)} of ${counted(sampledFrom ?? 0, 'object')}, each with the same chance`;
  return [
    ...(organization ? [['Organization', organization] as const] : []),
    ['Table', `${table}${where}`],
    // Only of the destination bucket there is a recovery point.
    ['Restored from', recoveryPoint === null ? from : `${from}, the copy in the destination account`],
    ['What it covers', covers],
  ];
}

function targetSection({ recoveryTime, recoveryPointTarget, recoveryPoint }: DrillReport): string[] {
  if (!recoveryTime) return [];
  const { seconds, isEstimated } = recoveryTime;
  const took = `${isEstimated ? 'about ' : ''}${duration(seconds * 1_000)}${isEstimated ? ' for all items, reckoned by the rate of the sample' : ''}`;
  const age =
    recoveryPoint && !('unknown' in recoveryPoint) ? duration(recoveryPoint.ageSeconds * 1_000) : 'not measured';
  const point = recoveryPointTarget ?? { targetSeconds: null, isMet: null };
  return htmlSection('Against the targets', [
    '<table class="trend"><thead><tr><th scope="col">What</th><th scope="col">Measured</th><th scope="col">Target</th><th scope="col">Result</th></tr></thead><tbody>',
    targetRow('Recovery time: until the table is back', took, recoveryTime),
    targetRow('Recovery point: what would be lost', age, point),
    '</tbody></table>',
  ]);
}

function targetRow(
  what: string,
  measured: string,
  { targetSeconds, isMet, isEstimated = false }: Pick<Measure, 'targetSeconds' | 'isMet'> & Partial<Measure>,
): string {
  const target = targetSeconds === null ? 'none is set' : duration(targetSeconds * 1_000);
  const verdict = isMet === null ? 'not judged' : isMet ? 'met' : 'missed';
  const result = isEstimated && isMet !== null ? `${verdict}, by the estimate` : verdict;
  const mark = isMet === null ? 'unknown' : isMet ? 'same' : isEstimated ? 'doubt' : 'differences';
  const cell = (name: string, text: string) => `<td data-name="${name}">${escaped(text)}</td>`;
  return `<tr>${cell('What', what)}${cell('Measured', measured)}${cell('Target', target)}<td data-name="Result"><span class="${mark}">${result}</span></td></tr>`;
}

function earlierSection({ earlier = [] }: DrillReport): string[] {
  if (earlier.length === 0) return [];
  return htmlSection('Drills before this one', trend(earlier));
}

function attributesRows({ attributesThatDiffer = [] }: DrillReport): string[] {
  if (attributesThatDiffer.length === 0) return [];
  const pairs = attributesThatDiffer.map(({ attribute, items }): Row => [
    attribute,
    `differs in ${counted(items, 'item')}`,
  ]);
  return ['<h3>Attributes that differ</h3>', ...rows(pairs)];
}

function recoveryPointRows(recoveryPoint: DrillReport['recoveryPoint']): Row[] {
  if (!recoveryPoint) return [];
  if ('unknown' in recoveryPoint) return [['Recovery point of the copy', `not measured: ${recoveryPoint.unknown}`]];
  const { at, ageSeconds } = recoveryPoint;
  return [['Recovery point of the copy', `${momentText(at)}, ${duration(ageSeconds * 1_000)} before this drill began`]];
}

function timeRows({ startedAt, endedAt, restoreSeconds, itemsPerSecond, stageSeconds }: DrillReport): Row[] {
  const stages = Object.entries(stageSeconds).map(([stage, seconds]): Row => [
    STAGES[stage as Stage],
    duration(seconds * 1_000),
  ]);
  return [
    [
      'Time to restore (table and items)',
      `${duration(restoreSeconds * 1_000)}, ${counted(itemsPerSecond, 'item')} a second`,
    ],
    ...stages,
    ['Began', momentText(startedAt)],
    ['Ended', momentText(endedAt)],
  ];
}

function placeRows({ from, definitionFrom, liveTable, scratchTable, ranBy, toolVersion }: DrillReport): Row[] {
  return [
    ['Copy', from],
    ['Made from', definitionFrom],
    ['Live table', liveTable ?? 'not looked at'],
    [
      'Restored into',
      `${scratchTable.name} in ${scratchTable.region}${scratchTable.removed ? ', removed' : ', not removed'}`,
    ],
    ['Ran by', ranBy],
    ['Version of dcs', toolVersion],
  ];
}

function differences(report: DrillReport): string[] {
  const { differencesByKind, listedDifferences, differences: found } = report;
  if (found === 0) return ['<p>None.</p>'];
  const kinds = Object.entries(differencesByKind).map(([kind, number]): Row => [
    KINDS[kind as DifferenceKind],
    count(number),
  ]);
  return [
    ...rows(kinds),
    ...attributesRows(report),
    ...(found > LISTED_DIFFERENCES ? [`<p>The first ${count(LISTED_DIFFERENCES)} of ${count(found)}:</p>`] : []),
    '<table class="list">',
    '<thead><tr><th scope="col">Item</th><th scope="col">What</th><th scope="col">Why</th></tr></thead>',
    '<tbody>',
    ...listedDifferences.map(
      (difference) =>
        `<tr><td>${itemCell(difference)}</td><td>${escaped(KIND_WORDS[difference.kind])}</td><td>${escaped(whyOf(difference))}</td></tr>`,
    ),
    '</tbody>',
    '</table>',
  ];
}

/** Longer ones are whole in the data. */
function shortened(text: string): string {
  const [start = ''] = /^.{0,160}/su.exec(text) ?? [];
  const rest = text.length - start.length;
  return rest === 0 ? text : `${start}… (${count(rest)} more)`;
}

/** Keys as people write them; below it where its images are. */
function itemCell({ objectKey, keys = {} }: Difference): string {
  const named = Object.entries(keys).map(
    ([name, value]) => `${escaped(name)} <strong>${escaped(shortened(plainValue(value)))}</strong>`,
  );
  return [...named, `<code>${escaped(shortened(objectKey))}</code>`].join('<br>');
}

function whyOf({ reason, attributes = [] }: Difference): string {
  return attributes.length === 0 ? reason : `differs in ${attributes.join(', ')}: ${reason}`;
}

function rows(pairs: readonly Row[]): string[] {
  const lines = pairs.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  return ['<table>', ...lines, '</table>'];
}
