import type { Colours } from '../output/colours';
import type { OutputRecord } from '../output/output';
import { counted } from '../../core/units';
import { EXIT, type ExitCode } from '../exitCodes';
import { wrap } from '../output/wrap';
import type { Finding, Verdict } from '../../operations/check/finding';

const WIDTH = 100;
const ID_WIDTH = 26;

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
  colours: Colours,
  idWidth = ID_WIDTH,
): string {
  const lines = groups(findings).flatMap((group) => {
    const [finding] = group;
    if (!finding) return [];
    return group.length === 1 ? findingLines(finding, colours, idWidth) : unseenLines(group, finding, colours);
  });
  return [colours.bold(subject), ...lines, ''].join('\n');
}

function findingLines({ id, verdict, found, expected, remedy }: Finding, colours: Colours, idWidth: number): string[] {
  const indentWidth = 6 + idWidth;
  const [first = '', ...rest] = wrap(found, WIDTH - indentWidth);
  const indent = ' '.repeat(indentWidth);
  const labelled = (label: string, rows: readonly string[]) =>
    rows.map((row, i) => `${indent}${i === 0 ? colours.dim(label) : ' '.repeat(label.length)}${row}`);
  return [
    `  ${marks(colours)[verdict]} ${id.padEnd(idWidth)} ${first}`.trimEnd(),
    ...rest.map((line) => indent + line),
    ...(expected === undefined || verdict === 'ok'
      ? []
      : labelled('expected: ', wrap(expected, WIDTH - indentWidth - 10))),
    // Not broken into lines: it is there to be copied.
    ...(remedy === undefined || verdict === 'ok' ? [] : labelled('remedy:   ', [remedy])),
  ];
}

function unseenLines(group: readonly Finding[], { verdict, found }: Finding, colours: Colours): string[] {
  const ids = wrap(group.map(({ id }) => id).join(', '), WIDTH - 5);
  const reason = wrap(`${counted(group.length, 'check')} not made: ${found}`, WIDTH - 5);
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
