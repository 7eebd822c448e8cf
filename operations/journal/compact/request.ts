import type { BytesStore } from '../../../aws/bytesStore';
import type { TagStore } from '../../../aws/objectTags';
import { DcsError } from '../../../core/errors';
import { BASE_PART_TEXT_BYTES } from '../../../core/journal/baseFiles';
import { MEMBER_TEXT_BYTES } from '../../../core/journal/memberFile';
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
  /** Until the caller is stopped: what cannot end by then is given up. */
  readonly timeLeftMs: () => number;
  readonly signal: AbortSignal;
  readonly limits?: Partial<CompactLimits>;
  readonly tasks?: {
    /** Whether a base is made where runs have come since the last one. */
    readonly base?: boolean;
  };
}

export interface CompactLimits {
  /** Of the journal objects, as they are stored, that become one run. */
  readonly runBytes: number;
  /** Of the text of these: as much room is needed for temporary files. */
  readonly runTextBytes: number;
  /** Of that text in memory; what is more goes to temporary files. */
  readonly memoryCharacters: number;
  /** Of that text in a part of the temporary files, which is read back as a whole: of an item that changes all the time. */
  readonly hashPartCharacters: number;
  /** Compressed, of a part of a run. A part, and what is read back of it, are held in memory. */
  readonly partBytes: number;
  /** Of the text of a member of a part. */
  readonly memberTextBytes: number;
  /** Of the text of a part of a base, as long as it has few. */
  readonly basePartTextBytes: number;
  /** Compressed, of all that becomes one run by a merge. */
  readonly mergeBytes: number;
}

const MB = 1024 * 1024;

export const COMPACT_LIMITS: CompactLimits = {
  runBytes: 128 * MB,
  runTextBytes: 1024 * MB,
  memoryCharacters: 32 * MB,
  hashPartCharacters: 64 * MB,
  partBytes: 32 * MB,
  memberTextBytes: MEMBER_TEXT_BYTES,
  basePartTextBytes: BASE_PART_TEXT_BYTES,
  mergeBytes: 32 * 1024 * MB,
};

/** Half of what was measured on a core. */
const MERGED_BYTES_PER_MS = 2_000;

/** Compressed, of all that a merge ends with in so much time. */
export function mergeBytesIn(timeLeftMs: number): number {
  return timeLeftMs * MERGED_BYTES_PER_MS;
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
  /** When S3 stored the first of them. */
  readonly oldestUnfoldedAtMs?: number;
  /** Objects of the journal, and manifests. */
  readonly unreadable: number;
  /** Nothing is left for which there was no time. */
  readonly isFinished: boolean;
}

export interface CompactWatch {
  readonly onRun?: (name: string, lines: number) => void;
  readonly onMerge?: (name: string, lines: number) => void;
  readonly onBase?: (name: string, items: number) => void;
  /** A journal object, the manifest of a run or a base, or a part of one. */
  readonly onUnreadable?: (objectKey: string, reason: string) => void;
}

/** There is no time left for what was begun. Whoever comes next begins it anew. */
export class OutOfTimeError extends DcsError {
  constructor() {
    super('there is no time left; the next run goes on');
  }
}

/** What is kept for tagging and for whoever called. */
const RESERVE_MS = 20_000;

/** @throws OutOfTimeError; the reason of the signal */
export function requireTime({ timeLeftMs, signal }: Pick<CompactRequest, 'timeLeftMs' | 'signal'>): void {
  signal.throwIfAborted();
  if (timeLeftMs() < RESERVE_MS) throw new OutOfTimeError();
}
