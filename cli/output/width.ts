import type { Sink } from './progress';

const [NARROWEST, WIDEST_PROSE] = [40, 120];
const WITHOUT_TERMINAL = 80;

/** Columns of a terminal; undefined for a file or a pipe, whose lines nobody breaks. */
export function columnsOf({ isTTY, columns }: Sink): number | undefined {
  return isTTY ? Math.max(NARROWEST, columns ?? WITHOUT_TERMINAL) : undefined;
}

/** Columns of a page of help: the terminal's, as far as lines can be read; for a pager those that COLUMNS says, else 80. */
export function helpWidth(sink: Sink, env: NodeJS.ProcessEnv): number {
  const columns = columnsOf(sink) ?? (Number(env.COLUMNS) || WITHOUT_TERMINAL);
  return Math.min(WIDEST_PROSE, Math.max(NARROWEST, columns));
}
