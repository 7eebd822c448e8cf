import type { Archive, ArchivedVersion, ThawTier } from '../../aws/archive';
import { S3Error } from '../../aws/s3Error';
import { beginJob, followJob, followRunning, type BatchRequest } from '../batch/runJobs';
import { manifestLine, versionOfLine } from '../batch/manifest';
import type { FailedTask } from '../batch/report';
import { inParallel } from '../../core/inParallel';

export interface ThawOptions {
  readonly tier: ThawTier;
  /** How long S3 keeps the copies. */
  readonly days: number;
}

/** Asks archived versions back as they are found, one by one or by jobs of S3 Batch Operations. */
export interface AskBack {
  /** A version that nobody has asked back. */
  add(version: ArchivedVersion): Promise<void>;
  /** All have been found. @returns those that could not be asked back; @throws as followJob */
  end(): Promise<readonly FailedTask[]>;
}

/** Where jobs can ask versions back, and how. */
export interface ThawJobs {
  readonly batch: BatchRequest;
  /** Of the versions. */
  readonly bucket: string;
  /** More than so many are left to jobs. */
  readonly from?: number;
  /** So much of a manifest is in memory: one job each. */
  readonly manifestBytes?: number;
  readonly onByJobs?: (from: number) => void;
  /** S3 does not begin a job, and says why: this machine asks for each of its versions. */
  readonly onNoJob?: (versions: number, reason: string) => void;
}

/**
 * A job costs as much as 250,000 of its versions do, and takes minutes before it begins; one machine asks for this many in less than that.
 */
export const ASKED_BY_ONE_MACHINE = 10_000;
const MANIFEST_BYTES = 32 * 2 ** 20;
const ASKED_AT_A_TIME = 32;
/** Somebody else has asked for it, which is all that was wanted. Source: S3 API reference, RestoreObject. */
const ON_ITS_WAY = 'RestoreAlreadyInProgress';

export function askingBack(archive: Pick<Archive, 'thaw'>, thaw: ThawOptions, jobs?: ThawJobs): AskBack {
  if (jobs) return new AskedByJobs(archive, thaw, jobs);
  return { add: (version) => archive.thaw(version, thaw), end: () => Promise.resolve([]) };
}

/** Whatever jobs an earlier command has begun are over. @throws as followJob */
export async function whenJobsAreOver({ batch }: ThawJobs): Promise<void> {
  await followRunning(batch);
}

class AskedByJobs implements AskBack {
  private few: ArchivedVersion[] | undefined = [];
  private lines: string[] = [];
  private heldBytes = 0;
  private readonly begun: string[] = [];

  constructor(
    private readonly archive: Pick<Archive, 'thaw'>,
    private readonly thaw: ThawOptions,
    private readonly jobs: ThawJobs,
  ) {}

  async add(version: ArchivedVersion): Promise<void> {
    const { from = ASKED_BY_ONE_MACHINE, manifestBytes = MANIFEST_BYTES, onByJobs } = this.jobs;
    if (!this.few) this.addLine(version);
    else if (this.few.push(version) > from) {
      onByJobs?.(from);
      for (const each of this.few) this.addLine(each);
      this.few = undefined;
    }
    if (this.heldBytes >= manifestBytes) await this.flush();
  }

  async end(): Promise<readonly FailedTask[]> {
    if (this.few) {
      await this.askForEach(this.few);
      return [];
    }
    await this.flush();
    const failed: FailedTask[] = [];
    for (const jobId of this.begun) {
      const outcome = await followJob(this.jobs.batch, jobId);
      failed.push(...outcome.failed.filter(({ code }) => code !== ON_ITS_WAY));
    }
    return failed;
  }

  private addLine(version: ArchivedVersion): void {
    const line = manifestLine(this.jobs.bucket, version);
    this.lines.push(line);
    this.heldBytes += line.length + 1;
  }

  private async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const lines = this.lines;
    [this.lines, this.heldBytes] = [[], 0];
    try {
      this.begun.push(await beginJob(this.jobs.batch, lines));
    } catch (error) {
      // What is deployed beside a restore must not be in its way: a role that is not there, a right that is missing.
      if (!isRefusal(error)) throw error;
      this.jobs.onNoJob?.(lines.length, error.message);
      await this.askForEach(lines.map(versionOfLine));
    }
  }

  private askForEach(versions: readonly ArchivedVersion[]): Promise<void> {
    const { signal } = this.jobs.batch;
    return inParallel(versions, ASKED_AT_A_TIME, (version) => {
      signal.throwIfAborted();
      return this.archive.thaw(version, this.thaw);
    });
  }
}

/** An answer that says no. Where there was none, or S3 is busy, the job may have begun: asked again, it is the same. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const statusCode = error instanceof S3Error ? error.statusCode : $metadata?.httpStatusCode;
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 429;
}
