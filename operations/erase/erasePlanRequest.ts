import type { BatchTable } from '../../aws/batchTable';
import type { VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';
import type { ConfiguredTable } from '../../settings/configuredTable';
import type { Selection } from '../selection';
import type { ErasedBucket, ErasedSide } from './places';

/** Something that cannot be erased, of which nobody can tell whether it is to be, or that a kept plan does not name yet. */
export interface LeftObject {
  readonly in: ErasedSide;
  readonly objectKey: string;
  readonly why: 'unclear' | 'notRedriven' | 'appeared' | 'journal';
  readonly reason: string;
  /** Of a journal's objects each version is told by itself. */
  readonly versionId?: string;
  /** Of a journal: the object keys of the items that have lines in it, how many these are, and how many the others have. */
  readonly items?: readonly string[];
  readonly lines?: number;
  readonly otherLines?: number;
  /** Until when Object Lock keeps it. */
  readonly untilMs?: number;
  /** Before this lifecycle does not remove it; null: never, or nobody can tell yet. */
  readonly expiresAtMs?: number | null;
}

/** When the lifecycle of the two buckets takes away what is stored of a journal. */
export interface JournalLifecycle {
  /** `source.lifecycle.journalExpirationDays`; null: never. */
  readonly sourceExpirationDays: number | null;
}

export interface ErasePlanRequest {
  readonly table: ConfiguredTable;
  /** Keys or a partition: nothing is erased by what an item is. */
  readonly selection: Pick<Selection, 'keys' | 'partition'>;
  readonly buckets: readonly ErasedBucket[];
  /** The live table; what is still in it is not erased. Undefined: there is none. */
  readonly live?: Pick<BatchTable, 'getBatch'>;
  /** What removes a journal's objects by itself; undefined where the table has none any more. */
  readonly journalLifecycle?: JournalLifecycle;
  /** Whether the source bucket keeps journals for some days only: `source.lifecycle.journalExpirationDays`. */
  readonly sourceForgets: boolean;
  /** Epoch milliseconds, of the service. */
  readonly nowMs: () => number;
  readonly reports: { readonly lister: VersionLister; readonly texts: TextStore };
  readonly batches: { readonly lister: VersionLister; readonly texts: TextStore };
  readonly signal: AbortSignal;
  readonly onLeft: (left: LeftObject) => void;
}
