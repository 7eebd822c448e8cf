import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { S3BucketNotification } from '@cdktf/provider-aws/lib/s3-bucket-notification';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import type { Names } from '../../settings/names';
import { policyJson } from '../policies/document';
import { sendReplicationFailures } from '../policies/notifications';
import type { Settings } from '../../settings/schema';

const FOURTEEN_DAYS_SECONDS = 14 * 24 * 3600; // The longest that SQS keeps a message.

export interface ReplicationFailuresProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  readonly after: ITerraformDependable[];
}

/**
 * Which objects were not replicated, and why: S3 says so once, in an event, to nothing but SQS, SNS and Lambda. A queue
 * keeps them until somebody looks; an e-mail each would drown the alarm that calls for it.
 */
export class ReplicationFailures extends Construct {
  readonly queue: SqsQueue;

  constructor(scope: Construct, id: string, props: ReplicationFailuresProps) {
    super(scope, id);
    const { provider, settings, names, keyArn } = props;
    this.queue = new SqsQueue(this, ITSELF, {
      provider,
      name: names.replicationFailureQueue,
      messageRetentionSeconds: FOURTEEN_DAYS_SECONDS,
      ...(keyArn === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: keyArn }),
    });
    const policy = new SqsQueuePolicy(this, 'policy', {
      provider,
      queueUrl: this.queue.url,
      policy: policyJson(sendReplicationFailures(this.queue.arn, names.sourceBucketArn, settings.source.accountId)),
    });
    new S3BucketNotification(this, 'notification', {
      provider,
      bucket: settings.source.bucketName,
      queue: [{ id: 'replication-failures', queueArn: this.queue.arn, events: events(settings) }],
      dependsOn: [policy, ...props.after], // S3 sends a test message when the notification is made.
    });
  }
}

/** Thresholds are tracked with replication time control alone. */
function events({ replication }: Settings): string[] {
  const failed = 's3:Replication:OperationFailedReplication';
  if (!replication.timeControl) return [failed];
  return [failed, 's3:Replication:OperationMissedThreshold', 's3:Replication:OperationNotTracked'];
}
