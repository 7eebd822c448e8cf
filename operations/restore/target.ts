import type { BatchTable } from '../../aws/batchTable';
import type { KeySchema } from '../../core/objectKey';
import { keySchemaOf, type CreateTable, type TableDefinition } from '../../core/tableDefinition';
import { RefusedError } from '../../core/errors';
import type { RestoreMode } from './plan';
import type { UnfinishedRestore } from './unfinished';

type Described = NonNullable<Awaited<ReturnType<BatchTable['describe']>>>;

/** What is known of the table that is to be restored into. */
export interface TargetState {
  readonly tableName: string;
  /** Undefined when there is no such table. */
  readonly description: Described | undefined;
  readonly hasItems: boolean;
  /** A restore into this very table that was stopped. */
  readonly unfinished: UnfinishedRestore | undefined;
}

/** What a restore is going to do with its target. */
export interface TargetDecision {
  readonly create: boolean;
  readonly mode: RestoreMode;
  /** The moment of the restore that is continued. */
  readonly continuesMs?: number;
}

/**
 * Decides how the target is met: a new table is made, an empty one filled, one with items only as it was said.
 *
 * A table that an earlier restore has made and not finished may be completed: nobody else has put anything into it.
 *
 * @throws RefusedError when the target is not what the restore may touch
 */
export function decideTarget(
  target: TargetState,
  wanted: 'merge' | 'mirror' | undefined,
  moment: { readonly ms: number; readonly isAbsolute: boolean },
  keySchema: KeySchema,
): TargetDecision {
  const { tableName, description, hasItems, unfinished } = target;
  if (!description) return { create: true, mode: 'fill' };
  if (description.TableStatus !== 'ACTIVE') {
    throw new RefusedError(
      `the table ${tableName} is ${description.TableStatus ?? 'in an unknown state'}; wait until it is ACTIVE`,
    );
  }
  requireSameKeys(tableName, description, keySchema);
  if (wanted) return { create: false, mode: hasItems ? wanted : 'fill' };
  if (!unfinished) {
    if (!hasItems) return { create: false, mode: 'fill' };
    throw new RefusedError(
      `the table ${tableName} has items. Say what becomes of them: --merge adds and changes, --mirror also deletes what was not there at the moment. Or restore into another name`,
    );
  }
  if (moment.isAbsolute && unfinished.momentMs !== moment.ms) {
    throw new RefusedError(
      `the table ${tableName} is an unfinished restore as of ${new Date(unfinished.momentMs).toISOString()}. Give that moment to finish it, or --mirror to change it to the other one`,
    );
  }
  return { create: false, mode: 'mirror', continuesMs: unfinished.momentMs };
}

function requireSameKeys(tableName: string, { KeySchema: elements = [] }: Described, wanted: KeySchema): void {
  const createTable = { KeySchema: elements } as unknown as CreateTable;
  const { partitionKey, sortKey } = keySchemaOf({ tableName, createTable });
  if (partitionKey === wanted.partitionKey && sortKey === wanted.sortKey) return;
  const words = (schema: KeySchema) => [schema.partitionKey, schema.sortKey].filter(Boolean).join(' and ');
  throw new RefusedError(
    `the table ${tableName} has the key ${words({ partitionKey, sortKey })}, the images have ${words(wanted)}; restore into another table`,
  );
}

type Creation = Omit<CreateTable, 'DeletionProtectionEnabled'>;

/**
 * What the table is created with. Deletion protection comes at the end, so that a restore that failed can be removed;
 * so does time to live, or DynamoDB would delete expired items while they are being compared.
 */
export function creationOf({ createTable }: TableDefinition, onDemand: boolean): Creation {
  const creation = without(createTable, 'DeletionProtectionEnabled');
  return onDemand ? asOnDemand(creation) : creation;
}

function asOnDemand(creation: Creation): Creation {
  const indexes = creation.GlobalSecondaryIndexes?.map((index) => without(index, 'ProvisionedThroughput'));
  return {
    ...without(creation, 'ProvisionedThroughput'),
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes && { GlobalSecondaryIndexes: indexes }),
  };
}

function without<Fields extends object, Name extends keyof Fields>(fields: Fields, name: Name): Omit<Fields, Name> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name)) as Omit<Fields, Name>;
}

/** Sets what waits for the items to be there. Returns what was set, for people. */
export async function finishTable(
  target: Pick<BatchTable, 'enableTimeToLive' | 'enablePointInTimeRecovery' | 'protectFromDeletion'>,
  { createTable, timeToLiveAttributeName, pointInTimeRecoveryDays }: TableDefinition,
): Promise<string[]> {
  const done: string[] = [];
  if (timeToLiveAttributeName !== undefined) {
    await target.enableTimeToLive(timeToLiveAttributeName);
    done.push(`time to live by ${timeToLiveAttributeName}`);
  }
  if (pointInTimeRecoveryDays !== undefined) {
    await target.enablePointInTimeRecovery(pointInTimeRecoveryDays);
    done.push(`point-in-time recovery for ${pointInTimeRecoveryDays} days`);
  }
  if (createTable.DeletionProtectionEnabled) {
    await target.protectFromDeletion();
    done.push('deletion protection');
  }
  return done;
}
