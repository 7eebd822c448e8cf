import {
  DescribeImportCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ImportTableCommand,
  ListImportsCommand,
  UpdateTableCommand,
  waitUntilTableExists,
  type ImportTableDescription,
  type ListImportsCommandOutput,
  type TableCreationParameters,
} from '@aws-sdk/client-dynamodb';
import type { CreateTable } from '../core/tableDefinition';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** How far DynamoDB is with an import. Counters stay 0 until it has ended. */
export interface ImportState {
  readonly importArn: string;
  readonly status: 'running' | 'completed' | 'failed';
  readonly imported: number;
  readonly errors: number;
  /** Why it failed, in the words of DynamoDB. */
  readonly reason?: string;
}

/** DynamoDB's import from S3, which makes a new table. */
export interface TableImport {
  /**
   * @param folder object key prefix under which nothing but files of items is
   * @param token asked again with the same one within eight hours, it is the same import
   */
  start(of: { bucket: string; folder: string; creation: Creation; token?: string }): Promise<string>;
  state(importArn: string): Promise<ImportState>;
  /** The import that is filling the table now; undefined where there is none. */
  running(tableArn: string): Promise<string | undefined>;
  /** Sets what ImportTable has no words for, where it is missing: stream and table class. Waits until it is so. */
  complete(creation: Creation): Promise<void>;
}

type Creation = Omit<CreateTable, 'DeletionProtectionEnabled'>;

const WAIT = { maxWaitTime: 600, minDelay: 0.1, maxDelay: 5 };

export function dynamoDbTableImport(TableName: string, settings: AwsSettings, abortSignal?: AbortSignal): TableImport {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  const stop = { abortSignal };
  const update = async (change: object) => {
    await client.send(new UpdateTableCommand({ TableName, ...change }), stop);
    await waitUntilTableExists({ client, ...stop, ...WAIT }, { TableName });
  };
  return {
    async start({ bucket: S3Bucket, folder: S3KeyPrefix, creation, token }) {
      const command = new ImportTableCommand({
        ClientToken: token,
        S3BucketSource: { S3Bucket, S3KeyPrefix },
        InputFormat: 'DYNAMODB_JSON',
        InputCompressionType: 'GZIP',
        TableCreationParameters: { ...importable(creation), TableName },
      });
      const { ImportTableDescription: started } = await client.send(command, stop);
      return started?.ImportArn ?? '';
    },
    async state(ImportArn) {
      const { ImportTableDescription: found } = await client.send(new DescribeImportCommand({ ImportArn }), stop);
      return stateOf(ImportArn, found);
    },
    async running(TableArn) {
      let NextToken: string | undefined;
      do {
        const page: ListImportsCommandOutput = await client.send(new ListImportsCommand({ TableArn, NextToken }), stop);
        const found = page.ImportSummaryList?.find(({ ImportStatus }) => ImportStatus === 'IN_PROGRESS');
        if (found) return found.ImportArn;
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return undefined;
    },
    async complete({ StreamSpecification, TableClass }) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }), stop);
      const lacksStream = StreamSpecification && Table?.StreamSpecification?.StreamEnabled !== true;
      if (lacksStream) await update({ StreamSpecification });
      if (TableClass && Table?.TableClassSummary?.TableClass !== TableClass) await update({ TableClass });
    },
  };
}

function stateOf(importArn: string, found: ImportTableDescription | undefined): ImportState {
  const { ImportStatus, ImportedItemCount = 0, ErrorCount = 0, FailureCode, FailureMessage } = found ?? {};
  const reason = [FailureCode, FailureMessage].filter((words) => words !== undefined).join(': ');
  const counts = { imported: ImportedItemCount, errors: ErrorCount };
  if (ImportStatus === 'COMPLETED') return { importArn, status: 'completed', ...counts };
  if (ImportStatus === 'IN_PROGRESS') return { importArn, status: 'running', ...counts };
  return { importArn, status: 'failed', ...counts, reason: reason === '' ? (ImportStatus ?? 'no state') : reason };
}

/** The words that TableCreationParameters has. Source: API reference, TableCreationParameters. */
function importable(creation: Creation): Omit<TableCreationParameters, 'TableName'> {
  const { AttributeDefinitions, KeySchema, BillingMode, ProvisionedThroughput, OnDemandThroughput } = creation;
  const { GlobalSecondaryIndexes } = creation;
  return {
    ...{ AttributeDefinitions: [...AttributeDefinitions], KeySchema: [...KeySchema], BillingMode },
    ...(ProvisionedThroughput && { ProvisionedThroughput }),
    ...(OnDemandThroughput && { OnDemandThroughput }),
    ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes: indexesOf(GlobalSecondaryIndexes) }),
  };
}

function indexesOf(indexes: NonNullable<Creation['GlobalSecondaryIndexes']>) {
  return indexes as unknown as TableCreationParameters['GlobalSecondaryIndexes'];
}
