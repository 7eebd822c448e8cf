import type { Colours } from '../output/colours';
import type { Output, OutputRecord } from '../output/output';
import { counted } from '../../core/units';
import { EXIT, type ExitCode } from '../exitCodes';
import { fittedLine } from '../output/fitted';
import { wrap } from '../output/wrap';
import type { Finding, Verdict } from '../../operations/check/finding';

/** Of what is no terminal. */
const WIDTH = 100;
const NARROWEST = 60;
const ID_WIDTH = 26;
const LABEL_WIDTH = 10;

export type Counts = Readonly<Record<Verdict, number>>;

export function countsOf(findings: readonly Finding[]): Counts {
  const of = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  return { ok: of('ok'), problem: of('problem'), warning: of('warning'), cannotTell: of('cannotTell') };
}

/** What was not looked at is no pass. */
export function exitCodeOf({ problem, cannotTell }: Counts): ExitCode {
  if (problem > 0) return EXIT.differences;
  return cannotTell > 0 ? EXIT.couldNotLook : EXIT.done;
}

export function findingRecord(finding: Finding): OutputRecord {
  const { id, verdict, side, subject, found, expected, remedy } = finding;
  return { type: 'finding', id, verdict, side, subject, found, expected, remedy };
}

/** One subject with its checks, a line each; where something is not right, what is expected and what to do below. */
export function sectionText(
  subject: string,
  findings: readonly Finding[],
  { colours, columns }: Pick<Output, 'colours' | 'columns'>,
  idWidth = ID_WIDTH,
): string {
  const page = { colours, columns, width: Math.max(NARROWEST, Math.min(WIDTH, columns ?? WIDTH)) };
  const lines = groups(findings).flatMap((group) => {
    const [finding] = group;
    if (!finding) return [];
    return group.length === 1 ? findingLines(finding, page, idWidth) : unseenLines(group, finding, page);
  });
  return [colours.bold(subject), ...lines, ''].join('\n');
}

interface Page extends Pick<Output, 'colours' | 'columns'> {
  readonly width: number;
}

function findingLines({ id, verdict, found, expected, remedy }: Finding, page: Page, idWidth: number): string[] {
  const { colours, width } = page;
  const indent = ' '.repeat(6 + idWidth);
  const [first = '', ...rest] = wrap(found, width - indent.length);
  const labelled = (label: string, rows: readonly string[]) =>
    rows.map((row, i) => `${indent}${i === 0 ? colours.dim(label) : ' '.repeat(label.length)}${row}`);
  const isRight = verdict === 'ok';
  return [
    `  ${marks(colours)[verdict]} ${id.padEnd(idWidth)} ${first}`.trimEnd(),
    ...rest.map((line) => indent + line),
    ...(expected === undefined || isRight
      ? []
      : labelled('expected: ', wrap(expected, width - indent.length - LABEL_WIDTH))),
    ...(remedy === undefined || isRight
      ? []
      : remedyLines(`${indent}${colours.dim('remedy:')}   ${remedy}`, page, indent)),
  ];
}

/** Unbroken but at a terminal: it is there to be copied. */
function remedyLines(line: string, { columns }: Page, indent: string): string[] {
  return columns === undefined ? [line] : fittedLine(line, columns, indent.length + LABEL_WIDTH);
}

function unseenLines(group: readonly Finding[], { verdict, found }: Finding, { colours, width }: Page): string[] {
  const ids = wrap(group.map(({ id }) => id).join(', '), width - 5);
  const reason = wrap(`${counted(group.length, 'check')} not made: ${found}`, width - 5);
  const [first = '', ...rest] = reason;
  return [`  ${marks(colours)[verdict]} ${first}`, ...[...rest, ...ids.map(colours.dim)].map((line) => `     ${line}`)];
}

function marks({ good, bad, doubtful }: Colours): Readonly<Record<Verdict, string>> {
  return { ok: good('ok'), problem: bad('✗ '), warning: doubtful('! '), cannotTell: doubtful('? ') };
}

/** What cannot be told for one reason is told once. */
function groups(findings: readonly Finding[]): Finding[][] {
  const shown: Finding[][] = [];
  for (const finding of findings) {
    const same = shown.find(([other]) => other?.verdict === 'cannotTell' && isSame(other, finding));
    if (same) same.push(finding);
    else shown.push([finding]);
  }
  return shown;
}

function isSame(one: Finding, other: Finding): boolean {
  return one.verdict === other.verdict && one.found === other.found && one.remedy === other.remedy;
}

export function verdictText(counts: Counts, { good, bad, doubtful }: Colours): string {
  const { ok, problem, warning, cannotTell } = counts;
  const rest = [
    `${ok} ok`,
    ...(warning > 0 ? [counted(warning, 'warning')] : []),
    ...(cannotTell > 0 ? [`${counted(cannotTell, 'check')} could not be made`] : []),
  ].join(', ');
  if (problem > 0) return `${bad(counted(problem, 'problem'))}; ${rest}`;
  if (cannotTell > 0) return `${doubtful('No problem was seen, but not everything could be looked at')}; ${rest}`;
  return `${good('Everything that was looked at is as it should be')}; ${rest}`;
}
