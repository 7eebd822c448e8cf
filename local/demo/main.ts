import { stop as stopBundler } from 'esbuild';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DcsError, UsageError } from '../../core/errors';
import { bundleFunctions } from '../../lambda/bundle';
import type { Layout } from '../../settings/batches';
import { synthesize } from '../deployment/synthesize';
import type { Deployment } from '../deployment/synthesized';
import { accountsOf, startLocalRun, type LocalRun } from '../localRun';
import { startParts, type Parts } from '../parts/startParts';
import { findTools, type Tools } from '../parts/tools';
import { tellDemo } from './demo';
import { Narrator } from './narrator';
import { DEMO_HELP, demoOptions } from './options';
import { withLayout } from './settings';
import { sayVerdict } from './verdict';

const BUNDLES = path.resolve(__dirname, '../../dist/lambda');
const CONFIG = path.join(__dirname, 'dcs.config.json');

async function main(): Promise<number> {
  // A word to this project's developers about Node 20, not to the one who watches the demo.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const options = demoOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(DEMO_HELP);
    return 0;
  }
  const narrator = new Narrator(options.isJson ? process.stderr : process.stdout);
  const interrupted = interruption();
  const [run, startSeconds] = await Promise.race([start(narrator, options.layout), interrupted]);
  try {
    const result = await Promise.race([tellDemo(narrator, run, options.items), run.died, interrupted]);
    const timed = { ...result, seconds: { start: startSeconds, ...result.seconds } };
    sayVerdict(narrator, timed);
    if (options.isJson) process.stdout.write(`${JSON.stringify(timed)}\n`);
    return timed.identical ? 0 : 1;
  } finally {
    await run.stop();
  }
}

async function start(narrator: Narrator, layout: Layout): Promise<[LocalRun, number]> {
  narrator.title('DCS on this machine: two accounts, no AWS');
  return narrator.stage(
    'started',
    async () => {
      const tools = await findTools(process.env, (line) => narrator.note(line));
      const { deployment, parts } = await bothOf(tools, layout);
      const onLog = (line: string) => narrator.note(line);
      return startLocalRun({ tools, deployment, parts, bundlesFolder: BUNDLES, onLog });
    },
    ({ tables, source, destination }) =>
      `tables ${[...tables.keys()].join(' and ')}; S3 of account ${source.accountId} (${source.region}) and ${destination.accountId} (${destination.region})`,
  );
}

/** The parts start while the stack is synthesized: neither takes both processors for long. When one fails, the other is ended. */
async function bothOf(tools: Tools, layout: Layout): Promise<{ deployment: Deployment; parts: Parts }> {
  const accounts = accountsOf(JSON.parse(await readFile(CONFIG, 'utf8')) as Parameters<typeof accountsOf>[0]);
  const starting = startParts(tools, accounts);
  starting.catch(() => undefined); // awaited below
  try {
    const deployment = await deploymentOf(layout);
    return { deployment, parts: await starting };
  } catch (error) {
    await starting.then((parts) => parts.stop()).catch(() => undefined);
    throw error;
  }
}

async function deploymentOf(layout: Layout): Promise<Deployment> {
  await bundleFunctions(BUNDLES); // What is synthesized holds what is bundled.
  await stopBundler(); // It would keep 300 MB to the end.
  return withLayout(CONFIG, layout, synthesize);
}

/** Ctrl-C, or a request to end. */
class InterruptedError extends DcsError {}

/** Rejects on Ctrl-C and on a request to end, so that everything is stopped in order. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new InterruptedError(`Stopped by ${signal}.`)));
    }
  });
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof DcsError ? error.message : String((error as Error).stack)}\n`);
    // Parts that were still being started end with this process.
    process.exit(error instanceof InterruptedError ? 130 : error instanceof UsageError ? 2 : 1);
  },
);
