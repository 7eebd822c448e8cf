import { s3BatchJobs } from '../../aws/batchJobs';
import { digestOf } from '../../core/digest';
import { count, counted } from '../../core/units';
import {
  followReplications,
  replicateAgain,
  type Replicated,
  type ReplicationRequest,
} from '../../operations/batch/replicateAgain';
import type { ReplicationGap } from '../../operations/verify/batchReplication';
import type { VerifyOutcome } from '../../operations/verify/verifyTable';
import { connect, type CommandContext } from '../context';
import { watchJobs } from '../watchJobs';

/** The job of a table, with the role that the operator role may pass. */
export function replicationOf(tableName: string, gap: ReplicationGap, context: CommandContext): ReplicationRequest {
  const { accountId, sourceBucketArn: bucketArn, roleArn, prefixes } = gap;
  const { signal, pause, output } = context;
  const { s3Control } = connect(context, 'source');
  // Of names that are too long, the beginning may be the same.
  const purpose = digestOf(`${bucketArn} ${prefixes.join(' ')}`).slice(0, 8);
  return {
    jobs: s3BatchJobs({ ...s3Control, accountId, bucketArn }, signal),
    description: `dcs replicate ${purpose} ${tableName}`.slice(0, 256),
    ...{ roleArn, prefixes, signal, pause, watch: watchJobs(output) },
  };
}

/**
 * Looks, has S3 copy what the destination lacks, and looks at everything again: a job counts, and does not say which versions have
 * arrived. What an earlier command has begun is over before the first look.
 *
 * @throws DcsError as {@link followReplications}
 */
export async function verifyAndReplicate(
  tableName: string,
  request: ReplicationRequest,
  { output }: CommandContext,
  look: () => Promise<VerifyOutcome>,
): Promise<VerifyOutcome> {
  const tell = ({ jobId, versions, succeeded, failed }: Replicated) =>
    output.result(
      { type: 'replicated', table: tableName, jobId, versions, succeeded, failed },
      `The job ${jobId} found ${counted(versions, 'version')}: ${count(succeeded)} replicated, ${count(failed)} failed. Everything is looked at anew.`,
    );
  for (const replicated of await followReplications(request)) tell(replicated);
  const before = await look();
  if (lackingIn(before) === 0) return before;
  tell(await replicateAgain(request));
  return look();
}

function lackingIn({ report: { counts } }: VerifyOutcome): number {
  return (counts.notReplicated ?? 0) + (counts.replicationFailed ?? 0);
}
