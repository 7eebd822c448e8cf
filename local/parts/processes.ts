import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { DcsError } from '../../core/errors';

/** A server that runs as a child process. */
export interface Part {
  readonly endpoint: string;
  /** Never resolves; rejects with the last lines of its output when the part ends without having been stopped. */
  readonly died: Promise<never>;
  /** Resolves when the process and all that it started have ended. Can be called again. */
  stop(): Promise<void>;
}

/** A program, and the first of its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]];

interface PartSettings {
  /** For messages. */
  readonly name: string;
  readonly command: CommandLine;
  /** HTTP; any answer counts. */
  readonly endpoint: string;
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly startLimitMs?: number;
}

const START_LIMIT_MS = 180_000;
const POLL_PAUSE_MS = 50;
const POLL_LIMIT_MS = 5_000;
const LAST_LINES = 15;

/**
 * Runs the command until its standard input ends, then ends its whole process group: a command may be a script that
 * starts the real server. The pipe ends when this process stops the part, and also when this process is killed in
 * whatever way, so that no orphan is left. `read` is the shell's own, so nothing else is left waiting either.
 */
export const UNTIL_STDIN_ENDS = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(read -r _ <&3; kill -9 0) >/dev/null 2>&1 &
watch=$!
wait $child
code=$?
kill $watch 2>/dev/null
exit $code
`;

/**
 * Starts a server and waits until it answers HTTP.
 *
 * @throws DcsError with its last output when it ends before, or does not answer in time
 */
export async function startPart(part: PartSettings): Promise<Part> {
  const child = spawn('/bin/sh', ['-c', UNTIL_STDIN_ENDS, 'sh', ...part.command], {
    cwd: part.workingDirectory,
    env: { ...process.env, ...part.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C reaches this process alone, which then stops its parts in order.
    detached: true,
  });
  const output = lastLines(child);
  let isStopping = false;
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const died = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new DcsError(`${part.name} could not be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code, signal) => {
      if (!isStopping)
        reject(new DcsError(`${part.name} ended with ${code ?? signal ?? 'nothing'}. Its last output:\n${output()}`));
    });
  });
  died.catch(() => undefined); // told to whoever waits for it
  child.stdin.on('error', () => undefined); // the pipe of a part that has already ended
  const stop = async () => {
    isStopping = true;
    child.stdin.end();
    await exited;
  };

  const polling = new AbortController();
  try {
    await Promise.race([untilItAnswers(part, output, polling.signal), died]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    polling.abort();
  }
  return { endpoint: part.endpoint, died, stop };
}

async function untilItAnswers(
  { endpoint, name, startLimitMs = START_LIMIT_MS }: PartSettings,
  output: () => string,
  cancelled: AbortSignal,
): Promise<void> {
  const limitMs = Date.now() + startLimitMs;
  while (!cancelled.aborted) {
    try {
      await (await fetch(endpoint, { signal: AbortSignal.timeout(POLL_LIMIT_MS) })).arrayBuffer();
      return;
    } catch (cause) {
      if (Date.now() > limitMs) {
        throw new DcsError(
          `${name} did not answer at ${endpoint} within ${startLimitMs / 1000} s. Its last output:\n${output()}`,
          { cause },
        );
      }
      await delay(POLL_PAUSE_MS);
    }
  }
}

function lastLines(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
    });
  }
  return () => lines.join('\n') || '(none)';
}
