import { versionsToReplicate } from '../../aws/batchJobs';
import { journalPrefix } from '../../core/journal/journalKeys';
import { tablePrefix, type TableLocation } from '../../core/objectKey';

/** Where the source bucket has what is of a table: its images, and its journal, whether it has one or had one. */
export function prefixesToReplicate(table: TableLocation): readonly string[] {
  return [tablePrefix(table), journalPrefix(table)];
}

/** What S3 Batch Replication has to be told to copy the versions of one table that are not in the destination. */
export interface ReplicationGap {
  readonly accountId: string;
  readonly region: string;
  readonly sourceBucketArn: string;
  /** The role that S3 does it with. */
  readonly roleArn: string;
  /** Starts of the object keys, each ending with a slash. */
  readonly prefixes: readonly string[];
}

/**
 * The command that has S3 itself replicate older versions, with their ids and times. A verify must not: stored anew, an older
 * image would be the last version of its object in the destination for as long as the newest one is on its way behind it.
 */
export function batchReplicationCommand({
  accountId,
  region,
  sourceBucketArn,
  roleArn,
  prefixes,
}: ReplicationGap): string {
  const manifest = versionsToReplicate({ accountId, sourceBucketArn, prefixes });
  return [
    `aws s3control create-job --account-id ${accountId} --region ${region} --priority 1 --no-confirmation-required`,
    `--operation '{"S3ReplicateObject":{}}' --report '{"Enabled":false}'`,
    `--manifest-generator '${JSON.stringify(manifest)}'`,
    `--role-arn ${roleArn}`,
  ].join(' \\\n    ');
}
