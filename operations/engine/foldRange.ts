import type { FileStore } from '../../aws/fileStore';
import { Reservoir } from '../../core/reservoir';
import { manifestLine } from '../batch/manifest';
import { ImportFiles, type ImportFilesOptions } from '../restore/import/importFiles';
import { hasExpiredSince, type TimeToLive } from '../restore/expired';
import { Lines } from './lines';
import type { FoldedState, RangePart, RangeSource } from './rangeSource';
import { NO_COUNTS, type LeftLine, type SampledItem, type Task, type TaskResult } from './tasks';

export interface FoldRequest {
  readonly source: RangeSource;
  readonly task: Task;
  /** What the task's file of object keys holds, where it has one. */
  readonly objectKeys?: readonly string[];
  readonly store: FileStore;
  /** Of this attempt alone, ending with a slash: what an attempt that died has left is in another one. */
  readonly folder: string;
  readonly momentMs: number;
  readonly timeToLive?: TimeToLive;
  /** Bucket of the images, for the lists of what has to be asked back. */
  readonly imagesBucket: string;
  /** Whether time is nearly over. Asked after each part of the range. */
  readonly isOver: () => boolean;
  /** Into how many ranges the rest is cut that is handed back. */
  readonly restParts?: number;
  readonly files?: ImportFilesOptions;
  readonly signal?: AbortSignal;
}

export interface FoldWatch {
  readonly onFolded?: (states: number) => void;
}

const SAMPLED = 20;
export const REST_PARTS = 8;
/**
 * One file at a time, as large as they get: each task leaves a file that is not full, and an import takes 50,000 in all. Items
 * compress to a fifth, so a file has some 50 MB as it is stored, and one of what does not compress 60.
 */
export const FOLDED_FILES = {
  ...{ lanes: 1, fileBytes: 256 * 2 ** 20, storedBytes: 60 * 2 ** 20 },
} as const satisfies ImportFilesOptions;
/** What a worker of at most 900 seconds keeps back for its last files, its result, and one more part of its range. */
export const MOST_RESERVED_MS = 120_000;

/**
 * Folds one range: the state of each of its items at the moment goes into import files. When time is over, what is left is handed
 * back as ranges of their own; so a range may hold anything.
 *
 * @throws what reading and writing throw, and CouldNotLookError when nothing can be read
 */
export async function foldRange(request: FoldRequest, watch: FoldWatch = {}): Promise<TaskResult> {
  const fold = new Fold(request);
  const { task, source, restParts = REST_PARTS, signal } = request;
  let stoppedAt: string | undefined;
  const parts = partsOf(request)[Symbol.asyncIterator]();
  for (let part = await parts.next(); !part.done; part = await parts.next()) {
    signal?.throwIfAborted();
    for (const state of part.value.states) await fold.add(state);
    watch.onFolded?.(part.value.states.length);
    if (!request.isOver() || part.value.upTo === task.upTo) continue;
    stoppedAt = part.value.upTo;
    await parts.return?.(undefined);
    break;
  }
  const ended = await fold.end();
  if (stoppedAt === undefined) return { ...ended, rest: [] };
  const left = { after: stoppedAt, ...(task.upTo !== undefined && { upTo: task.upTo }) };
  const keysFile = task.keysFile !== undefined && { keysFile: task.keysFile };
  const ranges = keysFile ? [left] : await source.divide(left, restParts, signal);
  return { ...ended, stoppedAt, rest: ranges.map((range) => ({ ...range, ...keysFile })) };
}

function partsOf({ source, task, objectKeys, signal }: FoldRequest): AsyncIterable<RangePart> {
  return objectKeys ? source.statesOf(objectKeys, task, signal) : source.states(task, signal);
}

class Fold {
  private readonly counts = { ...NO_COUNTS };
  private readonly files: ImportFiles;
  private readonly archived: Lines;
  private readonly thawing: Lines;
  private readonly left: Lines;
  private readonly sample = new Reservoir<SampledItem>(SAMPLED);

  constructor(private readonly request: FoldRequest) {
    const { store, folder, files = FOLDED_FILES } = request;
    this.files = new ImportFiles(store, folder, files);
    this.archived = new Lines(store, `${folder}archived-`, 'csv');
    this.thawing = new Lines(store, `${folder}thawing-`, 'csv');
    this.left = new Lines(store, `${folder}left-`, 'jsonl');
  }

  async add(state: FoldedState): Promise<void> {
    const { objectKey } = state;
    if (state.is === 'archived') {
      const line = manifestLine(this.request.imagesBucket, state.version);
      this.counts[state.isThawing ? 'thawing' : 'archived'] += 1;
      return (state.isThawing ? this.thawing : this.archived).add(line);
    }
    this.counts[state.is] += 1;
    if ('ahead' in state && state.ahead !== undefined) {
      this.counts.ahead += 1;
      await this.leave({ why: 'ahead', objectKey, reason: state.ahead });
    }
    if (state.is === 'unknown' || state.is === 'unreadable') {
      await this.leave({ why: state.is, objectKey, reason: state.reason });
    }
    if (state.is !== 'item') return;
    const { keys, digest, text } = state;
    const { timeToLive, momentMs } = this.request;
    if (timeToLive && hasExpiredSince(state.item, timeToLive, momentMs)) this.counts.expired += 1;
    this.sample.offer({ keys, digest });
    await (text ? this.files.addBody(text.body) : this.files.add(state.item));
  }

  async end(): Promise<Omit<TaskResult, 'rest' | 'stoppedAt'>> {
    const [{ files, bytes }, archivedFiles, thawingFiles, leftFiles] = await Promise.all([
      this.files.end(),
      this.archived.end(),
      this.thawing.end(),
      this.left.end(),
    ]);
    const { counts, sample, request } = this;
    return {
      ...{ format: '1', id: request.task.id, counts, bytes, files, archivedFiles, thawingFiles, leftFiles },
      sample: sample.drawn,
    };
  }

  private leave(line: LeftLine): Promise<void> {
    return this.left.add(JSON.stringify(line));
  }
}
