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
  readonly tables: readonly TableCard[];
  /** What is about all tables. */
  readonly recoveryPoint: CardFact;
}

export interface CardFact {
  readonly verdict: 'ok' | 'problem' | 'warning' | 'cannotTell';
  readonly found: string;
}

export interface TableCard {
  readonly name: string;
  readonly newestReplica: CardFact;
  readonly verify: CardFact;
  readonly drill: CardFact;
}

export interface Bar {
  readonly atMs: number;
  readonly insert: number;
  readonly change: number;
  readonly delete: number;
}

export interface TimelineAnswer {
  readonly bars: readonly Bar[];
  readonly barMs: number;
  readonly items: number;
  readonly bursts: readonly { readonly fromMs: number; readonly toMs: number; readonly changes: number }[];
}

/** Undefined: it was not there. */
export interface ShownChange {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

export interface ChangedItem {
  readonly objectKey: string;
  readonly keys: string;
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
  /** The first ones that were found; `counts` tell how many there are. */
  readonly items: readonly ChangedItem[];
}

export interface HistoryAnswer {
  readonly versions: readonly {
    readonly number: number;
    readonly atMs: number;
    readonly event: string;
    readonly by: string;
    readonly problem: string | null;
    readonly gaps: number;
    readonly changes: readonly ShownChange[];
  }[];
}

export interface PlanAnswer {
  readonly command: string;
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

export interface DrillsAnswer {
  /** Newest first. */
  readonly drills: readonly {
    readonly atMs: number;
    readonly verdict: string;
    readonly restoreSeconds: number | null;
    readonly items: number | null;
    readonly differences: number | null;
  }[];
}
