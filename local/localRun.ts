import { createVersionedBucket } from './aws/versionedBucket';
import { versionCopier } from './aws/versionCopier';
import type { AwsSettings } from '../aws/awsSettings';
import { describeTableDefinition } from '../aws/tableDefinition';
import { s3TextStore } from '../aws/textStore';
import type { RecoveryPoint } from '../operations/heartbeat/recoveryPoint';
import { playHeartbeat } from './heartbeat';
import { playLockRenewal } from './lockRenewal';
import { DcsError } from '../core/errors';
import { tableDefinitionSettings, tablesToDefine } from '../lambda/table-definition/settings';
import { refreshDefinitions } from '../lambda/table-definition/refreshDefinitions';
import { startLocalTable, type CaptureOptions, type LocalBucket, type LocalTable } from './localTable';
import type { DeployedBucket, Deployment } from './deployment/synthesized';
import { databaseSettings } from './parts/servers';
import { startParts, type Parts, type PartsAccount, type PartsOptions } from './parts/startParts';
import type { Tools } from './parts/tools';
import { ReplicationStandIn } from './replication/replicationStandIn';
import { readRules } from './replication/rules';

/** A deployment that runs on this machine. */
export interface LocalRun {
  readonly source: LocalBucket;
  readonly destination: LocalBucket;
  readonly tables: ReadonlyMap<string, LocalTable>;
  readonly replication: ReplicationStandIn;
  /** A database for a table of the source account: of its own, since the second in one is slower by far. */
  sourceDynamoDb(tableName: string): AwsSettings;
  /** The same for one of the destination account. */
  destinationDynamoDb(tableName: string): AwsSettings;
  /** Never resolves; rejects when a part ends without having been stopped. */
  readonly died: Promise<never>;
  /** Does what the schedule does: stores each table's definition if it changed. */
  refreshTableDefinitions(): Promise<void>;
  /** Does what the schedules of the heartbeat do: writes it, and measures its replica. */
  playHeartbeat(): Promise<RecoveryPoint>;
  /** Does what the schedule of the lock renewal does, and gives what it says of it; undefined where locks are not renewed. */
  renewLocks(): Promise<object | undefined>;
  /** Resolves when every change made before the call is an image (or parked), and every image a replica (or failed). */
  drained(): Promise<void>;
  /** Ends everything of the source account: its S3, its functions, and the replication out of it. */
  loseSourceAccount(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalRunOptions extends CaptureOptions {
  readonly tools: Tools;
  readonly deployment: Deployment;
  /** Of this deployment's accounts, where they have been started before: from here on the run stops them. */
  readonly parts?: Parts;
  /** Where the destination's Step Functions calls Lambda and S3. */
  readonly destinationCallPort?: number;
}

/** Starts the parts, makes buckets, tables and functions as the deployment says, and connects them. */
export async function startLocalRun({ tools, ...options }: LocalRunOptions): Promise<LocalRun> {
  const { deployment, destinationCallPort } = options;
  const { source, destination } = deployment;
  const parts = options.parts ?? (await startParts(tools, { ...accountsOf(deployment), destinationCallPort }));
  return startOn(parts, options, async () => {
    await createVersionedBucket(bucketOf(source, parts.source), source.bucketName);
    const canLock = deployment.lockRenewalFunction !== undefined;
    await createVersionedBucket(bucketOf(destination, parts.destination), destination.bucketName, canLock);
  });
}

/** Whose parts are to be started: of a deployment, or of the settings that it comes of. */
export function accountsOf({ source, destination }: Accounts): PartsOptions {
  return {
    sourceAccountId: source.accountId,
    sourceRegion: source.region,
    destinationAccountId: destination.accountId,
    destinationRegion: destination.region,
  };
}

type Accounts = Record<'source' | 'destination', { readonly accountId: string; readonly region: string }>;

/** The same on parts that run already, with buckets that have been deployed to them. From here on the run stops the parts. */
export function playDeployment(parts: Parts, options: Omit<LocalRunOptions, 'tools'>): Promise<LocalRun> {
  return startOn(parts, options, () => Promise.resolve());
}

async function startOn(
  parts: Parts,
  options: Omit<LocalRunOptions, 'tools'>,
  makeBuckets: () => Promise<void>,
): Promise<LocalRun> {
  const stops = [() => parts.stop()];
  const stop = async () => {
    const errors: unknown[] = [];
    // Whatever goes wrong, all that was started is stopped: what is left running would keep this process alive.
    for (const each of stops.splice(0).reverse()) await each().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  };
  try {
    await makeBuckets();
    return await connect(parts, options, stops, stop);
  } catch (error) {
    await stop().catch(() => undefined); // the reason why it did not start says more
    throw error;
  }
}

async function connect(
  parts: Parts,
  { deployment, ...options }: Omit<LocalRunOptions, 'tools'>,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<LocalRun> {
  const source = bucketOf(deployment.source, parts.source);
  const destination = bucketOf(deployment.destination, parts.destination);

  const replication = new ReplicationStandIn({
    rules: readRules(deployment.replicationRules),
    sourceBucketName: source.bucket,
    // S3 itself reads the source: what goes wrong for clients there does not touch it.
    targets: versionCopier({ ...source, endpoint: parts.source.s3Endpoint }, destination),
  });
  source.gateway.hooks = {
    onNewVersion: (version) => replication.onNewVersion(version),
    replicationStatus: (objectKey, versionId) => replication.statusInSource(objectKey, versionId),
  };
  destination.gateway.hooks = {
    replicationStatus: (objectKey, versionId) => replication.statusInDestination(objectKey, versionId),
  };

  const sourceDynamoDb = (tableName: string) => databaseSettings(parts.dynamoDb, tableName);
  const tables = new Map<string, LocalTable>();
  stops.push(() => replication.stop());
  for (const deployed of deployment.tables) {
    const table = await startLocalTable({
      ...options,
      deployed,
      source,
      dynamoDb: sourceDynamoDb(deployed.tableName),
    });
    tables.set(deployed.tableName, table);
    stops.push(() => table.stop());
  }

  return {
    source,
    destination,
    tables,
    replication,
    sourceDynamoDb,
    destinationDynamoDb: (tableName) => databaseSettings(parts.dynamoDb, `destination/${tableName}`),
    died: parts.died,
    refreshTableDefinitions: () => refreshTableDefinitions(deployment, tables, source),
    playHeartbeat: () => playHeartbeat(deployment, { source, destination }, () => replication.drained()),
    renewLocks: () => playLockRenewal(deployment, destination),
    async drained() {
      await Promise.all([...tables.values()].map(({ pump }) => pump.drained()));
      await replication.drained();
    },
    async loseSourceAccount() {
      await Promise.all([...tables.values()].map((table) => table.stop()));
      await replication.stop();
      await parts.source.stop();
    },
    stop,
  };
}

function bucketOf(
  { accountId, region, bucketName }: DeployedBucket,
  { endpoint, credentials, gateway }: PartsAccount,
): LocalBucket {
  return { accountId, region, bucket: bucketName, endpoint, credentials, gateway };
}

/** The deployed function's own code, in this process: its tables lie in several databases here, in one account there. */
async function refreshTableDefinitions(
  { tableDefinitionFunction, tableDefinitionEvents }: Deployment,
  tables: ReadonlyMap<string, LocalTable>,
  source: LocalBucket,
): Promise<void> {
  const { bucket, prefix } = tableDefinitionSettings(tableDefinitionFunction.environment);
  const describe = (tableName: string) => {
    const table = tables.get(tableName);
    if (!table) throw new DcsError(`the schedule names ${tableName}, which the deployment does not capture`);
    return describeTableDefinition(tableName, table.dynamoDb);
  };
  const texts = s3TextStore({ ...source, bucket });
  for (const event of tableDefinitionEvents) {
    await refreshDefinitions({ prefix, texts, describe }, tablesToDefine(event));
  }
}
