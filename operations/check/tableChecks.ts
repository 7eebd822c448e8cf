import { describeTableDefinition } from '../../aws/tableDefinition';
import { captureFunction } from '../../aws/captureFunction';
import { dynamoDbTable } from '../../aws/table';
import { s3TextStore } from '../../aws/textStore';
import { keySchemaIn, readTableDefinition, tableDefinitionKey, tableDefinitionText } from '../../core/tableDefinition';
import { DcsError } from '../../core/errors';
import { VARIABLES } from '../../core/functionVariables';
import type { KeySchema } from '../../core/objectKey';
import type { LocatedTable } from '../../settings/configuredTable';
import { bucketOf, type CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, type Inspection } from './finding';
import { judgeEnvironment, judgeFunction } from './functionChecks';
import { MAPPING_CHECKS } from './mappingChecks';
import { tableKeyCheck } from './tableKeyCheck';

const VIEW = 'NEW_AND_OLD_IMAGES';

/** Everything about one table: itself, its capture, and its definition in both buckets. */
export function tableChecks(context: CheckContext, table: LocatedTable): Inspection[] {
  const { settings, names, source } = context;
  const { tableName } = table;
  const about = (permission: string) => ({ side: 'source' as const, subject: `table ${tableName}`, permission });
  const functionName = names.capture(tableName);
  const capture = captureFunction(functionName, source.lambda);
  const describe = () => described(context, tableName);
  const enable = `aws dynamodb update-table --table-name ${tableName} --stream-specification StreamEnabled=true,StreamViewType=${VIEW}`;
  return [
    inspection(about('dynamodb:DescribeTable'), describe, {
      table: (found) =>
        found
          ? ok(found.TableStatus ?? 'without a status')
          : problem(
              'there is no such table',
              `table ${tableName} in ${settings.source.region}`,
              'correct tables[].name in the settings, or restore it: dcs restore',
            ),
      stream: (found) => {
        if (!found) return undefined;
        const { StreamEnabled, StreamViewType } = found.StreamSpecification ?? {};
        if (!StreamEnabled)
          return problem('no stream', VIEW, `${enable}; then ${DEPLOY}, and dcs backfill ${tableName}`);
        const isRight = StreamViewType === VIEW;
        return expect(
          isRight,
          StreamViewType ?? 'no view type',
          VIEW,
          `disable the stream (StreamEnabled=false), then ${enable}; then ${DEPLOY}`,
        );
      },
    }),
    inspection(about('lambda:GetFunctionConfiguration'), () => capture.configuration(), {
      function: judgeFunction(functionName),
    }),
    tableKeyCheck(context, tableName, describe),
    inspection(
      about('lambda:GetFunctionConfiguration and dynamodb:DescribeTable'),
      async () => ({ found: await capture.configuration(), keys: await keysOf(table, describe) }),
      {
        'function-environment': ({ found, keys }) =>
          found && keys && judgeEnvironment(expectedEnvironment(context, table, keys), found),
      },
    ),
    inspection(
      about('dynamodb:DescribeTable and lambda:ListEventSourceMappings'),
      async () => ({
        names,
        functionName,
        limits: settings.capture,
        streamArn: (await describe())?.LatestStreamArn,
        mappings: await capture.mappings(),
      }),
      MAPPING_CHECKS,
    ),
    definitionCheck(context, table),
  ];
}

async function described({ source }: CheckContext, tableName: string) {
  try {
    return await dynamoDbTable(tableName, source.dynamoDb).describe();
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Undefined where there is no table to ask. */
async function keysOf(
  { tableName, configuredKeys }: LocatedTable,
  describe: () => ReturnType<typeof described>,
): Promise<KeySchema | undefined> {
  if (configuredKeys) return configuredKeys.keySchema;
  const table = await describe();
  return table && keySchemaIn(table, tableName);
}

function expectedEnvironment({ settings }: CheckContext, { prefix, tableName }: LocatedTable, keySchema: KeySchema) {
  return {
    [VARIABLES.bucketName]: settings.source.bucketName,
    [VARIABLES.prefix]: prefix,
    [VARIABLES.tableName]: tableName,
    [VARIABLES.partitionKey]: keySchema.partitionKey,
    [VARIABLES.sortKey]: keySchema.sortKey ?? '',
    [VARIABLES.layout]: settings.tables.find(({ name }) => name === tableName)?.layout === 'journal' ? 'journal' : '',
  };
}

function definitionCheck(context: CheckContext, table: LocatedTable): Inspection {
  const { tableName } = table;
  const objectKey = tableDefinitionKey(table);
  const refresh = `aws lambda invoke --function-name ${context.names.tableDefinition} /dev/stdout`;
  return inspection(
    {
      side: 'source',
      subject: `table ${tableName}`,
      permission: `s3:GetObject on ${objectKey}, and dynamodb:DescribeTable, DescribeTimeToLive, DescribeContinuousBackups, ListTagsOfResource`,
    },
    async () => ({
      stored: await s3TextStore(bucketOf(context, 'source')).read(objectKey),
      live: await describeTableDefinition(tableName, context.source.dynamoDb),
    }),
    {
      definition: ({ stored, live }) => {
        if (stored === undefined) return problem(`there is no ${objectKey}`, 'the definition of the table', refresh);
        const wrong = whyUnreadable(stored);
        if (wrong !== undefined) return problem(wrong, 'a definition that can be read', refresh);
        const isSame = stored === tableDefinitionText(live);
        return expect(
          isSame,
          isSame ? `${objectKey} is as the table is` : `${objectKey} is older than the last change of the table`,
          'the same as the table',
          refresh,
        );
      },
    },
  );
}

/** In the destination alone it is what a restore stands on. */
export function definitionCopyCheck(context: CheckContext, table: LocatedTable): Inspection {
  const objectKey = tableDefinitionKey(table);
  const remedy =
    'look at the replication checks; then write a new version: aws s3 cp it onto itself in the source bucket';
  return inspection(
    { side: 'destination', subject: `copy of table ${table.tableName}`, permission: `s3:GetObject on ${objectKey}` },
    () => s3TextStore(bucketOf(context, 'destination')).read(objectKey),
    {
      'definition-copy': (stored) => {
        if (stored === undefined) return problem(`there is no ${objectKey}`, 'the definition of the table', remedy);
        const wrong = whyUnreadable(stored);
        return wrong === undefined
          ? ok(`${objectKey} can be read`)
          : problem(wrong, 'a definition that can be read', remedy);
      },
    },
  );
}

function whyUnreadable(text: string): string | undefined {
  try {
    readTableDefinition(text);
    return undefined;
  } catch (error) {
    if (error instanceof DcsError) return error.message;
    throw error;
  }
}
