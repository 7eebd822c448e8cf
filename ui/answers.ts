import type { DrillEntry } from '../operations/drill/earlier';
import type { TableRow } from '../operations/status/tableRows';

/*
 * What the page is told, as JSON. Times are epoch milliseconds, values are plain JSON text: content of tables is only ever
 * shown as text.
 */

export interface TablesAnswer {
  /** Where the copy is, for people. */
  readonly copy: string;
  readonly accounts: string;
  /** By the clock of S3; null where it has not told. */
  readonly readAtMs: number | null;
  /** What needs somebody comes first. */
  readonly tables: readonly TableCard[];
  /** What is about all tables. */
  readonly recoveryPoint: CardFact;
  /** What every command has to say besides its own, quoted for a shell. */
  readonly options: string;
}

export interface CardFact {
  readonly verdict: 'ok' | 'problem' | 'warning' | 'cannotTell';
  readonly found: string;
}

export interface TableCard extends Omit<TableRow, 'table'> {
  readonly name: string;
  readonly restorable: CardFact;
  readonly newestReplica: CardFact;
  readonly lastVerify: CardFact;
  readonly lastDrill: CardFact;
  /** Everything else that somebody has to act on. */
  readonly problems: readonly { readonly found: string; readonly remedy: string | null }[];
}

export interface Bar {
  readonly atMs: number;
  readonly insert: number;
  readonly change: number;
  readonly delete: number;
}

/** A time of which not every change is in an image. */
export interface ShownGap {
  readonly fromMs: number;
  /** The first moment after it. */
  readonly toMs: number;
  readonly why: string;
}

export interface TimelineAnswer {
  readonly bars: readonly Bar[];
  readonly barMs: number;
  readonly items: number;
  /** Those with the most deletes first. */
  readonly bursts: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly changes: number;
    readonly deletes: number;
  }[];
  readonly gaps: readonly ShownGap[];
  /** What could not be looked at for gaps, as sentences. */
  readonly notLookedAt: readonly string[];
}

export interface ShownChange {
  readonly path: string;
  /** Undefined: it was not there. */
  readonly before?: string;
  /** Undefined: it is gone. */
  readonly after?: string;
  /** The settings say that its values are not shown. */
  readonly isHidden?: true;
}

export interface ChangedItem {
  readonly objectKey: string;
  /** The values of its keys. */
  readonly keys: readonly string[];
  /** `--key '...'`, quoted for a shell. */
  readonly keyOption: string;
  readonly is: 'added' | 'removed' | 'changed';
  readonly times: number;
  readonly changedAtMs: number | null;
  readonly changes: readonly ShownChange[];
}

export interface ChangesAnswer {
  readonly counts: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly unknown: number;
  };
  /** Names of the key attributes. */
  readonly keyNames: readonly string[];
  /** The first ones that were found; `counts` tell how many there are. */
  readonly items: readonly ChangedItem[];
}

export interface HistoryAnswer {
  readonly versions: readonly {
    readonly number: number;
    readonly atMs: number;
    readonly event: string;
    readonly by: string;
    /** Of the stream record, by which `dcs revert --change` finds it; null where it has none. */
    readonly sequenceNumber: string | null;
    readonly problem: string | null;
    readonly gaps: number;
    readonly changes: readonly ShownChange[];
  }[];
}

export interface PlanAnswer {
  /** Null where the live table could not be read: `why` says so. */
  readonly counts: {
    readonly put: number;
    readonly change: number;
    readonly delete: number;
    readonly changedLater: number;
    readonly conflicts: number;
    readonly unknown: number;
  } | null;
  readonly why: string | null;
}

export interface ShownDrill extends DrillEntry {
  readonly atMs: number;
  /** Measured, and over the target of its time. */
  readonly isTooLate: boolean;
  readonly isTooOld: boolean;
}

export interface DrillsAnswer {
  /** Newest first. */
  readonly drills: readonly ShownDrill[];
}
