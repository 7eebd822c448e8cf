import type { AttributeMap } from '../../core/attributeValue';

/** How an item of the restored table is not what it should be. */
export type DifferenceKind =
  /** The live table has it, the restored table does not. */
  | 'missing'
  /** The restored table has it, the live table does not. */
  | 'extra'
  /** Both have it, with another content. */
  | 'different'
  /** Its image cannot be read. */
  | 'unreadable'
  /** Its history begins after the moment, with an item that was already there. */
  | 'unknown'
  /** DynamoDB refuses the item. */
  | 'rejected'
  /** S3 shows something else than the newest image, which lifecycle will remove. */
  | 'notCurrent'
  /** The restored table does not hold what was written to it. */
  | 'notAsPlanned'
  /** Its image states a later time than S3 stored it. */
  | 'ahead';

export interface Difference {
  readonly kind: DifferenceKind;
  readonly objectKey: string;
  readonly reason: string;
  /** The item's keys, where the object key spells them. */
  readonly keys?: AttributeMap;
  /** Paths at which the restored and the live item differ. What they hold is not told: a report is shown around. */
  readonly attributes?: readonly string[];
}

/** So many differences are listed; all of them are counted. */
export const LISTED_DIFFERENCES = 1_000;

/** What a drill has found out about the items. */
export class Findings {
  readonly counts = {
    /** Items in the restored table. */
    restored: 0,
    /** Objects whose item was not there at the moment: deleted before, or made after it. */
    absent: 0,
    /** Items left out because their image has to be asked back from an archive class first. */
    archived: 0,
    /** Items looked at in the restored and the live table. */
    compared: 0,
    /** Of these: changed after the moment, and their next image says that the restored state was the one before. */
    changedAfter: 0,
    /** Of these: their last change came to the copy only while the drill was running. The copy has it now. */
    late: 0,
  };
  readonly differencesByKind: Partial<Record<DifferenceKind, number>> = {};
  readonly listed: Difference[] = [];
  private readonly named = new Set<string>();

  /** One object is one difference, whatever is wrong with it. */
  add(difference: Difference): void {
    if (this.named.has(difference.objectKey)) return;
    this.named.add(difference.objectKey);
    this.differencesByKind[difference.kind] = (this.differencesByKind[difference.kind] ?? 0) + 1;
    if (this.listed.length < LISTED_DIFFERENCES) this.listed.push(difference);
  }

  /** Left out for a cost, not for a fault. */
  addArchived(objectKey: string): void {
    this.named.add(objectKey);
    this.counts.archived += 1;
  }

  /** Whether it has been said of an object already why it is not compared. */
  isNamed(objectKey: string): boolean {
    return this.named.has(objectKey);
  }

  get differences(): number {
    return Object.values(this.differencesByKind).reduce((sum, count) => sum + count, 0);
  }
}
