import type { AttributeMap } from '../core/attributeValue';
import { isThrottled } from './signed';
import { signedDynamoDbAs } from './signed/asSdk';
import type { AwsSettings } from './awsSettings';

/** What one Scan call brought. */
export interface ScanPage {
  /** In wire form. */
  readonly items: readonly AttributeMap[];
  /** Read capacity units that the page took. */
  readonly capacityUnits: number;
  /** Where the segment goes on; undefined after its last page. */
  readonly next?: AttributeMap;
}

/** Reads a table page by page, strongly consistent, each segment by itself. */
export interface TableScanner {
  /** `throttled`: DynamoDB has no capacity left for it now, the same call can be made again. */
  page(
    segment: { readonly number: number; readonly of: number },
    options: { readonly after?: AttributeMap; readonly maxItems?: number; readonly signal: AbortSignal },
  ): Promise<ScanPage | 'throttled'>;
}

export function dynamoDbScanner(TableName: string, settings: AwsSettings): TableScanner {
  const call = signedDynamoDbAs(settings, 4);
  return {
    async page({ number: Segment, of: TotalSegments }, { after: ExclusiveStartKey, maxItems: Limit, signal }) {
      const input = {
        ...{ TableName, ConsistentRead: true, Segment, TotalSegments },
        ...{ ExclusiveStartKey, Limit, ReturnConsumedCapacity: 'TOTAL' },
      };
      signal.throwIfAborted();
      try {
        const page = await call<WirePage>('Scan', input, signal);
        return {
          items: page.Items,
          capacityUnits: page.ConsumedCapacity?.CapacityUnits ?? 0,
          next: page.LastEvaluatedKey ?? undefined,
        };
      } catch (error) {
        if (isThrottled(error)) return 'throttled';
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
