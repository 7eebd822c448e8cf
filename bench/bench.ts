import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VARIABLES } from '../core/functionVariables';
import { bundleContenders, startBundle } from './bundles';
import type { Cost, Task } from './contenders/subject';
import { BUCKETS, TABLE } from './sink/items';
import type { Received, SinkSettings } from './sink/state';
import type { Bench } from './workload';

const REGION = 'eu-central-1';
/** Processes run as they would by themselves; `node --cpu-prof --import tsx bench/main.ts` leaves a profile of each. */
const execArgv = process.execArgv.filter((arg) => arg.startsWith('--cpu-prof'));

/** A bench with its sink under way. Call `close` at the end. */
export async function openBench(contenderFiles: readonly string[]): Promise<Bench & { close(): void }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dcs-bench-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    await bundleContenders(folder, [...contenderFiles, 'starter']);
    const [key, cert] = makeCertificate(folder);
    const sink = fork(path.join(folder, 'main.js'), [key, cert], { execArgv });
    const endpoint = `https://127.0.0.1:${await answer<number>(sink)}`;
    const settingsFile = writeSettings(folder, endpoint);
    const surroundings = { ...process.env, ...environment(endpoint, cert) };

    return {
      async run({ file, does = '', env }, { task, sink: sinkSettings }) {
        const whole: Task = { ...task, endpoint, settingsFile };
        const args = [JSON.stringify(whole), does];
        await setSink(sink, { ...sinkSettings, items: task.warmUpItems });
        const child = fork(path.join(folder, `${file}.js`), args, { execArgv, env: { ...surroundings, ...env } });
        try {
          await answer(child); // it is warm
          await setSink(sink, sinkSettings);
          child.send('go');
          const cost = await answer<Cost>(child);
          if (child.exitCode === null) await once(child, 'exit');
          sink.send('received?');
          return { cost, received: await answer<Received>(sink) };
        } finally {
          child.kill();
        }
      },
      bundle: (kind) => startBundle(folder, kind),
      async start(file) {
        await setSink(sink, { items: 1, hasImages: false, latencyMs: 0, jitterMs: 0 });
        return answer(fork(path.join(folder, 'starter.js'), [file], { execArgv, env: surroundings }));
      },
      close() {
        sink.kill();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function setSink(sink: ChildProcess, settings: SinkSettings): Promise<void> {
  sink.send(settings);
  await answer(sink);
}

/** A process's next message; an error when it ends without one. */
async function answer<Message>(child: ChildProcess): Promise<Message> {
  const given = new AbortController();
  const { signal } = given;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A process of the benchmark ended with ${String(code)} and no answer.`);
  });
  ended.catch(() => undefined); // no longer of interest once there is an answer
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Message];
    return message;
  } finally {
    given.abort();
  }
}

function makeCertificate(folder: string): [key: string, cert: string] {
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1';
  execFileSync('openssl', [...request.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return [key, cert];
}

function environment(endpoint: string, cert: string): NodeJS.ProcessEnv {
  const { source } = BUCKETS;
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'AKIDBENCH',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    NODE_EXTRA_CA_CERTS: cert,
    AWS_CA_BUNDLE: cert,
    [VARIABLES.bucketName]: source,
    [VARIABLES.tableName]: TABLE.tableName,
    [VARIABLES.partitionKey]: TABLE.keySchema.partitionKey,
  };
}

function writeSettings(folder: string, endpoint: string): string {
  const file = path.join(folder, 'dcs.config.json');
  const settings = {
    source: { accountId: '111111111111', region: REGION, endpoint, bucketName: BUCKETS.source },
    destination: { accountId: '222222222222', region: 'eu-west-1', endpoint, bucketName: BUCKETS.destination },
    tables: [{ name: TABLE.tableName, partitionKey: { name: TABLE.keySchema.partitionKey, type: 'S' } }],
  };
  writeFileSync(file, JSON.stringify(settings));
  return file;
}
