import type { Statement } from './document';

/** Who may write to the topic of the alarms and to the queue of replication failures: one service each, for this account. */

export function publishAlarms(topicArn: string, accountId: string): Statement {
  return {
    Sid: 'PublishAlarms',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topicArn,
    Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
  };
}

export function sendReplicationFailures(queueArn: string, bucketArn: string, accountId: string): Statement {
  return {
    Sid: 'SendReplicationFailures',
    Effect: 'Allow',
    Principal: { Service: 's3.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': bucketArn }, StringEquals: { 'aws:SourceAccount': accountId } },
  };
}
