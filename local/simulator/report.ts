import type { RunResult } from './run';
import type { Schedule, ScheduledEvent } from './schedule';

/** Sums of what was in all runs. */
export class Figures {
  readonly sums = new Map<string, number>();
  schedules = 0;
  broken = 0;

  add({ figures, steps, violation }: RunResult): void {
    this.schedules += 1;
    if (violation) this.broken += 1;
    for (const [what, count] of Object.entries({ ...figures, 'calls and happenings': steps })) {
      this.sums.set(what, (this.sums.get(what) ?? 0) + count);
    }
  }

  /** Rows of words and numbers, the verdict first. */
  get rows(): readonly (readonly [string, number])[] {
    return [
      ['schedules', this.schedules],
      ['schedules that broke a promise', this.broken],
      ...[...this.sums].sort(([a], [b]) => (a < b ? -1 : 1)),
    ];
  }
}

/** A failure as somebody needs it who is to mend it: what was broken, what it takes, and how to see it again. */
export function failureText(whole: Schedule, small: Schedule, { violation }: RunResult): string {
  const numbers = small.events.map(({ id }) => id).join(',');
  return [
    `seed ${whole.seed}: ${violation?.message ?? 'nothing'}`,
    `  ${small.events.length} of ${whole.events.length} events are enough:`,
    ...small.events.map((event) => `    ${eventText(event)}`),
    `  settings: ${JSON.stringify(small.settings)}`,
    `  again: npm run simulate -- --seed ${whole.seed} --only ${numbers}`,
  ].join('\n');
}

function eventText({ id, atMs, do: what, ...rest }: ScheduledEvent): string {
  return `${id}  ${new Date(atMs).toISOString()}  ${what} ${JSON.stringify(rest)}`;
}

const NUMBER = new Intl.NumberFormat('en-US');
const [BEGIN, END] = ['<!-- figures of npm run simulate', '<!-- end of figures -->'];

/** The page with its figures anew. @throws Error when the page has no place for them */
export function pageWith(
  page: string,
  { rows }: Figures,
  { seed, schedules }: { seed: number; schedules: number },
): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no lines ${BEGIN} … --> and ${END}`);
  const table = [
    `${BEGIN} -- --schedules ${schedules} --seed ${seed} --page -->`,
    '',
    '| | |',
    '|---|---:|',
    ...rows.map(([what, count]) => `| ${what} | ${NUMBER.format(count)} |`),
    '',
  ];
  return `${page.slice(0, begin)}${table.join('\n')}\n${page.slice(end)}`;
}
