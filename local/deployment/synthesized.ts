import { VARIABLES } from '../../core/functionVariables';
import { DcsError } from '../../core/errors';
import type { KeySchema } from '../../core/objectKey';
import type { CreateTable } from '../../core/tableDefinition';
import { ENGINE_WORKERS, type EngineWorker } from '../../settings/engineDefinition';
import type { EventSourceMapping } from '../pump/mapping';

/** What the local run needs of a synthesized stack, read from its Terraform JSON and written down nowhere else. */
export interface Deployment {
  readonly source: DeployedBucket;
  readonly destination: DeployedBucket;
  readonly tables: readonly DeployedTable[];
  readonly tableDefinitionFunction: DeployedFunction;
  /** What its schedule calls it with, one after the other. */
  readonly tableDefinitionEvents: readonly unknown[];
  readonly heartbeatFunction: DeployedFunction;
  readonly replicaAgeFunction: DeployedFunction;
  /** Undefined where locks are not renewed. */
  readonly lockRenewalFunction?: DeployedFunction;
  /** Undefined where the distributed engine is not deployed. */
  readonly engine?: DeployedEngine;
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
  readonly timeToLiveAttributeName?: string;
  readonly captureFunction: DeployedFunction;
  readonly eventSourceMapping: EventSourceMapping;
}

export interface DeployedEngine {
  readonly bucketName: string;
  readonly stateMachine: { readonly name: string; readonly definition: string };
  readonly workers: Readonly<Record<EngineWorker, DeployedFunction>>;
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
  readonly data?: { readonly aws_dynamodb_table?: Readonly<Record<string, Resource>> };
}
type Resource = Readonly<Record<string, unknown>>;

/** @throws DcsError when the stack lacks something, naming the resource type */
export function readDeployment(terraform: TerraformJson): Deployment {
  refuseLookedUpTables(terraform);
  const tables = Object.entries(resources(terraform, 'aws_dynamodb_table'));
  const replication = only(terraform, 'aws_s3_bucket_replication_configuration');
  const functions = Object.values(resources(terraform, 'aws_lambda_function')).map(functionOf);
  const rules = replication.rule as { destination: { bucket: string } }[];
  return {
    source: deployedBucket(terraform, 'source', replication.bucket as string),
    destination: deployedBucket(terraform, 'destination', rules[0]?.destination.bucket.split(':::')[1] ?? ''),
    replicationRules: rules,
    tableDefinitionFunction: deployedFunction(terraform, TABLE_DEFINITIONS),
    tableDefinitionEvents: eventsFor(terraform, TABLE_DEFINITIONS),
    heartbeatFunction: deployedFunction(terraform, 'source_heartbeat_function'),
    replicaAgeFunction: deployedFunction(terraform, 'destination_replica-age_function'),
    lockRenewalFunction: functionIfThere(terraform, 'destination_lock-renewal_function'),
    engine: engineIfThere(terraform),
    tables: tables.map(([id, table]) => deployedTable(terraform, id, table, functions)),
  };
}

function engineIfThere(terraform: TerraformJson): DeployedEngine | undefined {
  const machine = terraform.resource.aws_sfn_state_machine?.destination_engine;
  if (!machine) return undefined;
  const workers = ENGINE_WORKERS.map((worker) => [worker, deployedFunction(terraform, `destination_engine_${worker}`)]);
  return {
    bucketName: String(resources(terraform, 'aws_s3_bucket').destination_engine_bucket?.bucket),
    stateMachine: { name: String(machine.name), definition: String(machine.definition) },
    workers: Object.fromEntries(workers) as DeployedEngine['workers'],
  };
}

/** Of those the stack does not say what they are like, so they cannot be made here. */
function refuseLookedUpTables({ data }: TerraformJson): void {
  const names = Object.values(data?.aws_dynamodb_table ?? {}).map(({ name }) => String(name));
  if (names.length === 0) return;
  throw new DcsError(
    `the local run makes its tables itself, and the stack looks up ${names.join(', ')}: write "existing": false and the keys of each into the settings`,
  );
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
  const captureFunction = functions.find(({ environment }) => environment[VARIABLES.tableName] === name);
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
    timeToLiveAttributeName: timeToLiveAttributeNameOf(table),
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

function timeToLiveAttributeNameOf({ ttl }: Resource): string | undefined {
  const { enabled, attribute_name: name } = (ttl ?? {}) as { enabled?: boolean; attribute_name?: string };
  return enabled ? name : undefined;
}

/** What a mapping has beside the settings of Lambda's polling. Everything else is the pump's to play, or to refuse by name. */
const NOT_POLLING = new Set([
  '//',
  'depends_on',
  'event_source_arn',
  'function_name',
  'lifecycle',
  'metrics_config',
  'provider',
]);

function mappingOf(mapping: Resource, { functionName }: DeployedFunction): EventSourceMapping {
  const settings = Object.entries(mapping).filter(([name]) => !NOT_POLLING.has(name));
  // Lambda makes an id up; the name is easier to find in the bucket.
  return { uuid: functionName, ...(inCamelCase(Object.fromEntries(settings)) as Omit<EventSourceMapping, 'uuid'>) };
}

function inCamelCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const renamed = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [renamed(name), inCamelCase(content)]));
}

const TABLE_DEFINITIONS = 'source_table-definitions_function';

/** What rules start the function with. */
function eventsFor(terraform: TerraformJson, id: string): unknown[] {
  return Object.values(resources(terraform, 'aws_cloudwatch_event_target'))
    .filter(({ arn }) => arn === `\${aws_lambda_function.${id}.arn}`)
    .map(({ input }) => JSON.parse(String(input)) as unknown);
}

function functionIfThere(terraform: TerraformJson, id: string): DeployedFunction | undefined {
  const resource = resources(terraform, 'aws_lambda_function')[id];
  return resource && functionOf(resource);
}

function deployedFunction(terraform: TerraformJson, id: string): DeployedFunction {
  const found = functionIfThere(terraform, id);
  if (found) return found;
  throw new DcsError(`the stack has no aws_lambda_function.${id}`);
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
