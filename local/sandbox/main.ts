import { stop as stopBundler } from 'esbuild';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DcsError, UsageError } from '../../core/errors';
import { bundleFunctions } from '../../lambda/bundle';
import { seededRandom } from '../demo/workload';
import { synthesize } from '../deployment/synthesize';
import type { DeployedTable, Deployment } from '../deployment/synthesized';
import { startEngineGateway } from '../engine/gateway';
import { startLocalEngine } from '../engine/localEngine';
import { startLocalRun, type LocalRun } from '../localRun';
import { findTools } from '../parts/tools';
import { leftovers } from './leftovers';
import { SANDBOX_HELP, sandboxOptions } from './options';
import { runShell } from './shell';
import { tellStory } from './story';
import { thingsToTry, type Thing } from './things';
import { Shop } from './traffic';
import { makeWorkspace, type Workspace } from './workspace';

const BUNDLES = path.resolve(__dirname, '../../dist/lambda');
/** As the deployed schedule has it. */
const HEARTBEAT_MS = 5 * 60_000;
const CONFIG = path.join(__dirname, 'dcs.config.json');

async function main(): Promise<number> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const options = sandboxOptions(process.argv.slice(2));
  if (!options) {
    process.stdout.write(SANDBOX_HELP);
    return 0;
  }
  const ended = interruption();
  say('Two accounts on this machine, and a shop in them; about a quarter of a minute.');
  for (const folder of await leftovers(tmpdir()))
    say(`A sandbox that was killed has left ${folder}; it can go: rm -r ${folder}`);
  const tools = await findTools(process.env, say);
  await bundleFunctions(BUNDLES); // What is synthesized holds what is bundled.
  const synthesized = await synthesize(CONFIG);
  const deployment = { ...synthesized, tables: synthesized.tables.map(givingUpAtOnce) };
  const gateway = await startEngineGateway();
  const run = await startLocalRun({
    ...{ tools, deployment, bundlesFolder: BUNDLES, onLog: () => undefined },
    destinationCallPort: gateway.port,
  });
  gateway.target = run.destination.endpoint;
  const shop = new Shop(run, seededRandom(7));
  let workspace: Workspace | undefined;
  let engine: Awaited<ReturnType<typeof playEngine>>;
  try {
    workspace = await makeWorkspace(run, deployment);
    engine = await playEngine(run, deployment, { gateway, dynamoDbEndpoint: workspace.dynamoDbEndpoint });
    await stopBundler(); // It would keep its memory to the end.
    await run.refreshTableDefinitions();
    await shop.open();
    shop.startTraffic((error) => say(`The traffic has stopped: ${error.message}`));
    await run.playHeartbeat();
    const heart = setInterval(() => void run.playHeartbeat().catch(() => undefined), HEARTBEAT_MS);
    ended.addEventListener('abort', () => clearInterval(heart));
    const things = thingsToTry(await tellStory(shop));
    await workspace.writeThings(things);
    say(introduction(things, workspace));
    return await Promise.race([stayUp(workspace, options.run, ended), run.died]);
  } finally {
    await shop.close().catch(() => undefined);
    await engine?.stop();
    await run.stop();
    await gateway.stop();
    await workspace?.remove();
    say('The sandbox is gone.');
  }
}

/** The distributed engine of the destination account. */
async function playEngine(
  { destination }: LocalRun,
  { engine: deployed }: Deployment,
  reached: Pick<Parameters<typeof startLocalEngine>[0], 'gateway' | 'dynamoDbEndpoint'>,
) {
  return deployed && startLocalEngine({ deployed, account: destination, bundlesFolder: BUNDLES, ...reached });
}

async function stayUp(workspace: Workspace, command: string | undefined, ended: AbortSignal): Promise<number> {
  if (command === undefined && !process.stdin.isTTY) {
    say(`Up until it is ended (process ${process.pid}). Elsewhere: cd ${workspace.folder} && . ./env.sh`);
    if (!ended.aborted) await once(ended, 'abort');
    return 0;
  }
  const { code } = await runShell(workspace, command, ended);
  return code;
}

/** There is one to see parked: nothing is tried again. */
function givingUpAtOnce(table: DeployedTable): DeployedTable {
  const eventSourceMapping = {
    ...table.eventSourceMapping,
    maximumRetryAttempts: 0,
    bisectBatchOnFunctionError: false,
  };
  return { ...table, eventSourceMapping };
}

function introduction(things: readonly Thing[], { folder }: Workspace): string {
  const lines = things.flatMap(({ does, steps }, i) => [
    `${i + 1}. ${does}`,
    ...steps.map(({ command }) => `     ${command}`),
  ]);
  return [
    '',
    'customers, orders and visits, captured and replicated; somebody goes on buying. Seven things to try (also: sh try/1.sh):',
    '',
    ...lines,
    '',
    'Tables, streams and objects are all there is: dcs check misses functions, schedules, alarms, locks and settings of',
    'buckets, and dcs status the mapping, the locks and the oldest replica. The rest of what they say holds.',
    `This shell is in ${folder}; npx dcs --help lists what else there is. exit ends everything.`,
    '',
  ].join('\n');
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Aborted by a request to end. At a terminal Ctrl-C is the shell's: what runs in it ends, and the sandbox stays. */
function interruption(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
  return ended.signal;
}

main().then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof DcsError ? error.message : String((error as Error).stack)}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
