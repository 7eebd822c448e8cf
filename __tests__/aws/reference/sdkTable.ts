import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { RejectedWriteError, type BatchTable, type WriteOperation } from '../../../aws/batchTable';
import { toSdkItem } from '../../../aws/sdkAttributes';
import type { AwsSettings } from '../../../aws/awsSettings';
import type { TableScanner } from '../../../aws/tableScan';
import { sendForWireJson } from '../../../aws/wireJson';
import type { AttributeMap } from '../../../core/attributeValue';

const THROTTLED = new Set(['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'ThrottlingException']);

export function sdkScanner(TableName: string, settings: AwsSettings): TableScanner {
  const client = new DynamoDBClient({ ...settings, maxAttempts: 4 });
  return {
    async page({ number: Segment, of: TotalSegments }, { after, maxItems: Limit, signal }) {
      const command = new ScanCommand({
        TableName,
        ConsistentRead: true,
        Segment,
        TotalSegments,
        ExclusiveStartKey: after && toSdkItem(after),
        Limit,
        ReturnConsumedCapacity: 'TOTAL',
      });
      signal.throwIfAborted();
      try {
        const page = await sendForWireJson<WirePage>(client, command);
        return {
          items: page.Items,
          capacityUnits: page.ConsumedCapacity?.CapacityUnits ?? 0,
          next: page.LastEvaluatedKey ?? undefined,
        };
      } catch (error) {
        if (THROTTLED.has((error as Error).name)) return 'throttled';
        throw error;
      }
    },
  };
}

interface WirePage {
  readonly Items: AttributeMap[];
  readonly LastEvaluatedKey?: AttributeMap | null;
  readonly ConsumedCapacity?: { readonly CapacityUnits?: number };
}

/** BatchWriteItem alone. */
export function sdkWriter(table: string, settings: AwsSettings): Pick<BatchTable, 'write'> {
  const client = new DynamoDBClient({ ...settings, maxAttempts: 3 });
  return { write: (operations) => writeOnce(client, table, operations) };
}

async function writeOnce(
  client: DynamoDBClient,
  table: string,
  operations: readonly WriteOperation[],
): Promise<WriteOperation[]> {
  const requests = operations.map((operation) =>
    'put' in operation
      ? { PutRequest: { Item: toSdkItem(operation.put) } }
      : { DeleteRequest: { Key: toSdkItem(operation.delete) } },
  );
  try {
    const { UnprocessedItems } = await sendForWireJson<{
      UnprocessedItems?: Record<
        string,
        ({ PutRequest: { Item: AttributeMap } } | { DeleteRequest: { Key: AttributeMap } })[]
      >;
    }>(client, new BatchWriteItemCommand({ RequestItems: { [table]: requests } }));
    return (UnprocessedItems?.[table] ?? []).map((request) =>
      'PutRequest' in request ? { put: request.PutRequest.Item } : { delete: request.DeleteRequest.Key },
    );
  } catch (error) {
    const { name, message } = error as Error;
    if (THROTTLED.has(name)) return [...operations];
    if (name === 'ValidationException') throw new RejectedWriteError(message, { cause: error });
    throw error;
  }
}
