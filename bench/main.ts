import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_RECORDS, BATCHES, HANDLERS, type Measured } from './capture';
import type { Received } from './sink';

const ROUNDS = 3;

function start(file: string, args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return fork(join(__dirname, file), args, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...quiet, ...env },
  });
}

/** The process's next message; an error when it ends without one. */
async function answer<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of the benchmark ended with ${String(code)} and no answer.`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
  ended.catch(() => undefined); // its end after the answer is as it should be
  return message;
}

/** Interleaved rounds (A B A B): what else the machine does falls on both. */
async function rounds(sink: ChildProcess, endpoint: string, ca: string): Promise<Map<string, Measured[]>> {
  const measured = new Map<string, Measured[]>();
  const expected = BATCHES * BATCH_RECORDS;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(HANDLERS)) {
      const result = await answer<Measured>(start('round.ts', [name, endpoint], { NODE_EXTRA_CA_CERTS: ca }));
      sink.send('received?');
      const { puts, objects, damaged } = await answer<Received>(sink);
      if (puts !== expected || objects !== expected || damaged > 0)
        throw new Error(
          `${name}: ${puts} puts of ${objects} objects, ${damaged} damaged; expected ${expected} of each.`,
        );
      console.error(`round ${round + 1}: ${name} ${JSON.stringify(result)}`);
      measured.set(name, [...(measured.get(name) ?? []), result]);
    }
  }
  return measured;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dcs-bench-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = `req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1`;
  execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const sink = start('sink.ts', [key, cert]);
  try {
    const endpoint = `https://127.0.0.1:${await answer<number>(sink)}`;
    const medians = [...(await rounds(sink, endpoint, cert))].map(([handler, all]) => ({
      handler,
      recordsPerSecond: Math.round(median(all.map(({ recordsPerSecond }) => recordsPerSecond))),
      cpuSecondsPer10k: Number(median(all.map(({ cpuSecondsPer10k }) => cpuSecondsPer10k)).toFixed(2)),
      peakMb: Math.round(median(all.map(({ peakMb }) => peakMb))),
    }));
    if (process.argv.includes('--json')) console.log(JSON.stringify({ workload: 'capture', medians }));
    else console.table(medians);
  } finally {
    sink.kill();
    rmSync(folder, { recursive: true });
  }
}

void main();
