import { count, duration } from '../../core/units';

/** The part of a stream that is written to. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Counts what has been done. */
export interface Progress {
  add(items: number): void;
  /** Writes the last state and ends the line. */
  end(): void;
  /** Makes room for another line; a terminal's line is drawn again afterwards. */
  clear(): void;
}

interface ProgressOptions {
  readonly label: string;
  readonly total?: number;
  readonly nowMs: () => number;
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 5_000;

export const noProgress: Progress = { add: () => undefined, end: () => undefined, clear: () => undefined };

/** One line that is drawn again and again. */
export function terminalProgress(sink: Sink, options: ProgressOptions): Progress {
  const erase = () => sink.write('\r\u001b[K');
  return progress(options, REDRAW_MS, {
    draw: (line) => sink.write(`\r\u001b[K${line.slice(0, (sink.columns ?? 80) - 1)}`),
    last: (line) => sink.write(`\r\u001b[K${line}\n`),
    clear: () => void erase(),
  });
}

/** A line every few seconds, for logs; nothing at all for what takes no time. */
export function plainProgress(sink: Sink, options: ProgressOptions): Progress {
  let lines = 0;
  return progress(options, PLAIN_LINE_MS, {
    draw: (line) => {
      lines += 1;
      sink.write(`${line}\n`);
    },
    last: (line) => lines > 0 && sink.write(`${line}\n`),
    clear: () => undefined,
  });
}

function progress(
  { label, total, nowMs }: ProgressOptions,
  everyMs: number,
  screen: { draw: (line: string) => void; last: (line: string) => void; clear: () => void },
): Progress {
  const startedAtMs = nowMs();
  let [done, drawnAtMs, isOver] = [0, startedAtMs, false];
  return {
    add(items) {
      done += items;
      if (isOver || nowMs() - drawnAtMs < everyMs) return;
      drawnAtMs = nowMs();
      screen.draw(progressLine({ label, total, done, elapsedMs: drawnAtMs - startedAtMs }));
    },
    end() {
      if (!isOver) screen.last(progressLine({ label, total, done, elapsedMs: nowMs() - startedAtMs, isOver: true }));
      isOver = true;
    },
    clear: () => isOver || screen.clear(),
  };
}

/** `label  1,200 of 5,000 (24 %)  350/s  11 s left` */
export function progressLine(state: {
  label: string;
  total?: number;
  done: number;
  elapsedMs: number;
  isOver?: boolean;
}): string {
  const { label, total, done, elapsedMs, isOver = false } = state;
  const perSecond = elapsedMs > 0 ? (done * 1_000) / elapsedMs : 0;
  const percent = total === undefined || total === 0 ? '' : ` (${Math.floor((done / total) * 100)} %)`;
  const parts = [
    total === undefined ? `${label}  ${count(done)}` : `${label}  ${count(done)} of ${count(total)}${percent}`,
    `${count(Math.round(perSecond))}/s`,
    ...(isOver ? [`in ${duration(elapsedMs)}`] : []),
    ...(!isOver && total !== undefined && perSecond > 0 && done < total
      ? [`${duration(((total - done) / perSecond) * 1_000)} left`]
      : []),
  ];
  return parts.join('  ');
}
