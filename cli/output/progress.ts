import { progressLine } from './progressLine';
import { Rate } from './rate';

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
  /** Draws nothing any more, and does not say how far it came. */
  stop(): void;
}

/** Calls again and again, without keeping the process alive; returns what ends that. */
export type Ticker = (everyMs: number, tick: () => void) => () => void;

export interface ProgressOptions {
  readonly label: string;
  readonly total?: number;
  /** It is given up after so long. */
  readonly mostMs?: number;
  readonly nowMs: () => number;
  readonly ticker: Ticker;
}

const nothing = () => undefined;
export const noProgress: Progress = { add: nothing, end: nothing, clear: nothing, stop: nothing };

export const realTicker: Ticker = (everyMs, tick) => {
  const timer = setInterval(tick, everyMs).unref();
  return () => clearInterval(timer);
};

/** One line that is drawn again and again, while nothing comes, too. */
export function terminalProgress(sink: Sink, options: ProgressOptions): Progress {
  return progress(
    options,
    { drawMs: 100, waitMs: 1_000 },
    {
      draw: (line) => sink.write(`\r\u001b[K${line.slice(0, (sink.columns ?? 80) - 1)}`),
      last: (line) => sink.write(`\r\u001b[K${line}\n`),
      clear: () => sink.write('\r\u001b[K'),
    },
  );
}

/** A line every few seconds, for logs, and every half minute while nothing comes; nothing at all for what takes no time. */
export function plainProgress(sink: Sink, options: ProgressOptions): Progress {
  let lines = 0;
  return progress(
    options,
    { drawMs: 5_000, waitMs: 30_000 },
    {
      draw: (line) => {
        lines += 1;
        sink.write(`${line}\n`);
      },
      last: (line) => lines > 0 && sink.write(`${line}\n`),
      clear: nothing,
    },
  );
}

interface Screen {
  readonly draw: (line: string) => void;
  readonly last: (line: string) => void;
  readonly clear: () => void;
}

/** @param pace how often a line is drawn at most, and how long one stands at most */
function progress(
  { label, total, mostMs, nowMs, ticker }: ProgressOptions,
  { drawMs, waitMs }: { readonly drawMs: number; readonly waitMs: number },
  screen: Screen,
): Progress {
  const startedAtMs = nowMs();
  const rate = new Rate(startedAtMs);
  let [done, drawnAtMs, isOver] = [0, startedAtMs, false];
  const line = (atMs: number) => {
    const elapsedMs = atMs - startedAtMs;
    const perSecond = isOver && elapsedMs > 0 ? (done * 1_000) / elapsedMs : rate.perSecond;
    return progressLine({ label, total, done, perSecond, elapsedMs, mostMs, isOver });
  };
  const draw = (items: number, everyMs: number) => {
    const atMs = nowMs();
    done += items;
    rate.add(items, atMs);
    if (isOver || atMs - drawnAtMs < everyMs) return;
    drawnAtMs = atMs;
    screen.draw(line(atMs));
  };
  const stopTicking = ticker(waitMs, () => draw(0, waitMs));
  const stop = () => {
    stopTicking();
    isOver = true;
  };
  return {
    add: (items) => draw(items, drawMs),
    end() {
      if (isOver) return;
      stop();
      screen.last(line(nowMs()));
    },
    clear() {
      if (!isOver) screen.clear();
    },
    stop,
  };
}
