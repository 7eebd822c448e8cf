import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DcsError } from '../../core/errors';
import { readManifest, type ManifestTask } from './manifest';

/*
 * What moto has not: S3 Batch Operations. It answers as the API reference says (CreateJob, DescribeJob, ListJobs) and as the user
 * guide does of jobs: states in their order, a manifest that is checked before anything runs, more than half of at least 1,000 tasks
 * failing fails the job, and a report that names each task. A look moves a job on, so that nobody has to wait.
 */

/** A refusal of S3's, by the name that it has there. */
export class BatchRefusal extends DcsError {
  constructor(
    readonly code: 'IdempotencyException' | 'InvalidRequest' | 'NoSuchJobException',
    message: string,
  ) {
    super(message);
  }
}

/** Which versions S3 is to look for. Source: S3 API reference, S3JobManifestGenerator, JobManifestGeneratorFilter. */
export interface ManifestGenerator {
  readonly sourceBucketArn: string;
  /** `true` or `false`; what is none was left out. */
  readonly keepsManifest: string;
  readonly isEligibleForReplication: string;
  readonly replicationStatuses: readonly string[];
  readonly prefixes: readonly string[];
}

export interface CreateJobInput {
  readonly token: string;
  readonly description: string;
  readonly roleArn: string;
  readonly confirmationRequired: boolean;
  /** This, or a generator. */
  readonly manifest?: { readonly format: string; readonly fields: readonly string[]; readonly objectArn: string };
  readonly manifestEtag: string;
  readonly generator?: ManifestGenerator;
  /** Undefined for one that is not enabled. */
  readonly report?: {
    readonly bucketArn: string;
    readonly prefix: string;
    readonly format: string;
    readonly scope: string;
  };
  /** By the name of the API: `S3InitiateRestoreObject`. */
  readonly operation: { readonly name: string; readonly options: Readonly<Record<string, string>> };
}

export interface StandInJob extends CreateJobInput {
  readonly id: string;
  status: string;
  total: number;
  succeeded: number;
  failed: number;
  failure?: { readonly code: string; readonly reason: string };
}

/** What a task comes to: a status of 200 and above 299 as S3 answers a single request. */
export interface TaskAnswer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
}

/** The buckets that jobs read, write and work on, with the rights of their role. */
export interface StandInBuckets {
  read(bucket: string, objectKey: string): Promise<{ bytes: Buffer; etag: string; encryption?: string } | undefined>;
  write(bucket: string, objectKey: string, bytes: Buffer): Promise<void>;
  /** Undefined where no job looks for versions itself. */
  find?(generator: ManifestGenerator): Promise<readonly ManifestTask[]>;
  /** One request of a job's operation, on a version. */
  perform(operation: CreateJobInput['operation'], task: ManifestTask): Promise<TaskAnswer>;
}

/** What goes wrong; nothing by default. */
export interface BatchFaults {
  /** A status that no job leaves: `Ready` where others come first. */
  staysIn?: string;
  /** What becomes of the file of a report on its way; undefined: it is not written. */
  report?: (objectKey: string, bytes: Buffer) => Buffer | undefined;
}

const NEXT: Readonly<Record<string, string>> = { New: 'Preparing', Preparing: 'Ready', Ready: 'Active' };
/** Source: S3 user guide, batch-ops-job-status, "Tracking job failures". */
const WATCHED_FROM = 1_000;

export class BatchOperationsStandIn {
  readonly jobs: StandInJob[] = [];
  private readonly tasks = new Map<string, readonly ManifestTask[]>();
  faults: BatchFaults = {};

  constructor(private readonly buckets: StandInBuckets) {}

  /** @throws BatchRefusal */
  create(input: CreateJobInput): StandInJob {
    const asked = this.jobs.find(({ token }) => token === input.token);
    if (asked) {
      const { id } = asked;
      if (isDeepStrictEqual({ ...asked, ...input }, asked)) return asked;
      throw new BatchRefusal('IdempotencyException', `the token of job ${id} was given with something else`);
    }
    requireValid(input);
    const counts = { total: 0, succeeded: 0, failed: 0 };
    const job = { ...input, id: randomUUID(), status: 'New', ...counts };
    this.jobs.push(job);
    return job;
  }

  /** @throws BatchRefusal */
  async look(id: string): Promise<StandInJob> {
    const job = this.jobs.find((each) => each.id === id);
    if (!job) throw new BatchRefusal('NoSuchJobException', `there is no job ${id}`);
    if (job.status === this.faults.staysIn) return job;
    if (job.status === 'Preparing') await this.prepare(job);
    else if (job.status === 'Active') await this.run(job);
    else job.status = NEXT[job.status] ?? job.status;
    return job;
  }

  private async prepare(job: StandInJob): Promise<void> {
    try {
      const tasks = await this.tasksOf(job);
      this.tasks.set(job.id, tasks);
      job.total = tasks.length;
      job.status = job.confirmationRequired ? 'Suspended' : 'Ready';
    } catch (error) {
      fail(job, 'ManifestUnusable', (error as Error).message);
    }
  }

  private async tasksOf({ generator, manifest, manifestEtag }: StandInJob): Promise<readonly ManifestTask[]> {
    if (!manifest) {
      const found = generator && (await this.buckets.find?.(generator));
      // What S3 does then is documented nowhere; a job that says it has done something would be the kinder answer.
      if (!found || found.length === 0) throw new DcsError('the manifest is empty');
      return found;
    }
    const { bucket, objectKey } = placeOf(manifest.objectArn);
    const found = await this.buckets.read(bucket, objectKey);
    if (!found) throw new DcsError(`there is no s3://${bucket}/${objectKey}`);
    if (found.etag !== manifestEtag)
      throw new DcsError(`the ETag of the manifest is ${found.etag}, not ${manifestEtag}`);
    if (found.encryption?.startsWith('aws:kms')) throw new DcsError('a manifest under a KMS key is not supported');
    return readManifest(found.bytes.toString('utf8'));
  }

  private async run(job: StandInJob): Promise<void> {
    const rows: Record<'succeeded' | 'failed', string[]> = { succeeded: [], failed: [] };
    for (const task of job.manifest ? await this.tasksOf(job) : (this.tasks.get(job.id) ?? [])) {
      const answer = await this.buckets.perform(job.operation, task);
      const did = answer.status < 300 ? 'succeeded' : 'failed';
      job[did] += 1;
      rows[did].push(rowOf(task, did, answer));
      if (job.succeeded + job.failed < WATCHED_FROM || job.failed * 2 <= job.succeeded + job.failed) continue;
      fail(job, 'JobFailureThresholdExceeded', 'more than half of the tasks that have run have failed');
      break;
    }
    if (job.report) await this.report(job, job.report, rows);
    if (job.status === 'Active') job.status = 'Complete';
  }

  /** Source: S3 user guide, batch-ops-examples-reports. */
  private async report(
    job: StandInJob,
    { bucketArn, prefix }: NonNullable<StandInJob['report']>,
    rows: Record<'succeeded' | 'failed', string[]>,
  ): Promise<void> {
    const Bucket = placeOf(bucketArn).bucket;
    const folder = `${prefix}/job-${job.id}/`;
    const Results = [];
    for (const did of ['succeeded', 'failed'] as const) {
      if (rows[did].length === 0) continue;
      const bytes = Buffer.from(`${rows[did].join('\n')}\n`);
      const Key = `${folder}results/${createHash('sha1').update(bytes).digest('hex')}.csv`;
      Results.push({
        ...{ TaskExecutionStatus: did, Bucket, MD5Checksum: createHash('md5').update(bytes).digest('hex'), Key },
      });
      await this.write(Bucket, Key, bytes);
    }
    const ReportSchema = 'Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage';
    const list = {
      Format: 'Report_CSV_20180820',
      ReportCreationDate: '2026-11-24T00:00:00.000Z',
      Results,
      ReportSchema,
    };
    await this.write(Bucket, `${folder}manifest.json`, Buffer.from(JSON.stringify(list)));
  }

  private async write(bucket: string, objectKey: string, bytes: Buffer): Promise<void> {
    const written = this.faults.report ? this.faults.report(objectKey, bytes) : bytes;
    if (written) await this.buckets.write(bucket, objectKey, written);
  }
}

function fail(job: StandInJob, code: string, reason: string): void {
  job.status = 'Failed';
  job.failure = { code, reason };
}

/** As the examples have it: the status of the answer comes before the code. */
function rowOf({ bucket, encodedKey, versionId }: ManifestTask, did: string, answer: TaskAnswer): string {
  const { status, code = '', message = 'Successful' } = answer;
  return [bucket, encodedKey, versionId, did, status, code, `"${message.replaceAll('"', '""')}"`].join(',');
}

/** Source: S3 API reference, CreateJob, JobManifest, JobManifestGenerator and JobReport. */
function requireValid(input: CreateJobInput): void {
  const { token, description, roleArn, manifest, generator, report, operation } = input;
  const problems = [
    ...(token.length < 1 || token.length > 64 ? ['ClientRequestToken has 1 to 64 characters'] : []),
    ...(description.length > 256 ? ['Description has at most 256 characters'] : []),
    ...(/^arn:[^:]+:iam::\d{12}:role\/.+/.test(roleArn) ? [] : ['RoleArn is no ARN of a role']),
    ...(Boolean(manifest) === Boolean(generator) ? ['either Manifest or ManifestGenerator, and not both'] : []),
    ...(manifest ? problemsOfManifest(manifest, input.manifestEtag) : []),
    ...(generator ? problemsOfGenerator(generator, operation) : []),
    ...(report ? problemsOfReport(report) : []),
    ...problemsOf(operation),
  ];
  if (problems.length > 0) throw new BatchRefusal('InvalidRequest', problems.join('; '));
}

function problemsOfManifest(manifest: NonNullable<CreateJobInput['manifest']>, etag: string): string[] {
  return [
    ...(manifest.format === 'S3BatchOperations_CSV_20180820' ? [] : [`no manifest format ${manifest.format} here`]),
    ...(manifest.fields.join() === 'Bucket,Key,VersionId' ? [] : ['Fields are Bucket, Key and VersionId here']),
    ...(/^arn:[^:]+:s3:::[^/]+\/.+/.test(manifest.objectArn) ? [] : ['ObjectArn is no ARN of an object']),
    ...(etag === '' ? ['ETag is missing'] : []),
  ];
}

function problemsOfReport(report: NonNullable<CreateJobInput['report']>): string[] {
  return [
    ...(report.format === 'Report_CSV_20180820' && report.scope !== '' ? [] : ['Format or ReportScope is missing']),
    ...(/^arn:[^:]+:s3:::[^/]+$/.test(report.bucketArn) ? [] : ["the report's Bucket is no ARN of a bucket"]),
  ];
}

const STATUSES = ['COMPLETED', 'FAILED', 'REPLICA', 'NONE'];

function problemsOfGenerator(generator: ManifestGenerator, { name }: CreateJobInput['operation']): string[] {
  const { sourceBucketArn, keepsManifest, isEligibleForReplication, replicationStatuses } = generator;
  const others = replicationStatuses.filter((status) => !STATUSES.includes(status));
  return [
    ...(/^arn:[^:]+:s3:::[^/]+$/.test(sourceBucketArn) ? [] : ['SourceBucket is no ARN of a bucket']),
    ...(keepsManifest === 'false' ? [] : ['EnableManifestOutput is missing, or there is no ManifestOutputLocation']),
    ...(others.length === 0 ? [] : [`there is no replication status ${others.join()}`]),
    ...(isEligibleForReplication === 'true' && name === 'S3ReplicateObject' ? [] : ['only what may replicate, here']),
  ];
}

/** Source: S3 user guide, batch-ops-initiate-restore-object; API reference, S3ReplicateObjectOperation, which has no options. */
function problemsOf({ name, options }: CreateJobInput['operation']): string[] {
  if (name === 'S3ReplicateObject')
    return Object.keys(options).length === 0 ? [] : ['S3ReplicateObject takes no options'];
  if (name !== 'S3InitiateRestoreObject') return [`the stand-in knows no operation ${name}`];
  const { ExpirationInDays: days = '', GlacierJobTier: tier = '' } = options;
  return [
    ...(Number(days) >= 1 ? [] : ['ExpirationInDays is 1 or more']),
    ...(tier === 'BULK' || tier === 'STANDARD' ? [] : ['GlacierJobTier is BULK or STANDARD']),
  ];
}

function placeOf(arn: string): { bucket: string; objectKey: string } {
  const [bucket = '', ...key] = arn.split(':::')[1]?.split('/') ?? [];
  return { bucket, objectKey: key.join('/') };
}
