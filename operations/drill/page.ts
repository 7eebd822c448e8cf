import { plainValue } from '../../core/plainJson';
import { printable } from '../../core/printable';
import { bytes, count, counted, duration } from '../../core/units';
import { PAGE_STYLE } from './pageStyle';
import { LISTED_DIFFERENCES, type Difference, type DifferenceKind } from './findings';
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
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(`Restore drill of ${table}, ${moment(report.startedAt)}`)}</title>`,
    `<style>${PAGE_STYLE}</style>`,
    '</head>',
    '<body>',
    `<h1>Restore drill of ${escaped(table)}</h1>`,
    `<p class="verdict ${verdict}"><strong>${escaped(headline(report))}</strong> ${escaped(explanation(report))}</p>`,
    ...warnings(report).map((warning) => `<p class="warning">${escaped(warning)}</p>`),
    ...section('Result', rows(resultRows(report))),
    ...section('Time', rows(timeRows(report))),
    ...section('Differences', differences(report)),
    ...section('Where and who', rows(placeRows(report))),
    ...section('Evidence', [
      ...rows([
        ['Data of this page', json.name],
        ['Its SHA-256', json.sha256],
      ]),
      '<p>The file and this page belong together when the file has that digest (<code>sha256sum</code>).</p>',
    ]),
    ...section('Signed off', [
      '<table class="sign"><tr><th scope="row">Name</th><td></td></tr><tr><th scope="row">Date</th><td></td></tr><tr><th scope="row">Signature</th><td></td></tr></table>',
    ]),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function headline({ verdict, differences: found, comparedWith, sample }: DrillReport): string {
  if (verdict === 'differences') return `${counted(found, 'item differs', 'items differ')}.`;
  if (comparedWith === 'plan') return 'The copy can be restored.';
  return sample === null ? 'The restored table is the live table.' : 'Every item drawn is the live one.';
}

function explanation({ verdict, items, sample, comparedWith, asOf, restoreSeconds, counts }: DrillReport): string {
  const what = sample === null ? counted(items, 'item') : `${counted(items, 'item')} of a random sample`;
  const restored = `${what} as of ${moment(asOf)} restored in ${duration(restoreSeconds * 1_000)}`;
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
    ['As of', moment(asOf)],
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

function recoveryPointRows(recoveryPoint: DrillReport['recoveryPoint']): Row[] {
  if (!recoveryPoint) return [];
  if ('unknown' in recoveryPoint) return [['Recovery point of the copy', `not measured: ${recoveryPoint.unknown}`]];
  const { at, ageSeconds } = recoveryPoint;
  return [['Recovery point of the copy', `${moment(at)}, ${duration(ageSeconds * 1_000)} before this drill began`]];
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
    ['Began', moment(startedAt)],
    ['Ended', moment(endedAt)],
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

function differences({ differencesByKind, listedDifferences, differences: found }: DrillReport): string[] {
  if (found === 0) return ['<p>None.</p>'];
  const kinds = Object.entries(differencesByKind).map(([kind, number]): Row => [
    KINDS[kind as DifferenceKind],
    count(number),
  ]);
  return [
    ...rows(kinds),
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

/** Keys as people write them; below it where its images are. */
function itemCell({ objectKey, keys = {} }: Difference): string {
  const named = Object.entries(keys).map(
    ([name, value]) => `${escaped(name)} <strong>${escaped(plainValue(value))}</strong>`,
  );
  return [...named, `<code>${escaped(objectKey)}</code>`].join('<br>');
}

function whyOf({ reason, attributes = [] }: Difference): string {
  return attributes.length === 0 ? reason : `differs in ${attributes.join(', ')}: ${reason}`;
}

function section(title: string, content: readonly string[]): string[] {
  return ['<section>', `<h2>${escaped(title)}</h2>`, ...content, '</section>'];
}

function rows(pairs: readonly Row[]): string[] {
  const lines = pairs.map(
    ([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`,
  );
  return ['<table>', ...lines, '</table>'];
}

function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11).replace(/(\.000)?Z$/, '')} UTC`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
