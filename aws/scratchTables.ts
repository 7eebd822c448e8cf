import {
  DeleteTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  DescribeTableCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** The tables of an account and region, for whoever makes some for a while. */
export interface ScratchTables {
  /** Names of all tables that start so. */
  named(prefix: string): Promise<string[]>;
  /** A table's value of a tag; undefined when it has none, when there is no such table, or where there are no tags at all. */
  tag(tableName: string, key: string): Promise<string | undefined>;
  /** Deletes a table and waits until it is gone. One that is gone already is gone. */
  remove(tableName: string): Promise<void>;
}

const WAIT = { maxWaitTime: 300, minDelay: 0.1, maxDelay: 5 };

export function dynamoDbScratchTables(settings: AwsSettings): ScratchTables {
  const client = new DynamoDBClient(sdkClientConfig(settings, { attempts: 8 }));
  return {
    async named(prefix) {
      const names: string[] = [];
      let ExclusiveStartTableName: string | undefined;
      do {
        const page = await client.send(new ListTablesCommand({ ExclusiveStartTableName }));
        names.push(...(page.TableNames ?? []).filter((name) => name.startsWith(prefix)));
        ExclusiveStartTableName = page.LastEvaluatedTableName;
      } while (ExclusiveStartTableName !== undefined);
      return names;
    },
    async tag(TableName, key) {
      try {
        const { Table } = await client.send(new DescribeTableCommand({ TableName }));
        const { Tags = [] } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
        return Tags.find(({ Key }) => Key === key)?.Value;
      } catch (error) {
        // DynamoDB Local has no tags; AWS never answers so.
        if (['ResourceNotFoundException', 'UnknownOperationException'].includes((error as Error).name))
          return undefined;
        throw error;
      }
    },
    async remove(TableName) {
      try {
        await client.send(new DeleteTableCommand({ TableName }));
      } catch (error) {
        if ((error as Error).name === 'ResourceNotFoundException') return;
        throw error;
      }
      await waitUntilTableNotExists({ client, ...WAIT }, { TableName });
    },
  };
}
