import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ArchivedVersion } from '../../aws/archive';
import type { BatchFiles } from '../../aws/batchFiles';
import type { BatchJobState } from '../../aws/batchJobs';
import { csvRows } from '../../core/csv';
import { DcsError } from '../../core/errors';
import { count } from '../../core/units';
import { linesOf, versionOfLine } from './manifest';

/** A version that a job could not do its work on, with S3's code and words. */
export interface FailedTask extends ArchivedVersion {
  readonly code: string;
  readonly message: string;
}

/** What a job did, by its report. */
export interface JobOutcome {
  readonly jobId: string;
  /** Versions of its manifest: as many as succeeded and failed. */
  readonly versions: number;
  readonly succeeded: number;
  readonly failed: readonly FailedTask[];
}

const resultsShape = z.looseObject({
  Results: z.array(z.looseObject({ Bucket: z.string(), Key: z.string(), MD5Checksum: z.string() })),
});
/** The API reference (JobReport) calls it report.json, and the user guide (batch-ops-examples-reports) manifest.json. */
const NAMES = ['manifest.json', 'report.json'];

/** What a report says, whether or not that is all. */
interface ReadReport {
  /** In the manifest. */
  readonly versions: number;
  readonly succeeded: number;
  readonly failed: readonly FailedTask[];
  /** Of the manifest, those that the report does not name. */
  readonly missing: readonly string[];
  /** What the report names beside the manifest, twice, or with a status that is none. */
  readonly doubted: readonly string[];
}

/**
 * What became of each version of a job's manifest, one by one: a count that only adds up may leave one out and have another twice.
 *
 * @throws DcsError where the report is missing, damaged, or not that of the manifest
 */
export async function readOutcome(files: BatchFiles, job: BatchJobState): Promise<JobOutcome> {
  const { versions, succeeded, failed, missing, doubted } = await readReport(files, job);
  const isWhole = missing.length === 0 && doubted.length === 0;
  const isAsCounted = job.succeeded === succeeded && job.failed === failed.length;
  if (isWhole && isAsCounted) return { jobId: job.jobId, versions, succeeded, failed };
  throw new DcsError(
    `${words(job)}: its report does not say what became of each version. Of ${count(versions)} in the manifest ${count(succeeded)} succeeded and ${count(failed.length)} failed (S3 counts ${count(job.succeeded)} and ${count(job.failed)}), ` +
      `${count(missing.length)} are not in it${named(missing)}, and ${count(doubted.length)} of its rows are not of the manifest${named(doubted)}`,
  );
}

/** @throws DcsError where the report is missing or damaged */
export async function readReport(files: BatchFiles, job: BatchJobState): Promise<ReadReport> {
  const open = await versionsOfManifest(files, job);
  const versions = open.size;
  const [failed, doubted]: [FailedTask[], string[]] = [[], []];
  let succeeded = 0;
  for (const file of await resultFiles(files, job)) {
    const bytes = await files.read(file.Key);
    const md5 = bytes && createHash('md5').update(bytes).digest('hex');
    if (md5 !== file.MD5Checksum.toLowerCase())
      throw new DcsError(
        `${words(job)}: its report s3://${file.Bucket}/${file.Key} is ${bytes ? 'damaged' : 'not there'}`,
      );
    for (const row of csvRows(bytes?.toString('utf8') ?? '')) {
      const version = versionOfRow(open, row);
      if (version && row[3] === 'succeeded') succeeded += 1;
      else if (version && row[3] === 'failed') failed.push({ ...version, ...whyFailed(row) });
      else doubted.push(row.slice(1, 4).join(' '));
    }
  }
  return { versions, succeeded, failed, missing: [...open.keys()], doubted };
}

async function versionsOfManifest(
  files: BatchFiles,
  { jobId, manifestKey }: BatchJobState,
): Promise<Map<string, ArchivedVersion>> {
  const manifest = await files.read(manifestKey);
  if (!manifest)
    throw new DcsError(`the manifest of the job ${jobId}, s3://${files.bucket}/${manifestKey}, is not there any more`);
  const versions = linesOf(manifest.toString('utf8')).map(versionOfLine);
  return new Map(versions.map((version) => [nameOf(version.objectKey, version.versionId), version]));
}

async function resultFiles(files: BatchFiles, job: BatchJobState) {
  const { jobId, reportPrefix } = job;
  const folder = `${reportPrefix}/job-${jobId}/`;
  for (const name of NAMES) {
    const text = await files.read(`${folder}${name}`);
    if (!text) continue;
    const { success, data } = resultsShape.safeParse(jsonOf(text.toString('utf8')));
    if (success) return data.Results;
    throw new DcsError(`${words(job)}: s3://${files.bucket}/${folder}${name} is no list of reports`);
  }
  throw new DcsError(
    `${words(job)} has left no report below s3://${files.bucket}/${folder}, so nobody knows what it did`,
  );
}

/** Takes it out of those that are open. AWS does not say whether keys of a report are encoded: either is one of the manifest. */
function versionOfRow(
  open: Map<string, ArchivedVersion>,
  [, key = '', versionId = '']: readonly string[],
): ArchivedVersion | undefined {
  for (const name of [nameOf(key, versionId), nameOf(decoded(key), versionId)]) {
    const version = open.get(name);
    if (!version) continue;
    open.delete(name);
    return version;
  }
  return undefined;
}

/** The schema names the code first and the examples the status: whichever is a number is the status. */
function whyFailed([, , , , one = '', other = '', message = '']: readonly string[]): Pick<
  FailedTask,
  'code' | 'message'
> {
  const codes = [one, other].filter((each) => each !== '');
  return { code: codes.find((each) => !/^\d+$/.test(each)) ?? codes[0] ?? 'Unknown', message };
}

function words({ jobId }: BatchJobState): string {
  return `the job ${jobId} of S3 Batch Operations`;
}

function nameOf(objectKey: string, versionId: string): string {
  return `${objectKey} ${versionId}`;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function named(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${names.slice(0, 5).join('; ')}${names.length > 5 ? '; …' : ''})`;
}
