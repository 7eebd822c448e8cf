import {
  CreateJobCommand,
  DescribeJobCommand,
  ListJobsCommand,
  S3ControlClient,
  type CreateJobCommandInput,
  type JobManifestGenerator,
  type JobOperation,
  type JobStatus,
  type ListJobsCommandOutput,
} from '@aws-sdk/client-s3-control';
import { DcsError } from '../core/errors';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** What a job does to each version of its manifest. Source: S3 user guide, "Operations supported by S3 Batch Operations". */
export interface RestoreOperation {
  readonly do: 'restore';
  /** How long S3 keeps the copies that can be read. */
  readonly days: number;
  /** Jobs know no other. Source: S3 user guide, batch-ops-initiate-restore-object. */
  readonly tier: 'Standard' | 'Bulk';
}

interface JobOfAnyWork {
  readonly roleArn: string;
  /** At most 256 characters; by it a job is found again. */
  readonly description: string;
  /** At most 64 characters. Asked twice with the same, it is the same job. */
  readonly token: string;
}

/** One that is told each version. */
export interface ListedJobWork {
  readonly operation: RestoreOperation;
  /** Lines of bucket, key (percent-encoded) and version id, in the bucket of jobs. */
  readonly manifest: { readonly objectKey: string; readonly etag: string };
  /** Below which S3 puts the report, without a slash at the end. */
  readonly reportPrefix: string;
}

/** S3 Batch Replication: S3 looks for the versions itself, in the bucket of jobs, and keeps neither a manifest nor a report. */
export interface ReplicationJobWork {
  readonly operation: { readonly do: 'replicate'; readonly prefixes: readonly string[] };
}

export type JobWork = ListedJobWork | ReplicationJobWork;
export type NewBatchJob = JobOfAnyWork & JobWork;

/** How far S3 is with a job. */
export interface BatchJobState {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** In the bucket of jobs; empty for one that keeps none, as is the prefix of the report. */
  readonly manifestKey: string;
  readonly reportPrefix: string;
  /** Why it failed, in the words of S3. */
  readonly reasons: readonly string[];
}

export interface ListedJob {
  readonly jobId: string;
  readonly description: string;
  readonly status: JobStatus;
}

/** The jobs of S3 Batch Operations of one account and Region. */
export interface BatchJobs {
  /** @returns the id of the job, which begins by itself */
  create(job: NewBatchJob): Promise<string>;
  state(jobId: string): Promise<BatchJobState>;
  /** Those that are not over, and those that ended within the last 90 days. */
  list(): Promise<readonly ListedJob[]>;
}

export interface BatchJobsSettings extends AwsSettings {
  readonly accountId: string;
  /** Has the manifests and the reports, or the versions that are to be replicated, and belongs to the account. */
  readonly bucketArn: string;
}

export function s3BatchJobs({ accountId, bucketArn, ...settings }: BatchJobsSettings, signal?: AbortSignal): BatchJobs {
  const client = new S3ControlClient(sdkClientConfig(settings, { attempts: 8 }));
  const { endpoint } = settings;
  // AWS puts the account before its host. An endpoint that was given is taken as it is: before an address nothing can be put.
  if (endpoint !== undefined) client.config.endpointProvider = () => ({ url: new URL(endpoint) });
  const [AccountId, stop] = [accountId, { abortSignal: signal }];
  return {
    async create(job) {
      const command = new CreateJobCommand({
        ...{ AccountId, ConfirmationRequired: false, Priority: 10 },
        ...{ RoleArn: job.roleArn, Description: job.description, ClientRequestToken: job.token },
        ...('manifest' in job ? onListed(job, { accountId, bucketArn }) : onFound(job, { accountId, bucketArn })),
      });
      const { JobId } = await client.send(command, stop);
      if (JobId === undefined) throw new DcsError('S3 Batch Operations answered CreateJob without the id of a job');
      return JobId;
    },
    async state(JobId) {
      const { Job = {} } = await client.send(new DescribeJobCommand({ AccountId, JobId }), stop);
      const { Status, ProgressSummary: progress, Manifest, Report, FailureReasons = [] } = Job;
      if (Status === undefined) throw new DcsError(`S3 Batch Operations answered of the job ${JobId} without a status`);
      return {
        ...{ jobId: JobId, status: Status, reportPrefix: Report?.Prefix ?? '' },
        total: progress?.TotalNumberOfTasks ?? 0,
        succeeded: progress?.NumberOfTasksSucceeded ?? 0,
        failed: progress?.NumberOfTasksFailed ?? 0,
        manifestKey: (Manifest?.Location?.ObjectArn ?? '').slice(bucketArn.length + 1),
        reasons: FailureReasons.map(({ FailureCode = '', FailureReason = '' }) => `${FailureCode}: ${FailureReason}`),
      };
    },
    async list() {
      const found: ListedJob[] = [];
      let NextToken: string | undefined;
      do {
        const page: ListJobsCommandOutput = await client.send(new ListJobsCommand({ AccountId, NextToken }), stop);
        for (const { JobId, Description = '', Status } of page.Jobs ?? []) {
          if (JobId !== undefined && Status !== undefined)
            found.push({ jobId: JobId, description: Description, status: Status });
        }
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    },
  };
}

type Work = Pick<CreateJobCommandInput, 'Operation' | 'Manifest' | 'ManifestGenerator' | 'Report'>;
type Place = Pick<BatchJobsSettings, 'accountId' | 'bucketArn'>;

function onListed({ operation, manifest, reportPrefix }: ListedJobWork, { accountId, bucketArn }: Place): Work {
  return {
    Operation: operationOf(operation),
    Manifest: {
      Spec: { Format: 'S3BatchOperations_CSV_20180820', Fields: ['Bucket', 'Key', 'VersionId'] },
      Location: { ObjectArn: `${bucketArn}/${manifest.objectKey}`, ETag: manifest.etag },
    },
    Report: {
      ...{ Enabled: true, Bucket: bucketArn, Prefix: reportPrefix, ExpectedBucketOwner: accountId },
      ...{ Format: 'Report_CSV_20180820', ReportScope: 'AllTasks' },
    },
  };
}

/** Its role may write nothing, so there is no report. */
function onFound({ operation: { prefixes } }: ReplicationJobWork, { accountId, bucketArn }: Place): Work {
  return {
    Operation: { S3ReplicateObject: {} },
    ManifestGenerator: versionsToReplicate({ accountId, sourceBucketArn: bucketArn, prefixes }),
    Report: { Enabled: false },
  };
}

/** Which versions S3 Batch Replication looks for. Source: S3 API reference, S3JobManifestGenerator and JobManifestGeneratorFilter. */
export function versionsToReplicate({
  accountId,
  sourceBucketArn,
  prefixes,
}: {
  readonly accountId: string;
  readonly sourceBucketArn: string;
  readonly prefixes: readonly string[];
}): JobManifestGenerator.S3JobManifestGeneratorMember {
  return {
    S3JobManifestGenerator: {
      SourceBucket: sourceBucketArn,
      ExpectedBucketOwner: accountId,
      EnableManifestOutput: false,
      Filter: {
        EligibleForReplication: true,
        ObjectReplicationStatuses: ['FAILED', 'NONE'],
        KeyNameConstraint: { MatchAnyPrefix: [...prefixes] },
      },
    },
  };
}

function operationOf({ days, tier }: RestoreOperation): JobOperation {
  return {
    S3InitiateRestoreObject: { ExpirationInDays: days, GlacierJobTier: tier === 'Bulk' ? 'BULK' : 'STANDARD' },
  };
}
