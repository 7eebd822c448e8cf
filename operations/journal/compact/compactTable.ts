import type { BytesStore } from '../../../aws/bytesStore';
import type { TableLocation } from '../../../core/objectKey';
import type { JournalReads } from '../readObject';

export interface CompactRequest {
  readonly table: TableLocation;
  /** Of all versions. */
  readonly reads: JournalReads;
  readonly bytes: Pick<BytesStore, 'putOnce'>;
  readonly tags: TagStore;
  /** Epoch milliseconds, of the service. */
  readonly nowMs: () => number;
  /** Until the caller is stopped: nothing is begun that would not end by then. */
  readonly timeLeftMs: () => number;
  readonly signal: AbortSignal;
  readonly limits?: Partial<CompactLimits>;
  readonly tasks?: {
    /** Whether a base is made where runs have come since the last one. */
    readonly base?: boolean;
  };
}

/** The tags of single versions. */
export interface TagStore {
  /** Takes the place of whatever tags the version has. */
  put(
    objectKey: string,
    versionId: string,
    tag: { readonly key: string; readonly value: string },
    options?: { signal?: AbortSignal },
  ): Promise<void>;
}

export interface CompactLimits {
  /** Of the journal objects, as they are stored, that become one run. */
  readonly runBytes: number;
  /** Compressed, of a part of a run. */
  readonly partBytes: number;
  /** Compressed, of what is merged. */
  readonly mergeBytes: number;
}

/** What was done, and what is left. */
export interface Compacted {
  readonly runs: number;
  readonly merges: number;
  readonly bases: number;
  /** Objects of the journal that were tagged. */
  readonly covered: number;
  /** Objects of the journal that are in no run: those that cannot be read, and those for which there was no time. */
  readonly unfolded: number;
  readonly oldestUnfoldedAtMs?: number;
  readonly unreadable: number;
  /** Nothing is left for which there was no time. */
  readonly isFinished: boolean;
}

export interface CompactWatch {
  readonly onRun?: (name: string, lines: number) => void;
  readonly onMerge?: (name: string, lines: number) => void;
  readonly onBase?: (name: string, items: number) => void;
  /** A journal object, or the manifest of a run or a base. */
  readonly onUnreadable?: (objectKey: string, reason: string) => void;
}
