import type { BatchTable } from '../../aws/batchTable';
import type { KeySchema } from '../../core/objectKey';
import type { CreateTable, TableDefinition } from '../../core/tableDefinition';
import { RefusedError, UsageError } from '../../core/errors';
import { printable } from '../../core/printable';
import { requireKeysOfImages } from '../sameKeys';
import type { PlanRequest, RestoreMode } from './plan';
import { askedMomentWords, isOtherMoment, type AskedMoment } from './sameMoment';
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

/**
 * What becomes of the items of a target that has some. `merge` adds, and changes what is older than the moment; `overwrite`
 * changes what was written later, too; `mirror` also deletes.
 */
export type ExistingItems = 'merge' | 'overwrite' | 'mirror';

/** What a restore is going to do with its target. */
export interface TargetDecision {
  readonly create: boolean;
  readonly mode: RestoreMode;
  /** It was said what becomes of the items that it has, so the plan is made whole before anything is written. */
  readonly later?: PlanRequest['later'];
  /** The moment of the restore that is continued. */
  readonly continuesMs?: number;
  /** It has items, and nobody has said what becomes of them: nothing may be written, but it may be as planned already. */
  readonly isUnsaid?: true;
  /** Whether it gets what table.json says: a table as a whole does; one that is merged into keeps what it has. */
  readonly finishes: boolean;
}

/**
 * Decides how the target is met: a new table is made, an empty one filled, one with items only as it was said.
 *
 * A table that an earlier restore has made and not finished is merged into. Whatever is remembered of it deletes and
 * reverts nothing.
 *
 * @throws RefusedError when the target is not what the restore may touch
 */
export function decideTarget(
  target: TargetState,
  wanted: ExistingItems | undefined,
  moment: AskedMoment,
  keySchema: KeySchema,
): TargetDecision {
  const { tableName, description, hasItems, unfinished } = target;
  if (!description) return { create: true, mode: 'fill', finishes: true };
  if (description.TableStatus !== 'ACTIVE') {
    throw new RefusedError(
      `the table ${tableName} is ${description.TableStatus ?? 'in an unknown state'}; wait until it is ACTIVE`,
    );
  }
  requireKeysOfImages(keySchema, tableName, description);
  if (!hasItems && (wanted || !unfinished)) return { create: false, mode: 'fill', finishes: true };
  if (wanted) {
    const finishes = wanted === 'mirror' || unfinished !== undefined;
    if (wanted === 'mirror') return { create: false, mode: 'mirror', later: 'mark', finishes };
    return { create: false, mode: 'merge', later: wanted === 'merge' ? 'keep' : 'mark', finishes };
  }
  if (!unfinished) return { create: false, mode: 'merge', isUnsaid: true, finishes: true };
  if (isOtherMoment(unfinished, moment)) {
    throw new RefusedError(
      `the table ${tableName} is an unfinished restore ${askedMomentWords(unfinished)}. Give that moment to finish it, or --mirror to change it to the other one`,
    );
  }
  return { create: false, mode: 'merge', continuesMs: unfinished.momentMs, finishes: true };
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

/**
 * Makes a table, or says where the definition comes from that DynamoDB does not take.
 *
 * @throws UsageError for what is wrong with the definition
 */
export async function createdFrom(definitionFrom: string, create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if ((error as Error).name !== 'ValidationException') throw error;
    throw new UsageError([
      `DynamoDB does not take the table's definition (${definitionFrom}): ${printable((error as Error).message)}. Give one of your own: --definition FILE of dcs restore`,
    ]);
  }
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
