import type { AttributeMap } from '../../core/attributeValue';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import { KeySet } from '../../core/keySet';
import type { PlannedWrite } from '../../core/plannedWrite';
import { kindOf } from '../plan/needsYes';
import { hasExpiredSince } from './expired';
import { ItemsChecksum } from './itemsChecksum';
import { scannedPages, type Action, type PlanRequest } from './plan';

/**
 * What a restore has found out and done, in little room: counts, the sum of what the table should hold now, and, where
 * the table had items before, which items the bucket knows (16 bytes for each).
 */
export class Ledger {
  readonly counts = {
    ...{ put: 0, change: 0, equal: 0, delete: 0, nothing: 0 },
    ...{ unknown: 0, unreadable: 0, newer: 0, changedLater: 0, deletedSince: 0, rejected: 0, moved: 0 },
  };
  /** Of the items that the table holds as the plan says, those whose time to live has passed since the moment. */
  expired = 0;
  /** Objects whose image states a later time than S3 stored it. */
  ahead = 0;
  /** Objects that hold images of a former table of the name alone: they bring nothing back. */
  ofFormerTable = 0;
  /** Items that the table holds as the plan says. */
  readonly restored = new ItemsChecksum();
  /** Items that the plan puts, changes or leaves as they are. */
  readonly desired = new KeySet();
  /** Items that were left alone because their state is not known or could not be written. */
  readonly leftAlone = new KeySet();

  /** Of a restore that is continued: items that are not there any more. It deletes none, so one of them may be left. */
  readonly absent = new KeySet();

  constructor(private readonly request: Pick<PlanRequest, 'mode' | 'momentMs' | 'timeToLive' | 'continuesSinceMs'>) {}

  note(action: Action): void {
    this.counts[action.do] += 1;
    if (action.ahead !== undefined) this.ahead += 1;
    if (action.do === 'nothing' && action.isOfFormerTable) this.ofFormerTable += 1;
    if (isLeft(action)) this.leftAlone.add(action.objectKey);
    if ('ownKey' in action && action.ownKey !== undefined) this.leftAlone.add(action.ownKey);
    if (action.do === 'nothing' && this.request.continuesSinceMs !== undefined) this.absent.add(action.objectKey);
    if (action.do !== 'put' && action.do !== 'change' && action.do !== 'equal') return;
    this.restored.add(action.digest);
    if (this.isExpired(action)) this.expired += 1;
    if (this.request.mode !== 'fill') this.desired.add(action.objectKey);
  }

  /** An action that was noted could not be carried out. */
  noteRejected(action: Action): void {
    this.counts[action.do] -= 1;
    this.counts.rejected += 1;
    this.leftAlone.add(action.objectKey);
    if (!('digest' in action)) return;
    this.restored.remove(action.digest);
    if (this.isExpired(action)) this.expired -= 1;
  }

  private isExpired(action: { readonly item: AttributeMap }): boolean {
    const { timeToLive, momentMs } = this.request;
    return timeToLive !== undefined && hasExpiredSince(action.item, timeToLive, momentMs);
  }

  /** A line of the plan that was not carried out. */
  noteNotWritten({ objectKey, change, becomes }: PlannedWrite, why: 'moved' | 'rejected'): void {
    this.counts[kindOf(change)] -= 1;
    this.counts[why] += 1;
    this.leftAlone.add(objectKey);
    if (change.do !== 'delete') this.restored.remove(becomes);
  }

  /** Items that could not be brought back. */
  get left(): number {
    const { unknown, unreadable, newer, changedLater, deletedSince, rejected, moved } = this.counts;
    return unknown + unreadable + newer + changedLater + deletedSince + rejected + moved;
  }
}

/** Whether an action leaves its item as it is, because it cannot be brought back. */
export function isLeft(action: Action): action is Extract<Action, { reason: string }> {
  return 'reason' in action;
}

/**
 * Reads the whole table again and tells whether it holds what the ledger says; in mirror mode and a new table, nothing else.
 *
 * @param onAbsent told of each item that is in the table and not there by its images, in a restore that is continued
 */
export async function holdsWhatWasRestored(
  { table, target, mode, signal }: Pick<PlanRequest, 'table' | 'target' | 'mode' | 'signal'>,
  ledger: Ledger,
  { onItem, onAbsent }: { onItem: () => void; onAbsent: (objectKey: string, item: AttributeMap) => Promise<void> },
): Promise<boolean> {
  const found = new ItemsChecksum();
  const areAllCounted = mode !== 'merge' && ledger.leftAlone.size === 0;
  const isCounted = async (item: AttributeMap) => {
    const objectKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, item));
    if (ledger.absent.has(objectKey)) await onAbsent(objectKey, item);
    return !ledger.leftAlone.has(objectKey) && (mode !== 'merge' || ledger.desired.has(objectKey));
  };
  for await (const page of scannedPages(target)) {
    signal?.throwIfAborted();
    for (const item of page) {
      onItem();
      // Stryker disable next-line ConditionalExpression: a short way to the same answer
      if (areAllCounted || (await isCounted(item))) found.addItem(item);
    }
  }
  return found.equals(ledger.restored);
}
