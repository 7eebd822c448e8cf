import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { captureFunction } from '../../../aws/captureFunction';
import { scheduleOf } from '../../../aws/schedule';
import { compactorSchedule } from '../../../settings/compactor';
import { parsePlan, type Plan } from '../../../planReview/plan';
import { reviewPlan } from '../../../planReview/review';
import type { Deployed } from './deployed';
import { awsSettings } from './readDeployment';
import { SIDES, TABLES } from './settings';

/** What is lost when it is destroyed, and what guards it. */
const HOLDS_DATA = /^aws_(dynamodb_table|s3_bucket|kms_key)/;
const TABLE = 'invoices';
/** Terraform plans and applies the whole; how long that takes is the machine's. */
const TAKES_AT_MOST_MS = 900_000;

/** The settings are changed while the deployment is in use: a table comes and goes, and so do keys of one's own. */
export function describeChanges(here: () => Deployed): void {
  describe('when the settings change', () => {
    let tableKeyArn: string;
    let keyArns: string[];
    const source = () => awsSettings(here().parts.source);

    test(
      'a table under a key that the settings do not name is refused by name at plan',
      async () => {
        tableKeyArn = await makeTable(source());
        await here().change({ tables: [...TABLES, { name: TABLE }] });
        const refused = expect(planned(here())).rejects;
        await refused.toThrow(
          new RegExp(`table\\s+${TABLE}\\s+is\\s+encrypted\\s+with\\s+a\\s+customer-managed\\s+key`),
        );
      },
      TAKES_AT_MOST_MS,
    );

    test(
      'a table that is added, with its key, has no findings',
      async () => {
        await here().change({ tables: withTable(tableKeyArn) });
        const plan = await planned(here());
        expect(reviewPlan(plan)).toEqual([]);
        expect(madeOf(plan)).toContain('aws_lambda_event_source_mapping');
      },
      TAKES_AT_MOST_MS,
    );

    test(
      'with it as a journal, customer-managed keys and other settings are applied, and nothing that holds data is replaced',
      async () => {
        const settings = { encryption: { type: 'customer-managed' }, capture: { memoryMb: 512, timeoutSeconds: 60 } };
        const tables = [...TABLES, { name: TABLE, kmsKeyArn: tableKeyArn, layout: 'journal' }];
        await here().change({ ...settings, tables });
        expect(endsOfData(await planned(here()))).toEqual([]);
        await stack(here()).applyPlanned();
        const { destination_key_arn: keyArn, source_capture_functions: functions } = await stack(here()).outputs();
        const functionName = (functions as Record<string, string>)[TABLE]!;
        expect(await captureFunction(functionName, source()).configuration()).toMatchObject({ MemorySize: 512 });
        await expectCompactor(awsSettings(here().parts.destination));
        keyArns = await stack(here()).arns('aws_kms_key');
        expect(keyArns).toContain(keyArn);
        expect(keyArns).toHaveLength(2);
      },
      TAKES_AT_MOST_MS,
    );

    test(
      'back to the keys of S3, and without the table: keys, table and copy stay',
      async () => {
        await here().change({ encryption: { type: 's3-managed', formerKeyArns: keyArns }, formerTables: [TABLE] });
        const plan = await planned(here());
        expect(endsOfData(plan)).toEqual([]);
        const forgotten = plan.changes
          .filter(({ actions }) => actions.includes('forget'))
          .map(({ address }) => address);
        expect(forgotten.sort()).toEqual(['aws_kms_key.destination_key', 'aws_kms_key.source_key']);
        await stack(here()).applyPlanned();
        const { source_capture_functions: functions } = await stack(here()).outputs();
        expect(Object.keys(functions as object).sort()).toEqual(TABLES.map(({ name }) => name).sort());
        for (const [index, side] of (['source', 'destination'] as const).entries()) {
          const account = awsSettings(here().parts[side]);
          const KeyId = keyArns.find((arn) => arn.split(':')[4] === here().parts[side].accountId);
          const { KeyMetadata } = await new KMSClient(account).send(new DescribeKeyCommand({ KeyId }));
          expect([index, KeyMetadata?.KeyState]).toEqual([index, 'Enabled']);
        }
        const { Table } = await new DynamoDBClient(source()).send(new DescribeTableCommand({ TableName: TABLE }));
        expect(Table?.TableStatus).toBe('ACTIVE');
      },
      TAKES_AT_MOST_MS,
    );
  });
}

/** It is there as it has to be, and started for the table. */
async function expectCompactor(account: ReturnType<typeof awsSettings>): Promise<void> {
  const compactor = captureFunction('dcs-compactor', account);
  expect(await compactor.configuration()).toMatchObject({
    ...{ MemorySize: 1_769, Timeout: 900, EphemeralStorage: { Size: 4_096 }, Handler: 'index.handler' },
    Environment: { Variables: { DCS_BUCKET: SIDES.destination.bucketName } },
  });
  expect(await scheduleOf(`dcs-compactor-${TABLE}`, account)).toMatchObject({
    ...{ state: 'ENABLED', expression: compactorSchedule(TABLE) },
    targets: [
      { arn: expect.stringMatching(/:function:dcs-compactor$/) as unknown, input: `{"table":{"name":"${TABLE}"}}` },
    ],
  });
}

/** Both sides are in one. */
const stack = ({ stacks }: Deployed) => stacks[0]!;
const planned = async (deployed: Deployed): Promise<Plan> => parsePlan(await stack(deployed).planned());
const withTable = (kmsKeyArn: string) => [...TABLES, { name: TABLE, kmsKeyArn }];

const madeOf = ({ changes }: Plan) =>
  changes.filter(({ actions }) => actions.includes('create')).map(({ type }) => type);
const endsOfData = ({ changes }: Plan) =>
  changes
    .filter(({ type, actions }) => HOLDS_DATA.test(type) && actions.includes('delete'))
    .map(({ address }) => address);

/** An application's own table, under a key of its own, with a stream. */
async function makeTable(account: ReturnType<typeof awsSettings>): Promise<string> {
  const { KeyMetadata } = await new KMSClient(account).send(new CreateKeyCommand({}));
  const keyArn = KeyMetadata!.Arn!;
  await new DynamoDBClient(account).send(
    new CreateTableCommand({
      TableName: TABLE,
      AttributeDefinitions: [{ AttributeName: 'number', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'number', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
    }),
  );
  return keyArn;
}
