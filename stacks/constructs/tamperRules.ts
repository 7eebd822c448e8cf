import type { Names, TamperRuleId } from '../../settings/names';
import type { Settings } from '../../settings/schema';

/*
 * What of the destination account nobody changes without others hearing of it: rules of EventBridge on what CloudTrail writes down.
 * Names of events: S3 user guide, cloudtrail-logging-s3-info; KMS, EventBridge, SNS, CloudWatch and CloudTrail, "Logging API calls
 * with CloudTrail". Patterns: EventBridge user guide, eb-create-pattern-operators.
 */

type Matcher = string | { readonly prefix: string };
/** An event pattern: a list matches where one of its members does. */
export interface Pattern {
  readonly [field: string]: readonly Matcher[] | readonly Pattern[] | Pattern;
}

export interface TamperRule {
  readonly id: TamperRuleId;
  /** What is watched, for people. */
  readonly watches: string;
  readonly pattern: Pattern;
}

/** @param keyArns of the copy, those that encrypted formerly among them */
export function tamperRules(settings: Settings, names: Names, keyArns: readonly string[]): TamperRule[] {
  const { bucketName } = settings.destination;
  const ours: Matcher = { prefix: `${settings.name}-` };
  const topicArn = names.alarmTopicArns.destination;
  return [
    {
      id: 'bucket',
      watches: `the bucket ${bucketName}`,
      // By their beginnings: whatever is set of the bucket or taken from it, under the names that S3 has for it. An object's events, which a
      // trail may log too, begin otherwise.
      pattern: called('aws.s3', 's3', [starts('PutBucket'), starts('DeleteBucket'), ...WITHOUT_BUCKET.map(starts)], {
        requestParameters: { bucketName: [bucketName] },
      }),
    },
    ...(keyArns.length === 0
      ? []
      : [
          {
            id: 'key' as const,
            watches: 'the key of the copy',
            // A caller may give the id of the key or its ARN; the resource is always told by its ARN.
            pattern: called('aws.kms', 'kms', RUIN_KEY, { resources: { ARN: keyArns } }),
          },
        ]),
    {
      id: 'rules',
      watches: 'the rules that watch and that start functions',
      pattern: called('aws.events', 'events', RUIN_RULES, {
        $or: [{ requestParameters: { name: [ours] } }, { requestParameters: { rule: [ours] } }],
      }),
    },
    {
      id: 'topic',
      watches: 'the topic of the alarms, and who hears it',
      pattern: called('aws.sns', 'sns', RUIN_TOPIC, {
        $or: [
          { requestParameters: { topicArn: [topicArn] } },
          { requestParameters: { resourceArn: [topicArn] } },
          { requestParameters: { subscriptionArn: [{ prefix: `${topicArn}:` }] } },
        ],
      }),
    },
    {
      id: 'alarms',
      watches: 'the alarms',
      pattern: called('aws.monitoring', 'monitoring', RUIN_ALARMS, {
        $or: [{ requestParameters: { alarmNames: [ours] } }, { requestParameters: { alarmName: [ours] } }],
      }),
    },
    {
      id: 'trail',
      watches: 'the trails, without which nothing of this is seen',
      pattern: called('aws.cloudtrail', 'cloudtrail', RUIN_TRAIL),
    },
  ];
}

const starts = (prefix: string): Matcher => ({ prefix });
/** Of a bucket, by names that do not say so. */
const WITHOUT_BUCKET = ['PutObjectLock', 'PutPublicAccessBlock', 'DeletePublicAccessBlock'];
const RUIN_KEY = ['CreateGrant', 'DisableKey', 'DisableKeyRotation', 'PutKeyPolicy', 'ScheduleKeyDeletion'];
const RUIN_RULES = ['DeleteRule', 'DisableRule', 'PutRule', 'PutTargets', 'RemoveTargets'];
const RUIN_TOPIC = [
  'AddPermission',
  'DeleteTopic',
  'PutDataProtectionPolicy',
  'RemovePermission',
  'SetSubscriptionAttributes',
  'SetTopicAttributes',
  'Unsubscribe',
];
const RUIN_ALARMS = ['DeleteAlarms', 'DisableAlarmActions', 'PutMetricAlarm', 'SetAlarmState'];
const RUIN_TRAIL = ['DeleteTrail', 'PutEventSelectors', 'StopLogging', 'UpdateTrail'];

/** A call of an API that came to CloudTrail. */
function called(source: string, service: string, eventName: readonly Matcher[], detail: Pattern = {}): Pattern {
  return {
    source: [source],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: { eventSource: [`${service}.amazonaws.com`], eventName, ...detail },
  };
}
