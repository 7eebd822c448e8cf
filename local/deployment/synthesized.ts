import { DcsError } from '../../core/errors';
import type { KeySchema } from '../../core/objectKey';
import type { CreateTable } from '../../core/tableDefinition';
import type { EventSourceMapping } from '../pump/mapping';

/** What the local run needs of a synthesized stack, read from its Terraform JSON and written down nowhere else. */
export interface Deployment {
  readonly source: DeployedBucket;
  readonly destination: DeployedBucket;
  readonly tables: readonly DeployedTable[];
  readonly tableDefinitionFunction: DeployedFunction;
  /** The `rule` blocks of the source bucket's replication configuration, as they are. */
  readonly replicationRules: readonly unknown[];
}

export interface DeployedBucket {
  readonly accountId: string;
  readonly region: string;
  readonly bucketName: string;
}

export interface DeployedTable {
  readonly tableName: string;
  readonly keySchema: KeySchema;
  readonly createTable: CreateTable;
  readonly captureFunction: DeployedFunction;
  readonly eventSourceMapping: EventSourceMapping;
}

export interface DeployedFunction {
  readonly functionName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** A parsed `cdk.tf.json`. */
export interface TerraformJson {
  readonly provider: {
    readonly aws: readonly { alias: string; region: string; allowed_account_ids: readonly string[] }[];
  };
  readonly resource: Readonly<Record<string, Readonly<Record<string, Resource>> | undefined>>;
}
type Resource = Readonly<Record<string, unknown>>;

/** @throws DcsError when the stack lacks something, naming the resource type */
export function readDeployment(terraform: TerraformJson): Deployment {
  const tables = Object.entries(resources(terraform, 'aws_dynamodb_table'));
  const replication = only(terraform, 'aws_s3_bucket_replication_configuration');
  const functions = Object.values(resources(terraform, 'aws_lambda_function')).map(functionOf);
  const [tableDefinitionFunction] = functions.filter(({ environment }) => environment.DCS_TABLES !== undefined);
  if (!tableDefinitionFunction) throw new DcsError('the stack has no function with DCS_TABLES in its environment');

  const rules = replication.rule as { destination: { bucket: string } }[];
  return {
    source: deployedBucket(terraform, 'source', replication.bucket as string),
    destination: deployedBucket(terraform, 'destination', rules[0]?.destination.bucket.split(':::')[1] ?? ''),
    replicationRules: rules,
    tableDefinitionFunction,
    tables: tables.map(([id, table]) => deployedTable(terraform, id, table, functions)),
  };
}

function deployedBucket({ provider }: TerraformJson, alias: string, bucketName: string): DeployedBucket {
  const { region, allowed_account_ids: [accountId] = [] } = provider.aws.find((aws) => aws.alias === alias) ?? {};
  if (region === undefined || accountId === undefined) {
    throw new DcsError(`the stack has no aws provider called ${alias} with a region and allowed_account_ids`);
  }
  return { accountId, region, bucketName };
}

function deployedTable(
  terraform: TerraformJson,
  id: string,
  table: Resource,
  functions: DeployedFunction[],
): DeployedTable {
  const {
    name,
    hash_key: partitionKey,
    range_key: sortKey,
  } = table as { name: string; hash_key: string; range_key?: string };
  const captureFunction = functions.find(({ environment }) => environment.DCS_TABLE === name);
  const mapping = Object.values(resources(terraform, 'aws_lambda_event_source_mapping')).find(
    ({ event_source_arn: arn }) => arn === `\${aws_dynamodb_table.${id}.stream_arn}`,
  );
  if (!captureFunction || !mapping) {
    throw new DcsError(`the stack has no capture function, or no event source mapping, of the table ${name}`);
  }
  return {
    tableName: name,
    keySchema: { partitionKey, sortKey },
    createTable: createTableOf(table),
    captureFunction,
    eventSourceMapping: mappingOf(mapping, captureFunction),
  };
}

function createTableOf(table: Resource): CreateTable {
  const { attribute, hash_key, range_key, stream_view_type } = table as {
    attribute: { name: string; type: 'S' | 'N' | 'B' }[];
    hash_key: string;
    range_key?: string;
    stream_view_type: string;
  };
  return {
    AttributeDefinitions: attribute.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
    KeySchema: [
      { AttributeName: hash_key, KeyType: 'HASH' },
      ...(range_key === undefined ? [] : [{ AttributeName: range_key, KeyType: 'RANGE' as const }]),
    ],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: stream_view_type },
  };
}

function mappingOf(mapping: Resource, { functionName }: DeployedFunction): EventSourceMapping {
  const m = mapping as {
    batch_size?: number;
    maximum_batching_window_in_seconds?: number;
    parallelization_factor?: number;
    bisect_batch_on_function_error?: boolean;
    maximum_retry_attempts?: number;
    maximum_record_age_in_seconds?: number;
    function_response_types?: string[];
    starting_position: 'TRIM_HORIZON' | 'LATEST';
    destination_config?: { on_failure?: { destination_arn: string } };
  };
  const onFailure = m.destination_config?.on_failure;
  return {
    uuid: functionName, // Lambda makes one up; the name is easier to find in the bucket
    startingPosition: m.starting_position,
    batchSize: m.batch_size,
    maximumBatchingWindowInSeconds: m.maximum_batching_window_in_seconds,
    parallelizationFactor: m.parallelization_factor,
    bisectBatchOnFunctionError: m.bisect_batch_on_function_error,
    maximumRetryAttempts: m.maximum_retry_attempts,
    maximumRecordAgeInSeconds: m.maximum_record_age_in_seconds,
    functionResponseTypes: m.function_response_types,
    destinationConfig: onFailure && { onFailure: { destinationArn: onFailure.destination_arn } },
  };
}

function functionOf(resource: Resource): DeployedFunction {
  const {
    function_name: functionName,
    timeout,
    environment,
  } = resource as {
    function_name: string;
    timeout?: number;
    environment?: { variables: Record<string, string> };
  };
  return { functionName, timeoutSeconds: timeout ?? 3, environment: environment?.variables ?? {} };
}

function resources(terraform: TerraformJson, type: string): Readonly<Record<string, Resource>> {
  const found = terraform.resource[type];
  if (found) return found;
  throw new DcsError(`the stack has no ${type}; is it the stack of the source account, with tables to create?`);
}

function only(terraform: TerraformJson, type: string): Resource {
  const found = Object.values(resources(terraform, type));
  if (found.length === 1 && found[0]) return found[0];
  throw new DcsError(`the stack has ${found.length} ${type}; expected one`);
}
