import type { BatchJobs, BatchJobState, JobWork, ListedJob } from '../../aws/batchJobs';
import { digestOf } from '../../core/digest';
import { DcsError } from '../../core/errors';
import { count } from '../../core/units';
import type { Pause } from '../pace';

/** Jobs of S3 Batch Operations of one purpose, whatever their work, and how they are looked at. */
export interface JobsOfPurpose {
  readonly jobs: BatchJobs;
  readonly roleArn: string;
  /** Of this purpose alone: a job that an earlier command has begun is found by it. */
  readonly description: string;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly watch?: JobWatch;
}

export interface JobWatch {
  /** @param isNew false for one that an earlier command has begun */
  readonly onJob?: (jobId: string, isNew: boolean, description: string) => void;
  /** Whenever its status or its counts have changed. */
  readonly onProgress?: (state: BatchJobState) => void;
}

const OVER: ReadonlySet<string> = new Set(['Complete', 'Failed', 'Cancelled']);
const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Begins a job. Asked twice for the same, by whomever, it is the same job for as long as that is not over: its token is the digest of all
 * that it is told.
 */
export async function beginOnce({ jobs, roleArn, description, watch }: JobsOfPurpose, work: JobWork): Promise<string> {
  const over = new Set((await jobs.list()).filter(({ status }) => OVER.has(status)).map(({ jobId }) => jobId));
  const told = { ...work, roleArn, description };
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

/** Those of this purpose that are not over, whoever has begun them. */
export async function runningJobs({ jobs, description }: JobsOfPurpose): Promise<readonly ListedJob[]> {
  return (await jobs.list()).filter((job) => job.description === description && !OVER.has(job.status));
}

/** Looks at a job until it is over, however that is. Stopped, it leaves the job to go on. @throws DcsError for one that is suspended */
export async function untilOver({ jobs, signal, pause, watch }: JobsOfPurpose, jobId: string): Promise<BatchJobState> {
  let last = '';
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    signal.throwIfAborted();
    const state = await jobs.state(jobId);
    const { status, succeeded, failed } = state;
    const looks = `${status} ${succeeded} ${failed}`;
    if (looks !== last) watch?.onProgress?.(state);
    last = looks;
    if (OVER.has(status)) return state;
    if (status === 'Suspended')
      throw new DcsError(
        `the job ${jobId} of S3 Batch Operations waits for a confirmation, which is not asked for here: confirm it, or cancel it and run the same command again`,
      );
    await pause(waitMs, signal);
  }
}

/** Of a job that did not come to its end. */
export function endedEarlyWords({ jobId, status, total, succeeded, failed, reasons }: BatchJobState): string {
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  return `the job ${jobId} of S3 Batch Operations has ${status === 'Failed' ? 'failed' : 'been cancelled'}${because}. Of ${count(total)} versions ${count(succeeded)} succeeded, ${count(failed)} failed, ${count(total - succeeded - failed)} were not tried`;
}

export const RUN_AGAIN = 'Mend the cause and run the same command again: what is done is not done again';
