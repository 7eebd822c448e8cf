import {
  DynamoDBClient,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from '../core/tableDefinition';
import { describeTableDefinition } from './tableDefinition';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** What can be set on a table that is there. What is set already is no error. */
export interface TableSettings {
  current(): Promise<TableDefinition>;
  enableTimeToLive(attributeName: string): Promise<void>;
  enablePointInTimeRecovery(days: number): Promise<void>;
  addTags(tags: readonly { Key: string; Value: string }[]): Promise<void>;
  protectFromDeletion(): Promise<void>;
}

export function dynamoDbTableSettings(
  TableName: string,
  settings: AwsSettings,
  abortSignal?: AbortSignal,
): TableSettings {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  const stop = { abortSignal };
  return {
    current: () => describeTableDefinition(TableName, settings, abortSignal),
    async enableTimeToLive(AttributeName) {
      const TimeToLiveSpecification = { AttributeName, Enabled: true };
      try {
        await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }), stop);
      } catch (error) {
        // "ValidationException: TimeToLive is already enabled", for the same attribute. Source: dynamoose/dynamoose#754.
        if (!/already enabled/i.test((error as Error).message)) throw error;
      }
    },
    async enablePointInTimeRecovery(RecoveryPeriodInDays) {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays };
      await client.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }), stop);
    },
    async addTags(tags) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }), stop);
      await client.send(new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags: [...tags] }), stop);
    },
    async protectFromDeletion() {
      await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }), stop);
    },
  };
}
