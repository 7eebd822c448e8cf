import path from 'node:path';
import { DcsError } from '../../core/errors';
import { bundleFunctions } from '../../lambda/bundle';
import { synthesize } from '../deployment/synthesize';
import { startLocalRun, type LocalRun } from '../localRun';
import { findTools } from '../parts/tools';
import { tellDemo, type DemoResult } from './demo';
import { Narrator } from './narrator';
import { DEMO_HELP, DemoUsageError, demoOptions, type DemoOptions } from './options';

const BUNDLES = path.resolve(__dirname, '../../dist/lambda');
const CONFIG = path.join(__dirname, 'dcs.config.json');

async function main(): Promise<number> {
  const options = demoOptions(process.argv.slice(2));
  if (options.isHelp) {
    process.stdout.write(DEMO_HELP);
    return 0;
  }
  const narrator = new Narrator(options.isJson ? process.stderr : process.stdout);
  const interrupted = interruption();
  const [run, start] = await startParts(narrator);
  try {
    const result = await Promise.race([tellDemo(narrator, run, options.items), run.died, interrupted]);
    return verdict(narrator, options, { ...result, seconds: { start, ...result.seconds } });
  } finally {
    await run.stop();
  }
}

async function startParts(narrator: Narrator): Promise<[LocalRun, number]> {
  narrator.title('DCS on this machine: two accounts, no AWS');
  return narrator.stage(
    'started',
    async () => {
      const tools = await findTools(process.env, (line) => narrator.note(line));
      const [deployment] = await Promise.all([synthesize(CONFIG), bundleFunctions(BUNDLES)]);
      return startLocalRun({ tools, deployment, bundlesFolder: BUNDLES, onLog: (line) => narrator.note(line) });
    },
    ({ tables, source, destination }) =>
      `tables ${[...tables.keys()].join(' and ')}; S3 of account ${source.accountId} (${source.region}) and ${destination.accountId} (${destination.region})`,
  );
}

function verdict(narrator: Narrator, { isJson }: DemoOptions, result: DemoResult): number {
  const { changes, images, replicas, restored, identical, differences } = result;
  const counts = `${changes} changes, ${images} images, ${replicas} replicas, ${restored.latest} + ${restored.earlier} items restored, in ${narrator.totalSeconds().toFixed(0)} s`;
  if (identical) narrator.good(`Identical. ${counts}.`);
  else {
    narrator.bad(`NOT identical: ${differences.length} differences. ${counts}.`);
    for (const difference of differences.slice(0, 20)) narrator.note(difference);
    if (differences.length > 20) narrator.note(`… and ${differences.length - 20} more`);
  }
  if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
  return identical ? 0 : 1;
}

/** Rejects on Ctrl-C and on a request to end, so that everything is stopped in order. */
function interruption(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new DcsError(`stopped by ${signal}`)));
    }
  });
}

main().then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof DcsError ? error.message : String((error as Error).stack)}\n`);
    process.exitCode = error instanceof DemoUsageError ? 2 : 1;
  },
);
