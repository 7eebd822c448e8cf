import { printableLines } from '../../core/printable';
import type { Colours } from './colours';
import { fitted } from './fitted';
import {
  noProgress,
  plainProgress,
  realTicker,
  terminalProgress,
  type Progress,
  type Sink,
  type Ticker,
} from './progress';
import { columnsOf } from './width';

/** One JSON line of the contract. The type says which fields follow. */
export interface OutputRecord {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Where a command's words go: stdout is data, stderr is talk. */
export interface Output {
  readonly json: boolean;
  /** Colours of stdout. */
  readonly colours: Colours;
  /** Of stdout, where it is a terminal. */
  readonly columns?: number;
  /** A result: one JSON line with --json, else the text. Text undefined: nothing for a human reader. */
  result(record: OutputRecord, text?: string): void;
  /** What comes is drawn at the top of an empty screen, where stdout is a terminal. */
  newScreen(): void;
  /** What a human wants to know meanwhile. */
  say(text: string): void;
  /** Why a command ends here: said with --quiet, too. */
  fail(text: string): void;
  /** Counts with rate and time left, when the total is known. @param mostMs after which it is given up */
  progress(label: string, total?: number, mostMs?: number): Progress;
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J';

export function outputTo(options: {
  stdout: Sink;
  stderr: Sink;
  json: boolean;
  colours: Colours;
  nowMs: () => number;
  ticker?: Ticker;
  isQuiet?: boolean;
}): Output & { readonly close: () => void } {
  const { stdout, stderr, json, nowMs, ticker = realTicker, isQuiet = false } = options;
  let current: Progress = noProgress;
  const print = (sink: Sink, text: string) => {
    current.clear();
    sink.write(`${text}\n`);
  };
  const printText = (sink: Sink, text: string) => {
    const [shown, columns] = [printableLines(text), columnsOf(sink)];
    print(sink, columns === undefined ? shown : fitted(shown, columns));
  };
  return {
    json,
    colours: options.colours,
    columns: columnsOf(stdout),
    result(record, text) {
      if (json) print(stdout, printableLines(JSON.stringify(record)));
      else if (text !== undefined) printText(stdout, text);
    },
    newScreen() {
      if (stdout.isTTY) stdout.write(CLEAR_SCREEN);
    },
    say(text) {
      if (!isQuiet) printText(stderr, text);
    },
    fail: (text) => printText(stderr, text),
    progress(label, total, mostMs) {
      current.stop();
      if (isQuiet) return noProgress;
      current = (stderr.isTTY ? terminalProgress : plainProgress)(stderr, { label, total, mostMs, nowMs, ticker });
      return current;
    },
    close: () => current.stop(),
  };
}
