import { DcsError } from '../../core/errors';
import { beginOnce, endedEarlyWords, RUN_AGAIN, runningJobs, untilOver, type JobsOfPurpose } from './jobs';

/** S3 Batch Replication of what is below some prefixes and was never replicated, or failed to be. */
export interface ReplicationRequest extends JobsOfPurpose {
  /** Starts of the object keys, each ending with a slash. */
  readonly prefixes: readonly string[];
}

/** What a job did, as S3 counts it; which versions those are, nobody is told. Whether they have arrived, only another look says. */
export interface Replicated {
  readonly jobId: string;
  /** Those that S3 found. */
  readonly versions: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Begins a job, or finds the one that runs, and stays to its end. @throws DcsError as {@link followReplications} */
export async function replicateAgain(request: ReplicationRequest): Promise<Replicated> {
  const operation = { do: 'replicate', prefixes: request.prefixes } as const;
  return followOne(request, await beginOnce(request, { operation }));
}

/**
 * Stays with the jobs of this purpose that are not over, whoever has begun them. Stopped, it leaves them to go on.
 *
 * @throws DcsError for one that failed, was cancelled or is suspended
 */
export async function followReplications(request: ReplicationRequest): Promise<Replicated[]> {
  const all: Replicated[] = [];
  for (const { jobId, description } of await runningJobs(request)) {
    request.watch?.onJob?.(jobId, false, description);
    all.push(await followOne(request, jobId));
  }
  return all;
}

async function followOne(request: ReplicationRequest, jobId: string): Promise<Replicated> {
  const state = await untilOver(request, jobId);
  if (state.status !== 'Complete') throw new DcsError(`${endedEarlyWords(state)}. ${RUN_AGAIN}`);
  const { total: versions, succeeded, failed } = state;
  return { jobId, versions, succeeded, failed };
}
