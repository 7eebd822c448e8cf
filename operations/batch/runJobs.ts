import type { BatchFiles } from '../../aws/batchFiles';
import type { BatchJobState, ListedJobWork } from '../../aws/batchJobs';
import { digestOf } from '../../core/digest';
import { DcsError } from '../../core/errors';
import {
  beginOnce,
  endedEarlyWords,
  RUN_AGAIN,
  runningJobs,
  untilOver,
  type JobsOfPurpose,
  type JobWatch,
} from './jobs';
import { readOutcome, readReport, type JobOutcome } from './report';

/** Jobs that are told each version, and report of each. */
export interface BatchRequest extends JobsOfPurpose {
  readonly files: BatchFiles;
  /** Below which manifests and reports go, ending with a slash. */
  readonly folder: string;
  readonly operation: ListedJobWork['operation'];
  readonly watch?: BatchWatch;
}

export interface BatchWatch extends JobWatch {
  readonly onOutcome?: (outcome: JobOutcome) => void;
}

/** Begins a job for these lines of a manifest, as {@link beginOnce}. */
export async function beginJob(request: BatchRequest, lines: readonly string[]): Promise<string> {
  const { files, folder, operation } = request;
  // The order in which versions were found says nothing, and what is asked for twice would be told of twice.
  const text = `${[...new Set(lines)].sort().join('\n')}\n`;
  const objectKey = `${folder}manifests/${digestOf(text)}.csv`;
  const etag = await files.writeManifest(objectKey, Buffer.from(text, 'utf8'));
  return beginOnce(request, { operation, manifest: { objectKey, etag }, reportPrefix: `${folder}reports` });
}

/** Stays with the jobs of this purpose that are not over, whoever has begun them. @throws as {@link followJob} */
export async function followRunning(request: BatchRequest): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = [];
  for (const { jobId, description } of await runningJobs(request)) {
    request.watch?.onJob?.(jobId, false, description);
    outcomes.push(await followJob(request, jobId));
  }
  return outcomes;
}

/**
 * Looks at a job until it is over, and reads its report. Stopped, it leaves the job to go on.
 *
 * @throws DcsError for one that failed, was cancelled or is suspended, and for a report that does not tell of each version
 */
export async function followJob(request: BatchRequest, jobId: string): Promise<JobOutcome> {
  const { files, watch } = request;
  const state = await untilOver(request, jobId);
  if (state.status !== 'Complete') throw new DcsError(await whyOver(files, state));
  const outcome = await readOutcome(files, state);
  watch?.onOutcome?.(outcome);
  return outcome;
}

const NAMED = 10;

/** Of a job that did not come to its end, the report is there if it has done anything at all. */
async function whyOver(files: BatchFiles, state: BatchJobState): Promise<string> {
  const words = endedEarlyWords(state);
  try {
    return `${words}${failuresWords(await readReport(files, state))}. ${RUN_AGAIN}`;
  } catch (error) {
    if (!(error instanceof DcsError)) throw error;
    return `${words}. ${RUN_AGAIN}`;
  }
}

/** The first of what failed, by name. */
export function failuresWords({ failed }: Pick<JobOutcome, 'failed'>): string {
  const names = failed.slice(0, NAMED).map(({ objectKey, code, message }) => `${objectKey}: ${code}: ${message}`);
  return names.length === 0 ? '' : `: ${names.join('; ')}${failed.length > NAMED ? '; …' : ''}`;
}
