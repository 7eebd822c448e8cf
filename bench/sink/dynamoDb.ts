import type { AttributeMap } from '../../core/attributeValue';
import { orderOf } from '../contenders/orders';
import { IMPORTED, itemOf, TABLE } from './items';
import type { Answer } from './s3';
import type { SinkState } from './state';

interface ScanRequest {
  readonly TableName: string;
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: { readonly page: { readonly N: string } };
}
interface BatchWriteRequest {
  readonly RequestItems: Readonly<Record<string, { PutRequest: { Item: AttributeMap } }[]>>;
}

/** About 1 MB, as DynamoDB's pages are. */
const PAGE = 2_000;

export function answerDynamoDb(state: SinkState, target: string, body: Buffer): Answer {
  const operation = target.split('.')[1] ?? '';
  const request = JSON.parse(body.toString('utf8')) as unknown;
  const json = (answer: string, effect?: () => void) => ({ status: 200, headers: JSON_1, body: answer, effect });
  switch (operation) {
    case 'Scan':
      return json(scan(state, request as ScanRequest));
    case 'BatchWriteItem':
      return json('{"UnprocessedItems":{}}', () => {
        for (const { PutRequest } of Object.values((request as BatchWriteRequest).RequestItems).flat()) {
          state.write(JSON.stringify(PutRequest.Item), true);
        }
      });
    case 'ImportTable':
      return json(JSON.stringify({ ImportTableDescription: { ImportArn: IMPORT_ARN } }), () => {
        state.isImported = true;
      });
    case 'DescribeImport':
      return json(JSON.stringify({ ImportTableDescription: importOf(state) }));
    case 'DescribeTable':
      if ((request as ScanRequest).TableName === IMPORTED && !state.isImported) {
        return { ...json('{"__type":"ResourceNotFoundException","message":"there is no import yet"}'), status: 400 };
      }
      return json(JSON.stringify({ Table: described((request as ScanRequest).TableName) }));
    case 'DescribeTimeToLive':
      return json('{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}');
    case 'DescribeContinuousBackups':
      return json('{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED"}}');
    case 'ListTagsOfResource':
      return json('{"Tags":[]}');
    default:
      return { ...json(`{"__type":"ValidationException","message":"the sink has no ${operation}"}`), status: 400 };
  }
}

const IMPORT_ARN = 'arn:aws:dynamodb:eu-central-1:111111111111:table/imported/import/1';

function importOf({ distinct }: SinkState) {
  return { ImportArn: IMPORT_ARN, ImportStatus: 'COMPLETED', ImportedItemCount: distinct, ErrorCount: 0 };
}

const JSON_1 = { 'content-type': 'application/x-amz-json-1.0' };

/** The table has all items, the others those that have been written. */
function scan(state: SinkState, request: ScanRequest): string {
  const { TableName, Segment = 0, TotalSegments = 1, Limit = PAGE, ExclusiveStartKey } = request;
  const { items, isOfOrders } = state.settings;
  const boundary = (segment: number) => Math.floor((items * segment) / TotalSegments);
  const first = ExclusiveStartKey ? Number(ExclusiveStartKey.page.N) : boundary(Segment);
  const end = Math.min(boundary(Segment + 1), first + Math.min(Limit, PAGE));
  const page: string[] = [];
  for (let number = first; number < end; number += 1) {
    if (TableName === TABLE.tableName || state.has(number)) {
      page.push(JSON.stringify(isOfOrders ? orderOf(number, items, 0) : itemOf(number, items)));
    }
  }
  state.scanned += page.length;
  const next = end < boundary(Segment + 1) ? `,"LastEvaluatedKey":{"page":{"N":"${end}"}}` : '';
  const capacity = `"ConsumedCapacity":{"TableName":"${TableName}","CapacityUnits":${page.length / 8}}`;
  return `{"Count":${page.length},"ScannedCount":${page.length},"Items":[${page.join(',')}],${capacity}${next}}`;
}

function described(tableName: string) {
  return {
    TableName: tableName,
    TableStatus: 'ACTIVE',
    TableArn: `arn:aws:dynamodb:eu-central-1:111111111111:table/${tableName}`,
    TableId: '00000000-0000-4000-8000-000000000000',
    ItemCount: 0,
    CreationDateTime: 1_700_000_000,
    KeySchema: [{ AttributeName: TABLE.keySchema.partitionKey, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: TABLE.keySchema.partitionKey, AttributeType: 'S' }],
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    LatestStreamLabel: '2026-10-01T08:00:00.000',
    LatestStreamArn: `arn:aws:dynamodb:eu-central-1:111111111111:table/${tableName}/stream/2026-10-01T08:00:00.000`,
  };
}
