import { readDeployment, type TerraformJson } from '../../../local/deployment/synthesized';
import { playable } from '../../../local/pump/mapping';
import { readRules } from '../../../local/replication/rules';
import { minimal, variants } from '../../../stacks/variants';
import { synthesizeTogether } from '../../stacks/support/synth';

const deploymentOf = (settings: unknown) => readDeployment(synthesizeTogether(settings) as unknown as TerraformJson);

const orders = {
  name: 'orders',
  existing: false,
  partitionKey: { name: 'customerId', type: 'S' },
  sortKey: { name: 'orderedAt', type: 'N' },
  ttlAttribute: 'expiresAt',
};

test('the local run takes everything from the stack that would be deployed', () => {
  const capture = { batchSize: 7, parallelizationFactor: 3, batchingWindowSeconds: 2, timeoutSeconds: 21 };
  const { source, destination, tables } = deploymentOf({ ...minimal, prefix: 'dcs/', capture, tables: [orders] });
  expect(source).toEqual({ accountId: '111111111111', region: 'eu-central-1', bucketName: 'example-dcs-source' });
  expect(destination).toEqual({
    accountId: '222222222222',
    region: 'eu-west-1',
    bucketName: 'example-dcs-destination',
  });
  expect(tables).toEqual([
    {
      tableName: 'orders',
      keySchema: { partitionKey: 'customerId', sortKey: 'orderedAt' },
      createTable: {
        AttributeDefinitions: [
          { AttributeName: 'customerId', AttributeType: 'S' },
          { AttributeName: 'orderedAt', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'customerId', KeyType: 'HASH' },
          { AttributeName: 'orderedAt', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      },
      timeToLiveAttributeName: 'expiresAt',
      captureFunction: {
        functionName: 'dcs-capture-orders',
        timeoutSeconds: 21,
        environment: expect.objectContaining({
          DCS_BUCKET: 'example-dcs-source',
          DCS_PREFIX: 'dcs/',
          DCS_TABLE: 'orders',
          DCS_PARTITION_KEY: 'customerId',
          DCS_SORT_KEY: 'orderedAt',
        }) as object,
      },
      eventSourceMapping: expect.objectContaining({
        uuid: 'dcs-capture-orders',
        startingPosition: 'TRIM_HORIZON',
        batchSize: 7,
        maximumBatchingWindowInSeconds: 2,
        parallelizationFactor: 3,
        bisectBatchOnFunctionError: true,
        functionResponseTypes: ['ReportBatchItemFailures'],
        destinationConfig: { onFailure: { destinationArn: 'arn:aws:s3:::example-dcs-source' } },
      }) as object,
    },
  ]);
});

test('a table with a partition key alone has neither sort key nor time to live', () => {
  const [table] = deploymentOf(minimal).tables;
  expect(table).toMatchObject({ keySchema: { partitionKey: 'id', sortKey: undefined } });
  expect(table?.createTable.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
  expect(table?.timeToLiveAttributeName).toBeUndefined();
});

test('each table has its own function and mapping, whichever order the stack has them in', () => {
  const { tables } = deploymentOf({ ...minimal, tables: [...minimal.tables, orders] });
  expect(tables.map(({ tableName }) => tableName).sort()).toEqual(['orders', 'users']);
  for (const { tableName, captureFunction, eventSourceMapping } of tables) {
    expect(captureFunction.environment.DCS_TABLE).toBe(tableName);
    expect(eventSourceMapping.uuid).toBe(captureFunction.functionName);
  }
});

/** Deployed together, with tables that are made and not looked up: what the local run is for. A bootstrap has stacks beside it. */
const PLAYED = Object.entries(variants).filter(
  ([, settings]) =>
    settings.deployment.way === 'together' &&
    !('bootstrap' in settings) &&
    settings.tables.every((table) => 'existing' in table && !table.existing),
);

test.each(PLAYED)('the pump and the replication stand-in play the whole variant %s', (_, settings) => {
  const { tables, replicationRules, tableDefinitionEvents } = deploymentOf(settings);
  for (const { eventSourceMapping } of tables)
    expect(playable(eventSourceMapping)).toMatchObject({ reportBatchItemFailures: true, parksFailedBatches: true });
  expect(readRules(replicationRules)).toMatchObject([{ replicatesDeleteMarkers: false, prefix: '' }]);
  expect(tableDefinitionEvents).toEqual([{ tables: settings.tables.map(({ name }) => name) }]);
});

test('a setting of the mapping that the pump does not play is refused by name, not dropped', () => {
  const stack = structuredClone(synthesizeTogether(minimal)) as unknown as TerraformJson;
  const mappings = Object.values(stack.resource.aws_lambda_event_source_mapping ?? {}) as Record<string, unknown>[];
  Object.assign(mappings[0]!, { filter_criteria: { filter: [] }, tumbling_window_in_seconds: 30 });
  const [table] = readDeployment(stack).tables;
  expect(() => playable(table!.eventSourceMapping)).toThrow(
    /filterCriteria is not played by the local pump.*tumblingWindowInSeconds is not played/,
  );
});

describe('a stack that cannot be played is refused by name', () => {
  test('tables that are looked up', () => {
    expect(() => deploymentOf(variants.tables)).toThrow(
      /looks up archive\.orders_2018, users: write "existing": false/,
    );
  });

  const without = (type: string): TerraformJson => {
    const stack = synthesizeTogether(minimal) as unknown as TerraformJson;
    return { ...stack, resource: { ...stack.resource, [type]: undefined } };
  };

  test.each(['aws_dynamodb_table', 'aws_lambda_function', 'aws_s3_bucket_replication_configuration'])(
    'without %s',
    (type) => {
      expect(() => readDeployment(without(type))).toThrow(`the stack has no ${type}`);
    },
  );

  test('without the event source mapping of a table', () => {
    const stack = without('aws_lambda_event_source_mapping');
    const other = { ...stack, resource: { ...stack.resource, aws_lambda_event_source_mapping: {} } };
    expect(() => readDeployment(other)).toThrow('no event source mapping, of the table users');
  });

  test('without one of the accounts', () => {
    const stack = synthesizeTogether(minimal) as unknown as TerraformJson;
    const aws = stack.provider.aws.filter(({ alias }) => alias !== 'destination');
    expect(() => readDeployment({ ...stack, provider: { aws } })).toThrow('no aws provider called destination');
  });
});

test('the distributed engine is played as it is deployed, and left out where it is not', () => {
  expect(deploymentOf({ ...minimal, tables: [orders] }).engine).toBeUndefined();
  const { engine } = deploymentOf({ ...minimal, engine: { enabled: true }, tables: [orders] });
  expect(engine).toMatchObject({
    bucketName: 'example-dcs-destination-engine',
    stateMachine: { name: 'dcs-engine' },
    workers: { fold: { functionName: 'dcs-engine-fold', timeoutSeconds: 900 } },
  });
  expect(JSON.parse(engine?.stateMachine.definition ?? '')).toMatchObject({ StartAt: 'Plan' });
});
