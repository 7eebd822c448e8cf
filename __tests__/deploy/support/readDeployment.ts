import { bucketConfiguration, type ReplicationRule } from '../../../aws/bucketConfiguration';
import { captureFunction, type EventSourceMappingConfiguration } from '../../../aws/captureFunction';
import { scheduleOf } from '../../../aws/schedule';
import { describeTableDefinition } from '../../../aws/tableDefinition';
import { keySchemaOf } from '../../../core/tableDefinition';
import type { DeployedFunction, DeployedTable, Deployment } from '../../../local/deployment/synthesized';
import type { Parts, PartsAccount } from '../../../local/parts/startParts';
import type { EventSourceMapping } from '../../../local/pump/mapping';

/** How an account's services are reached: all of them where its S3 is. */
export const awsSettings = ({ s3Endpoint: endpoint, region, credentials }: PartsAccount) => ({
  endpoint,
  region,
  credentials,
});

/**
 * What the local run plays, as the accounts' own services describe it: nothing of it is read from the stacks. The
 * outputs tell where to look.
 */
export async function readDeployment(
  { source, destination }: Parts,
  outputs: Readonly<Record<string, unknown>>,
): Promise<Deployment> {
  const { source_bucket_name: sourceBucket, destination_bucket_name: destinationBucket } = outputs as Record<
    string,
    string
  >;
  const functions = outputs.source_capture_functions as Record<string, string>;
  const settings = awsSettings(source);
  const { Rules: rules = [] } = (await bucketConfiguration({ ...settings, bucket: sourceBucket! }).replication()) ?? {};
  const bucket = ({ accountId, region }: PartsAccount, bucketName: string) => ({ accountId, region, bucketName });
  return {
    source: bucket(source, sourceBucket!),
    destination: bucket(destination, destinationBucket!),
    tables: await Promise.all(
      Object.entries(functions).map(([tableName, functionName]) => readTable(source, tableName, functionName)),
    ),
    tableDefinitionFunction: await readFunction(source, 'dcs-table-definition'),
    tableDefinitionEvents: await eventsOf(source, 'dcs-table-definition'),
    heartbeatFunction: await readFunction(source, 'dcs-heartbeat'),
    replicaAgeFunction: await readFunction(destination, 'dcs-replica-age'),
    lockRenewalFunction: await readFunction(destination, 'dcs-lock-renewal'),
    replicationRules: rules.map(inTerraformsWords),
  };
}

async function readTable(account: PartsAccount, tableName: string, functionName: string): Promise<DeployedTable> {
  const definition = await describeTableDefinition(tableName, awsSettings(account));
  const mappings = await captureFunction(functionName, awsSettings(account)).mappings();
  const [mapping] = mappings;
  if (!mapping || mappings.length > 1) throw new Error(`${functionName} has ${mappings.length} mappings; expected one`);
  // DynamoDB Local, where the table is made once more, knows no tags.
  const createTable = { ...definition.createTable, Tags: undefined };
  return {
    tableName,
    keySchema: keySchemaOf(definition),
    createTable,
    timeToLiveAttributeName: definition.timeToLiveAttributeName,
    captureFunction: await readFunction(account, functionName),
    eventSourceMapping: inPumpsWords(mapping),
  };
}

async function eventsOf(account: PartsAccount, ruleName: string): Promise<unknown[]> {
  const { targets = [] } = (await scheduleOf(ruleName, awsSettings(account))) ?? {};
  return targets.map(({ input = '' }) => JSON.parse(input) as unknown);
}

async function readFunction(account: PartsAccount, functionName: string): Promise<DeployedFunction> {
  const configuration = await captureFunction(functionName, awsSettings(account)).configuration();
  if (!configuration) throw new Error(`there is no function ${functionName}`);
  const { Environment, Timeout = 3 } = configuration;
  return { functionName, environment: Environment?.Variables ?? {}, timeoutSeconds: Timeout };
}

function inPumpsWords(mapping: EventSourceMappingConfiguration): EventSourceMapping {
  const { UUID = '', StartingPosition, DestinationConfig } = mapping;
  return {
    uuid: UUID,
    startingPosition: StartingPosition as 'TRIM_HORIZON',
    batchSize: mapping.BatchSize,
    maximumBatchingWindowInSeconds: mapping.MaximumBatchingWindowInSeconds,
    parallelizationFactor: mapping.ParallelizationFactor,
    bisectBatchOnFunctionError: mapping.BisectBatchOnFunctionError,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeInSeconds: mapping.MaximumRecordAgeInSeconds,
    functionResponseTypes: mapping.FunctionResponseTypes,
    destinationConfig: { onFailure: { destinationArn: DestinationConfig?.OnFailure?.Destination ?? '' } },
  };
}

/** What S3 says, as the replication stand-in takes it. */
function inTerraformsWords({ ID, Priority, Status, Filter, DeleteMarkerReplication, Destination }: ReplicationRule) {
  return {
    id: ID,
    priority: Priority,
    status: Status,
    filter: { prefix: Filter?.Prefix },
    delete_marker_replication: { status: DeleteMarkerReplication?.Status },
    destination: { bucket: Destination?.Bucket, storage_class: Destination?.StorageClass },
  };
}
