import { itemDigest } from '../../core/image';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import { Contents } from './contents';
import { KeySet } from './keySet';
import { scanned, type Action, type PlanRequest, type RestoreMode } from './plan';

/**
 * What a restore has found out and done, in little room: counts, the sum of what the table should hold now, and, where
 * the table had items before, which items the bucket knows (16 bytes for each).
 */
export class Ledger {
  readonly counts = { put: 0, change: 0, equal: 0, delete: 0, nothing: 0, unknown: 0, unreadable: 0, rejected: 0 };
  /** Items that the table holds as the plan says. */
  readonly restored = new Contents();
  /** Items that the plan puts, changes or leaves as they are. */
  readonly desired = new KeySet();
  /** Items that were left alone because their state is not known or could not be written. */
  readonly leftAlone = new KeySet();

  constructor(private readonly mode: RestoreMode) {}

  note(action: Action): void {
    this.counts[action.do] += 1;
    if (action.do === 'unknown' || action.do === 'unreadable') this.leftAlone.add(action.objectKey);
    if (action.do !== 'put' && action.do !== 'change' && action.do !== 'equal') return;
    this.restored.add(action.objectKey, action.digest);
    if (this.mode !== 'fill') this.desired.add(action.objectKey);
  }

  /** An action that was noted could not be carried out. */
  noteRejected(action: Action): void {
    this.counts[action.do] -= 1;
    this.counts.rejected += 1;
    this.leftAlone.add(action.objectKey);
    if ('digest' in action) this.restored.remove(action.objectKey, action.digest);
  }

  /** Items that could not be brought back. */
  get left(): number {
    return this.counts.unknown + this.counts.unreadable + this.counts.rejected;
  }
}

/** Reads the whole table again and tells whether it holds what the ledger says; in mirror mode and a new table, nothing else. */
export async function holdsWhatWasRestored(
  { table, target, mode, signal }: Pick<PlanRequest, 'table' | 'target' | 'mode' | 'signal'>,
  ledger: Ledger,
  onItem: () => void,
): Promise<boolean> {
  const found = new Contents();
  for await (const item of scanned(target)) {
    signal?.throwIfAborted();
    onItem();
    const objectKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, item));
    if (ledger.leftAlone.size > 0 && ledger.leftAlone.has(objectKey)) continue;
    if (mode === 'merge' && !ledger.desired.has(objectKey)) continue;
    found.add(objectKey, itemDigest(item));
  }
  return found.equals(ledger.restored);
}
