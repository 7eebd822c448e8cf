import { dynamoDbBatchTable } from '../../aws/batchTable';
import { metricValues } from '../../aws/cloudWatch';
import { openShards } from '../../aws/openShards';
import { CouldNotLookError } from '../../core/errors';
import { isImageKey, tablePrefix, type TableLocation } from '../../core/objectKey';
import type { Connection } from '../connection';
import type { ImageSource } from '../images/imageSource';
import type { TableLooks } from './figures';

const LOOK_BACK_DAYS = 14;
const HOUR_SECONDS = 3_600;
const DAY_MS = 86_400_000;

/** Looks at a table by its account's services. */
export function tableLooks(
  tableName: string,
  { dynamoDb, cloudWatch }: Pick<Connection, 'dynamoDb' | 'cloudWatch'>,
  { nowMs, signal }: { readonly nowMs: () => number; readonly signal: AbortSignal },
): TableLooks {
  return {
    async describe() {
      const table = await dynamoDbBatchTable(tableName, dynamoDb, { signal }).describe();
      if (table) {
        const { GlobalSecondaryIndexes = [], LocalSecondaryIndexes = [], ...rest } = table;
        return { ...rest, indexes: GlobalSecondaryIndexes.length + LocalSecondaryIndexes.length };
      }
      throw new CouldNotLookError(
        `there is no table ${tableName} in the source account's region; what is not there can be given: --items N --item-bytes N --changes-per-second N`,
      );
    },
    shards: (streamArn) => openShards(streamArn, dynamoDb),
    async writeUnits() {
      const toMs = nowMs();
      const query = {
        ...{ namespace: 'AWS/DynamoDB', metricName: 'ConsumedWriteCapacityUnits', statistic: 'Sum' as const },
        ...{ dimensions: { TableName: tableName }, periodSeconds: HOUR_SECONDS },
      };
      const values = await metricValues(query, { fromMs: toMs - LOOK_BACK_DAYS * DAY_MS, toMs }, cloudWatch);
      const first = values.at(-1);
      if (!first) return undefined;
      const seconds = Math.max(HOUR_SECONDS, (toMs - first.atMs) / 1_000);
      const units = values.reduce((sum, { value }) => sum + value, 0);
      return { perSecond: units / seconds, days: (seconds * 1_000) / DAY_MS };
    },
  };
}

/** How many versions of images a table has in a copy. A LIST request shows 1,000 of them. */
export async function versionsIn(
  source: Pick<ImageSource, 'histories'>,
  table: TableLocation,
  { signal, onObject }: { readonly signal: AbortSignal; readonly onObject: () => void },
): Promise<number> {
  let versions = 0;
  for await (const history of source.histories(tablePrefix(table), signal)) {
    signal.throwIfAborted();
    onObject();
    if (isImageKey(history.objectKey)) versions += history.versions.length;
  }
  return versions;
}
