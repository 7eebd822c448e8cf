import { dynamoDbBatchTable } from '../../aws/batchTable';
import { couldNotLook } from '../../aws/couldNotLook';
import type { AwsSettings } from '../../aws/awsSettings';
import { CouldNotLookError } from '../../core/errors';
import type { ConfiguredTable } from '../../settings/configuredTable';
import { requireConfiguredKeys } from '../sameKeys';
import type { DrillOrder } from './performDrill';

export interface LiveTableRequest {
  readonly table: ConfiguredTable;
  readonly dynamoDb: AwsSettings;
  /** Of the source account. */
  readonly accountId: string;
  readonly region: string;
  readonly signal: AbortSignal;
}

/**
 * The live table, looked at before anything is made.
 *
 * @throws CouldNotLookError when it cannot be read, or is not there
 * @throws UsageError when the settings give it other keys
 */
export async function openLiveTable(request: LiveTableRequest): Promise<DrillOrder['live']> {
  const { table, dynamoDb, accountId, region, signal } = request;
  const live = dynamoDbBatchTable(table.tableName, dynamoDb, { signal });
  const hint = 'If it is lost, or this machine cannot reach it, drill with --without-live';
  const description = await live.describe().catch((cause: unknown) => {
    if (!couldNotLook(cause)) throw cause;
    throw new CouldNotLookError(
      `the live table ${table.tableName} cannot be read: ${(cause as Error).message}. ${hint}`,
      { cause },
    );
  });
  if (!description) throw new CouldNotLookError(`there is no live table ${table.tableName} in ${region}. ${hint}`);
  requireConfiguredKeys(table, description);
  return { table: live, name: `${table.tableName} in ${accountId}, ${region}` };
}
