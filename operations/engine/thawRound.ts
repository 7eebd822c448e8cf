import type { ArchivedVersion } from '../../aws/archive';
import type { EngineStore } from '../../aws/engineStore';
import type { StateMachine } from '../../aws/stateMachine';
import { DcsError } from '../../core/errors';
import { count, counted } from '../../core/units';
import { linesOf, versionOfLine } from '../batch/manifest';
import { failuresWords } from '../batch/runJobs';
import type { ImageSource } from '../images/imageSource';
import type { Pause } from '../pace';
import { askingBack, type ThawJobs, type ThawOptions } from '../restore/askBack';
import { POLL_MS } from '../restore/survey';
import { collectedIn, type Collected } from './collect';
import type { RunOutcome } from './compareImported';
import { startExecution } from './findRun';
import { followRun, RunFailedError, type RunProgress } from './followRun';
import { tasksOf } from './plan';
import { PLACES } from './run';
import type { Counts } from './tasks';

export interface ThawRequest {
  readonly store: EngineStore;
  readonly machine: StateMachine;
  readonly folder: string;
  readonly execution: string;
  /** Of the copy. */
  readonly source: Pick<ImageSource, 'name' | 'archive'>;
  /** Undefined: nothing is asked back. */
  readonly thaw?: ThawOptions;
  readonly thawJobs?: ThawJobs;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly watch?: {
    readonly onProgress?: (progress: RunProgress) => void;
    /** Nothing else is left, and what has not been asked back is asked back now. */
    readonly onArchived?: (counts: Pick<Counts, 'archived' | 'thawing'>) => void;
    /** The run is taken up again. */
    readonly onRun?: (run: { folder: string; execution: string; isNew: false }) => void;
  };
}

/**
 * Follows a run. Where nothing but archived images is left of it, and it was said that they may be asked back, that is done, waited
 * for, and the run taken up again, which folds these alone.
 *
 * @throws RunFailedError; DcsError where images cannot be asked back
 */
export async function followThawing(request: ThawRequest): Promise<RunOutcome> {
  const { machine, folder, thaw, watch } = request;
  for (let { execution } = request; ;) {
    try {
      return await followRun({ ...request, execution, onProgress: watch?.onProgress });
    } catch (error) {
      const isArchived = error instanceof RunFailedError && error.failure === 'ArchivedImagesError';
      if (!isArchived || !thaw) throw error;
      await askBackRound(request);
      execution = await startExecution(machine, folder);
      watch?.onRun?.({ folder, execution, isNew: false });
    }
  }
}

async function askBackRound(request: ThawRequest): Promise<void> {
  const { store, folder, source, thaw, thawJobs, watch } = request;
  const { archive } = source;
  if (!archive || !thaw) throw new DcsError(`${source.name} archives nothing, and yet a run found archived images`);
  const collected = await lastCollected(request);
  watch?.onArchived?.(collected.counts);
  const askBack = askingBack(archive, thaw, thawJobs);
  let asked = 0;
  for (const file of collected.archivedFiles) {
    for (const line of linesOf((await store.read(file)) ?? '')) {
      await askBack.add(versionOfLine(line));
      asked += 1;
    }
  }
  const { archived } = collected.counts;
  if (asked !== archived)
    throw new DcsError(
      `the lists of the run in ${folder} name ${counted(asked, 'archived image')}, and it has found ${count(archived)}: files of it are gone or changed, so begin another run`,
    );
  const failed = await askBack.end();
  if (failed.length > 0)
    throw new DcsError(
      `${counted(failed.length, 'archived image')} could not be asked back${failuresWords({ failed })}. Mend the cause and run the same command again: it asks for these alone`,
    );
  const { round } = collected;
  await untilReadable(request, await sampleOf(request, await tasksOf(store, folder, round + 1)));
}

async function lastCollected({ store, folder }: ThawRequest): Promise<Collected> {
  let round = 0;
  while ((await store.read(PLACES.collected(folder, round + 1))) !== undefined) round += 1;
  return collectedIn(store, folder, round);
}

const SAMPLED = 100;

/** Some of all the versions that are waited for, from each of the lists. */
async function sampleOf({ store }: ThawRequest, tasks: readonly { keysFile?: string }[]): Promise<ArchivedVersion[]> {
  const sample: ArchivedVersion[] = [];
  const ofEach = Math.max(1, Math.floor(SAMPLED / tasks.length));
  for (const { keysFile } of tasks) {
    if (keysFile === undefined) continue;
    const lines = linesOf((await store.read(keysFile)) ?? '');
    const step = Math.max(1, Math.floor(lines.length / ofEach));
    sample.push(...lines.filter((_, index) => index % step === 0).map(versionOfLine));
  }
  return sample;
}

/** What is not there when these are comes in the next round, as archived or on its way. */
async function untilReadable(
  { source, signal, pause }: ThawRequest,
  sample: readonly ArchivedVersion[],
): Promise<void> {
  await pause(POLL_MS, signal);
  for (const version of sample) {
    while ((await source.archive?.state(version)) === 'thawing') await pause(POLL_MS, signal);
  }
}
