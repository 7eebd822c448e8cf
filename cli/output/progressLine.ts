import { count, duration } from '../../core/units';

export interface ProgressState {
  readonly label: string;
  /** As far as it was known beforehand: DynamoDB's own count of a table is hours old. */
  readonly total?: number;
  readonly done: number;
  readonly perSecond: number;
  readonly elapsedMs: number;
  /** It is given up after so long, whatever is done by then. */
  readonly mostMs?: number;
  readonly isOver?: boolean;
}

/** Before it an estimate would jump. */
const FIRST_ESTIMATE_MS = 3_000;

/** `label  1,200 of 5,000 (24 %)  350/s  3 s so far  11 s left`; without a total that was passed, which was none. */
export function progressLine(state: ProgressState): string {
  const { label, total, done, perSecond, elapsedMs, mostMs = Infinity, isOver = false } = state;
  const known = total !== undefined && done <= total ? total : undefined;
  const share = known ? ` (${Math.floor((done / known) * 100)} %)` : '';
  const counts = known === undefined ? count(done) : `${count(done)} of ${count(known)}${share}`;
  const isCounted = done > 0 || total !== undefined;
  const leftMs = known === undefined ? NaN : Math.min(((known - done) * 1_000) / perSecond, mostMs - elapsedMs);
  const isEstimated = !isOver && leftMs > 0 && leftMs < Infinity && elapsedMs >= FIRST_ESTIMATE_MS;
  return [
    label,
    ...(isCounted ? [counts, `${rateText(perSecond)}/s`] : []),
    isOver ? `in ${duration(elapsedMs)}` : `${duration(Math.floor(elapsedMs / 1_000) * 1_000)} so far`,
    ...(isEstimated ? [`${timeLeft(leftMs / 1_000, mostMs - elapsedMs)} left`] : []),
  ].join('  ');
}

function rateText(perSecond: number): string {
  return perSecond < 9.95 ? String(Math.round(perSecond * 10) / 10) : count(Math.round(perSecond));
}

/** In steps of about a tenth, so that the last digit does not flicker. */
function timeLeft(seconds: number, mostMs: number): string {
  const step = [1, 5, 10, 30, 60, 300, 600].find((each) => seconds < each * 15) ?? 3_600;
  return duration(Math.min(Math.max(1, Math.round(seconds / step)) * step * 1_000, Math.ceil(mostMs / 1_000) * 1_000));
}
