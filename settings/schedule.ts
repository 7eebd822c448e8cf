/**
 * Whether EventBridge takes a cron expression: six fields with values that there are, and a question mark in just one of the
 * two that name days (EventBridge user guide, eb-scheduled-rule-pattern). Terraform does not look: the apply would stop.
 */
export function isCron(expression: string): boolean {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.split(' ') ?? [];
  if (fields.length !== FIELDS.length) return false;
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return false;
  return FIELDS.every((field, index) => isField(fields[index] ?? '', field)) && isSometimes(fields);
}

/** Days of each month, in a leap year. */
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Not so of a day that no month has of those that are named: 30 February. */
function isSometimes([, , days = '', months = '']: readonly string[]): boolean {
  const earliest = Math.min(...days.split(',').map((part) => Number(/^\d+/.exec(part)?.[0] ?? 1)));
  const latest = DAYS_OF_MONTHS.filter((_, index) => months.split(',').some((part) => holds(part, index + 1)));
  return latest.some((most) => earliest <= most);
}

/** Whether a part of the months names one: a value, a range, or all, with or without a step. */
function holds(part: string, month: number): boolean {
  const [range = '', step] = part.split('/');
  const ends = range === '*' ? [1, 12] : range.split('-').map((end) => valueOf(end, MONTH));
  const [first = NaN, last = step === undefined ? first : 12] = ends;
  return month >= first && month <= last && (month - first) % Number(step ?? 1) === 0;
}

interface Field {
  readonly from: number;
  readonly to: number;
  /** Names in the place of numbers, from `from` on. */
  readonly names?: readonly string[];
  /** What else there may be. */
  readonly special?: RegExp;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');
const MONTH: Field = { from: 1, to: 12, names: MONTHS };
const FIELDS: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31, special: /^(\?|L|LW|([1-9]|[12]\d|3[01])W)$/ },
  MONTH,
  { from: 1, to: 7, names: DAYS, special: /^(\?|L|[1-7]L|[1-7]#[1-5])$/ },
  { from: 1970, to: 2199 },
];

function isField(text: string, field: Field): boolean {
  if (field.special?.test(text) === true) return true;
  return text.split(',').every((part) => isPart(part, field));
}

/** A value, a range, or all, with or without a step. */
function isPart(part: string, field: Field): boolean {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => valueOf(end, field));
  const [first = NaN, last = first] = ends;
  return ends.length <= 2 && first >= field.from && last <= field.to && first <= last;
}

function valueOf(text: string, { from, names = [] }: Field): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toUpperCase());
  return index === -1 ? NaN : from + index;
}
