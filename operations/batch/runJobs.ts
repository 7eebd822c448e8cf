import type { BatchFiles } from '../../aws/batchFiles';
import type { BatchJobs, BatchJobState, NewBatchJob } from '../../aws/batchJobs';
import { digestOf } from '../../core/digest';
import { DcsError } from '../../core/errors';
import { count } from '../../core/units';
import type { Pause } from '../pace';
import { readOutcome, readReport, type JobOutcome } from './report';

/** Jobs of S3 Batch Operations of one purpose, and how they are looked at. */
export interface BatchRequest {
  readonly jobs: BatchJobs;
  readonly files: BatchFiles;
  /** Below which manifests and reports go, ending with a slash. */
  readonly folder: string;
  readonly roleArn: string;
  /** Of this purpose alone: a job that an earlier command has begun is found by it. */
  readonly description: string;
  readonly operation: NewBatchJob['operation'];
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly watch?: BatchWatch;
}

export interface BatchWatch {
  /** @param isNew false for one that an earlier command has begun */
  readonly onJob?: (jobId: string, isNew: boolean, description: string) => void;
  /** Whenever its status or its counts have changed. */
  readonly onProgress?: (state: BatchJobState) => void;
  readonly onOutcome?: (outcome: JobOutcome) => void;
}

const OVER: ReadonlySet<string> = new Set(['Complete', 'Failed', 'Cancelled']);
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Begins a job for these lines of a manifest. Asked twice for the same, by whomever, it is the same job for as long as that is not over:
 * its token is the digest of all that it is told.
 */
export async function beginJob(request: BatchRequest, lines: readonly string[]): Promise<string> {
  const { jobs, files, folder, roleArn, description, operation, watch } = request;
  const over = new Set((await jobs.list()).filter(({ status }) => OVER.has(status)).map(({ jobId }) => jobId));
  // The order in which versions were found says nothing, and what is asked for twice would be told of twice.
  const text = `${[...new Set(lines)].sort().join('\n')}\n`;
  const objectKey = `${folder}manifests/${digestOf(text)}.csv`;
  const etag = await files.writeManifest(objectKey, Buffer.from(text, 'utf8'));
  const told = { operation, roleArn, description, manifest: { objectKey, etag }, reportPrefix: `${folder}reports` };
  let token = digestOf(JSON.stringify(told));
  for (;;) {
    const jobId = await jobs.create({ ...told, token });
    // One that has ended before does nothing any more.
    if (over.has(jobId)) token = digestOf(`${token} ${jobId}`);
    else {
      watch?.onJob?.(jobId, true, description);
      return jobId;
    }
  }
}

/** Stays with the jobs of this purpose that are not over, whoever has begun them. @throws as {@link followJob} */
export async function followRunning(request: BatchRequest): Promise<JobOutcome[]> {
  const outcomes: JobOutcome[] = [];
  for (const { jobId, description, status } of await request.jobs.list()) {
    if (description !== request.description || OVER.has(status)) continue;
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
  const { jobs, files, signal, pause, watch } = request;
  let last = '';
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    signal.throwIfAborted();
    const state = await jobs.state(jobId);
    const { status, succeeded, failed } = state;
    const looks = `${status} ${succeeded} ${failed}`;
    if (looks !== last) watch?.onProgress?.(state);
    last = looks;
    if (status === 'Complete') {
      const outcome = await readOutcome(files, state);
      watch?.onOutcome?.(outcome);
      return outcome;
    }
    if (OVER.has(status)) throw new DcsError(await whyOver(files, state));
    if (status === 'Suspended')
      throw new DcsError(
        `the job ${jobId} of S3 Batch Operations waits for a confirmation, which is not asked for here: confirm it, or cancel it and run the same command again`,
      );
    await pause(waitMs, signal);
  }
}

const NAMED = 10;

/** Of a job that did not come to its end, the report is there if it has done anything at all. */
async function whyOver(files: BatchFiles, state: BatchJobState): Promise<string> {
  const { jobId, status, total, succeeded, failed, reasons } = state;
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  const words = `the job ${jobId} of S3 Batch Operations has ${status === 'Failed' ? 'failed' : 'been cancelled'}${because}. Of ${count(total)} versions ${count(succeeded)} succeeded, ${count(failed)} failed, ${count(total - succeeded - failed)} were not tried`;
  const next = 'Mend the cause and run the same command again: what is done is not done again';
  try {
    return `${words}${failuresWords(await readReport(files, state))}. ${next}`;
  } catch (error) {
    if (!(error instanceof DcsError)) throw error;
    return `${words}. ${next}`;
  }
}

/** The first of what failed, by name. */
export function failuresWords({ failed }: Pick<JobOutcome, 'failed'>): string {
  const names = failed.slice(0, NAMED).map(({ objectKey, code, message }) => `${objectKey}: ${code}: ${message}`);
  return names.length === 0 ? '' : `: ${names.join('; ')}${failed.length > NAMED ? '; …' : ''}`;
}
