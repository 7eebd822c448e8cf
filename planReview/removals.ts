import type { Finding, FindingName } from './finding';
import type { ResourceChange } from './plan';

const STOPS = 'what runs with it stops, replication and capture among it';
const UNTOLD = 'nobody is told any more when the copy falls behind';

/**
 * What holds data, guards it, or brings it over, by type, with what is lost without it. Logs count: after an incident they
 * are the only word of what capture did.
 */
export const GUARDED_TYPES: Readonly<Record<string, string>> = {
  aws_dynamodb_table: 'the items of the table are lost',
  aws_s3_bucket: 'images and their whole history are lost',
  aws_kms_key: 'everything that the key encrypts is lost with it',
  aws_kms_key_policy: 'who may use the key falls back to the default',
  aws_s3_bucket_versioning: 'versioning is suspended, and the history ends',
  aws_s3_bucket_object_lock_configuration: 'new versions are no longer locked',
  aws_s3_bucket_replication_configuration: 'nothing reaches the destination any more',
  aws_s3_bucket_server_side_encryption_configuration: 'new versions are no longer under the key that was chosen',
  aws_s3_bucket_public_access_block: 'the bucket can be made public',
  aws_s3_bucket_ownership_controls: 'ACLs come back, and replicas may belong to another account',
  aws_s3_bucket_policy: 'TLS is no longer asked for, and the destination no longer accepts replicas',
  aws_lambda_event_source_mapping: 'changes of the table are no longer captured',
  aws_lambda_function: 'what the function does is no longer done: capture, table definitions, or the drill',
  aws_lambda_permission: 'the schedule can no longer start the function',
  aws_iam_role: STOPS,
  aws_iam_role_policy: STOPS,
  aws_cloudwatch_log_group: 'the logs are lost',
  aws_cloudwatch_metric_alarm: UNTOLD,
  aws_sns_topic: UNTOLD,
  aws_sns_topic_policy: UNTOLD,
  aws_sns_topic_subscription: UNTOLD,
  aws_s3_bucket_notification: 'replications that failed are no longer listed',
  aws_sqs_queue: 'replications that failed are no longer listed',
  aws_sqs_queue_policy: 'replications that failed are no longer listed',
  aws_cloudwatch_event_rule: 'the schedule ends: the table definitions or the drill',
  aws_cloudwatch_event_target: 'the schedule ends: the table definitions or the drill',
};

/** Destroyed, replaced (in either order), or forgotten by the state while it lives on without a plan. */
export function removals(change: ResourceChange): Finding[] {
  const why = GUARDED_TYPES[change.type];
  const removal = removalOf(change);
  if (why === undefined || !removal) return [];
  return [{ address: change.address, ...removal, why }];
}

function removalOf({ actions }: ResourceChange): { finding: FindingName; what: string; next: string } | undefined {
  if (actions.includes('forget')) {
    return {
      finding: 'forgotten',
      what: 'It leaves the state: no later plan will show what happens to it.',
      next: 'Keep it in the settings and the state, or see who looks after it from now on.',
    };
  }
  if (!actions.includes('delete')) return undefined;
  if (actions.includes('create')) {
    return {
      finding: 'replaced',
      what: 'It is destroyed and made again.',
      next: 'See in the plan which argument forces the replacement, and take that change back.',
    };
  }
  return {
    finding: 'destroyed',
    what: 'It is destroyed.',
    next: 'See what left the settings, and put it back.',
  };
}
