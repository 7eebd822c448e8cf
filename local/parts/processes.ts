import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { DcsError } from '../../core/errors';

/** A server that runs as a child process. */
export interface Part {
  readonly endpoint: string;
  /** Never resolves; rejects with the last lines of its output when the part ends without having been stopped. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

interface Command {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const START_LIMIT_MS = 60_000;
const LAST_LINES = 15;

/**
 * Runs the command until its standard input ends. The pipe ends when this process stops the part, and also when this
 * process is killed, so that no orphan is left. `read` is the shell's own, so nothing else is left waiting either.
 */
const UNTIL_STDIN_ENDS = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
(read -r _ <&3; kill -9 $child 2>/dev/null) >/dev/null 2>&1 &
watch=$!
wait $child
code=$?
kill $watch 2>/dev/null
exit $code
`;

/** Starts a server and waits until it answers HTTP. */
export async function startPart(part: Command & { endpoint: string }): Promise<Part> {
  const child = spawn('/bin/sh', ['-c', UNTIL_STDIN_ENDS, 'sh', part.command, ...part.args], {
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
    child.once('close', (code) => {
      if (!isStopping)
        reject(new DcsError(`${part.name} ended with ${code ?? 'a signal'}. Its last output:\n${output()}`));
    });
  });
  died.catch(() => undefined); // told to whoever waits for it
  const stop = async () => {
    isStopping = true;
    child.stdin.end();
    await exited;
  };
  child.stdin.on('error', () => undefined); // the pipe of a part that has already ended

  try {
    await Promise.race([answers(part.endpoint, part.name), died]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint: part.endpoint, died, stop };
}

/** A TCP port on the loopback address that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(endpoint: string, name: string): Promise<void> {
  const limitMs = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      await (await fetch(endpoint)).arrayBuffer();
      return;
    } catch (cause) {
      if (Date.now() > limitMs)
        throw new DcsError(`${name} did not answer at ${endpoint} within ${START_LIMIT_MS / 1000} s`, { cause });
      await delay(50);
    }
  }
}

function lastLines(child: ChildProcess): () => string {
  let lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines = [...lines, ...text.split('\n').filter((line) => line.trim() !== '')].slice(-LAST_LINES);
    });
  }
  return () => lines.join('\n') || '(none)';
}
