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

/**
 * Without a condition: EventBridge sends none of the keys that could bind it when it publishes, and the statement would never hold (user
 * guide, eb-use-resource-based, "Amazon SNS permissions"). So a rule of a stranger could write to the topic, and nothing more.
 */
export function publishEvents(topicArn: string): Statement {
  return {
    Sid: 'PublishEvents',
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: topicArn,
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
