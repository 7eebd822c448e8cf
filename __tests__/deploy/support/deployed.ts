import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { s3Client } from '../../../aws/s3Client';
import { playDeployment, type LocalRun } from '../../../local/localRun';
import { startParts, type Parts } from '../../../local/parts/startParts';
import { findTools } from '../../../local/parts/tools';
import { loadSettings } from '../../../settings/load';
import type { Settings } from '../../../settings/schema';
import { readCalls, RECORDING, type Call } from './calls';
import { startProviderPool, type ProviderPool } from './providerPool';
import { AWS_PROVIDER_VERSION, awsProvider, PLUGIN_CACHE } from './providers';
import { awsSettings, readDeployment } from './readDeployment';
import { SIDES, settingsFor, type Way } from './settings';
import { stackFolder, terraformEnvironment, type StackFolder } from './terraform';

const PROJECT = path.resolve(__dirname, '../../..');

/** A resource of the synthesized JSON. */
export interface Asked {
  readonly address: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Stacks that Terraform has applied to two emulated accounts. */
export interface Deployed {
  readonly parts: Parts;
  /** In the order in which they were applied. */
  readonly stacks: readonly StackFolder[];
  /** Of all stacks. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What has to be told to every command on a stack. */
  readonly variables: (stack: StackFolder) => Readonly<Record<string, string>>;
  /** Where a stack's files are. */
  readonly folderOf: (stack: StackFolder) => string;
  /** Every call that the provider has made. */
  readonly calls: () => Promise<Call[]>;
  /** Everything of a type that was asked for, in all stacks, as it stands in the synthesized JSON. */
  readonly asked: (type: string) => Promise<Asked[]>;
  /** As they were synthesized last. */
  settings(): Settings;
  /** Synthesizes the stacks anew, with these settings on top. */
  change(settings: object): Promise<readonly StackFolder[]>;
  /** Plays what moto does not: streams, the functions, replication. By what the accounts say that they are set to. */
  play(onLog: (line: string) => void): Promise<LocalRun>;
  remove(): Promise<void>;
}

/** Synthesizes, has Terraform apply, one stack after the other: the destination first. */
export async function deploy(way: Way): Promise<Deployed> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-deploy-'));
  const tools = await findTools(process.env, console.warn);
  const parts = await startParts(tools, {
    sourceAccountId: SIDES.source.accountId,
    sourceRegion: SIDES.source.region,
    destinationAccountId: SIDES.destination.accountId,
    destinationRegion: SIDES.destination.region,
  });
  let run: LocalRun | undefined;
  const pools = new Map<string, Promise<ProviderPool>>();
  const poolOf = (stack: string) => {
    const pool =
      pools.get(stack) ??
      startProviderPool(awsProvider(), stack, PROVIDERS_ENVIRONMENT, callLog(stack), typesEverIn(stack));
    pools.set(stack, pool);
    return pool;
  };
  const remove = async () => {
    for (const pool of pools.values()) await (await pool).stop();
    await (run ?? parts).stop();
    await rm(folder, { recursive: true });
  };
  try {
    const writeSettings = (settings: object) =>
      writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
    await writeSettings(settingsFor(way, parts));
    const stacks = await synthesize(folder, parts, poolOf);
    let outputs: Record<string, unknown> = {};
    const variables = variablesFrom(() => outputs);
    for (const stack of stacks) {
      await stack.init();
      await stack.apply(variables(stack));
      outputs = { ...outputs, ...(await stack.outputs()) };
    }
    const play = async (onLog: (line: string) => void) => {
      const deployment = await readDeployment(parts, outputs);
      await dropDenials(parts);
      const bundlesFolder = path.join(PROJECT, 'dist/lambda');
      run = await playDeployment(parts, { deployment, bundlesFolder, onLog, retryPauseMs: 20 });
      return run;
    };
    const change = async (settings: object) => {
      await writeSettings({ ...settingsFor(way, parts), ...settings });
      return synthesize(folder, parts, poolOf);
    };
    const folderOf = ({ name }: StackFolder) => stackPath(folder, name);
    const asked = async (type: string) =>
      (await Promise.all(stacks.map((stack) => resourcesIn(folderOf(stack), type)))).flat();
    const settings = () => loadSettings(path.join(folder, 'dcs.config.json'));
    const calls = async () => (await Promise.all([...pools.keys()].map((stack) => readCalls(callLog(stack))))).flat();
    return { parts, stacks, outputs, variables, folderOf, calls, asked, settings, change, play, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * moto does not look at the conditions of a bucket policy: "no request without TLS" refuses every request. What the
 * policies say is tested by evaluation (docs/security.md).
 */
async function dropDenials({ source, destination }: Parts): Promise<void> {
  for (const account of [source, destination]) {
    const Bucket = SIDES[account === source ? 'source' : 'destination'].bucketName;
    await s3Client(awsSettings(account)).send(new DeleteBucketPolicyCommand({ Bucket }));
  }
}

/** In two stacks, the source has to be told the destination's key, as the destination's `next_steps` say. */
function variablesFrom(outputs: () => Readonly<Record<string, unknown>>): Deployed['variables'] {
  return ({ name }): Readonly<Record<string, string>> => {
    const { destination_key_arn: keyArn } = outputs();
    if (!name.endsWith('-source') || typeof keyArn !== 'string') return {};
    return { destination_key_arn: keyArn };
  };
}

async function resourcesIn(stack: string, type: string): Promise<Asked[]> {
  const { resource } = JSON.parse(await readFile(path.join(stack, 'cdk.tf.json'), 'utf8')) as {
    resource: Record<string, Record<string, Asked['body']> | undefined>;
  };
  return Object.entries(resource[type] ?? {}).map(([id, body]) => ({ address: `${type}.${id}`, body }));
}

/** Of the synthesized JSON as it is and as it was whenever this was called: the state still has what has left the JSON. */
function typesEverIn(stack: string): () => Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  return async () => {
    const text = await readFile(path.join(stack, 'cdk.tf.json'), 'utf8');
    for (const [type] of text.matchAll(/\baws_\w+/g)) types.add(type);
    return types;
  };
}

const callLog = (stack: string) => path.join(stack, 'calls.log');
const PROVIDERS_ENVIRONMENT = { ...terraformEnvironment(PLUGIN_CACHE), ...RECORDING };
const stackPath = (folder: string, name: string) => path.join(folder, 'cdktf.out/stacks', name);

async function synthesize(
  folder: string,
  parts: Parts,
  poolOf: (stack: string) => Promise<ProviderPool>,
): Promise<StackFolder[]> {
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'main.ts'], {
    cwd: PROJECT,
    env: {
      ...process.env,
      CDKTF_OUTDIR: path.join(folder, 'cdktf.out'),
      DCS_CONFIG: path.join(folder, 'dcs.config.json'),
    },
  });
  const names = await readdir(path.join(folder, 'cdktf.out/stacks'));
  for (const name of names) {
    const required_providers = { aws: { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION } };
    const override = JSON.stringify({ terraform: { required_providers } });
    await writeFile(path.join(stackPath(folder, name), 'version_override.tf.json'), override);
  }
  // By name, the destination comes before the source.
  const stacks = names.sort().map(async (name) => {
    const stack = stackPath(folder, name);
    const administrator = administratorOf(name, parts);
    const reached = administrator ?? { TF_REATTACH_PROVIDERS: (await poolOf(stack)).reattach };
    return stackFolder(name, stack, PLUGIN_CACHE, reached);
  });
  return Promise.all(stacks);
}

/** A bootstrap assumes no role: an administrator of its account applies it, with a provider that has the credentials. */
function administratorOf(stackName: string, parts: Parts): NodeJS.ProcessEnv | undefined {
  const [, side] = /-bootstrap-(source|destination)$/.exec(stackName) ?? [];
  if (side === undefined) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = parts[side as keyof typeof SIDES].credentials;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}
