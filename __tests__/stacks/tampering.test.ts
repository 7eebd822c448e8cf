import { variants } from '../../stacks/variants';
import { cloudTrailEvent, type CalledApi } from '../fixtures/cloudTrail';
import { matches } from './support/eventPattern';
import { resource, resources, synthesize, synthesizeTogether, type StackJson } from './support/synth';

const KEY = 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555';
const TOPIC = 'arn:aws:sns:eu-west-1:222222222222:dcs-alarms';
const BUCKET = 'example-dcs-destination';

/** Patterns by what each watches, with the reference to the key resolved. */
function patterns(stack: StackJson): Record<string, Parameters<typeof matches>[0]> {
  const rules = resources(stack, 'aws_cloudwatch_event_rule').filter(({ body }) => body.event_pattern !== undefined);
  return Object.fromEntries(
    rules.map(({ body }) => [
      (body.name as string).replace('dcs-tampering-', ''),
      JSON.parse((body.event_pattern as string).replace(/\$\{aws_kms_key[^}]*\}/g, KEY)) as never,
    ]),
  );
}

const stack = synthesizeTogether(variants['customer-managed']);
const watched = patterns(stack);
/** The rules that an event makes go off. */
const seenBy = (api: CalledApi) =>
  Object.entries(watched).flatMap(([what, pattern]) => (matches(pattern, cloudTrailEvent(api) as never) ? [what] : []));

const ofBucket = (eventName: string, bucketName = BUCKET): CalledApi => ({
  ...{ service: 's3', eventName, requestParameters: { bucketName, Host: `${bucketName}.s3.eu-west-1.amazonaws.com` } },
});
const ofKey = (eventName: string, keyId: string, ARN = KEY): CalledApi => ({
  ...{ service: 'kms', eventName, requestParameters: { keyId } },
  resources: [
    { accountId: '222222222222', type: 'AWS::KMS::Key', ARN },
    { accountId: '222222222222', type: 'AWS::KMS::Alias', ARN: 'arn:aws:kms:eu-west-1:222222222222:alias/x' },
  ],
});
const call = (service: string, eventName: string, requestParameters: object | null): CalledApi => ({
  ...{ service, eventName, requestParameters: requestParameters as CalledApi['requestParameters'] },
});

const SEEN: readonly (readonly [what: string, CalledApi])[] = [
  ...[
    'PutBucketPolicy',
    'DeleteBucketPolicy',
    'PutBucketLifecycle',
    'PutBucketLifecycleConfiguration',
    'DeleteBucketLifecycle',
    'PutObjectLockConfiguration',
    'PutBucketObjectLockConfiguration',
    'PutBucketVersioning',
    'PutBucketReplication',
    'DeleteBucketReplication',
    'PutBucketPublicAccessBlock',
    'DeleteBucketPublicAccessBlock',
    'PutPublicAccessBlock',
    'DeletePublicAccessBlock',
    'PutBucketOwnershipControls',
    'DeleteBucketOwnershipControls',
    'PutBucketEncryption',
    'DeleteBucketEncryption',
    'PutBucketAcl',
    'DeleteBucket',
  ].map((eventName) => ['bucket', ofBucket(eventName)] as const),
  ['key', ofKey('PutKeyPolicy', KEY.split('/')[1] ?? '')],
  ['key', ofKey('DisableKey', KEY)],
  ['key', ofKey('ScheduleKeyDeletion', KEY)],
  ['key', ofKey('DisableKeyRotation', KEY)],
  ['key', ofKey('CreateGrant', KEY)],
  ['rules', call('events', 'DisableRule', { name: 'dcs-tampering-bucket' })],
  ['rules', call('events', 'DeleteRule', { name: 'dcs-lock-renewal', force: false })],
  ['rules', call('events', 'PutRule', { name: 'dcs-tampering-key', state: 'DISABLED' })],
  ['rules', call('events', 'RemoveTargets', { rule: 'dcs-tampering-bucket', ids: ['topic'] })],
  ['rules', call('events', 'PutTargets', { rule: 'dcs-tampering-bucket', targets: [{ id: 'topic', arn: 'x' }] })],
  ['topic', call('sns', 'DeleteTopic', { topicArn: TOPIC })],
  ['topic', call('sns', 'SetTopicAttributes', { topicArn: TOPIC, attributeName: 'Policy', attributeValue: '{}' })],
  ['topic', call('sns', 'AddPermission', { topicArn: TOPIC })],
  ['topic', call('sns', 'RemovePermission', { topicArn: TOPIC })],
  ['topic', call('sns', 'PutDataProtectionPolicy', { resourceArn: TOPIC })],
  ['topic', call('sns', 'Unsubscribe', { subscriptionArn: `${TOPIC}:0f2a1d3b-1111-2222-3333-444455556666` })],
  ['topic', call('sns', 'SetSubscriptionAttributes', { subscriptionArn: `${TOPIC}:0f2a1d3b` })],
  ['alarms', call('monitoring', 'DeleteAlarms', { alarmNames: ['others', 'dcs-locks-unlocked'] })],
  ['alarms', call('monitoring', 'DisableAlarmActions', { alarmNames: ['dcs-replica-age'] })],
  ['alarms', call('monitoring', 'PutMetricAlarm', { alarmName: 'dcs-replica-age', threshold: 1e9 })],
  ['alarms', call('monitoring', 'SetAlarmState', { alarmName: 'dcs-replica-age', stateValue: 'OK' })],
  ['trail', call('cloudtrail', 'StopLogging', { name: 'arn:aws:cloudtrail:eu-west-1:222222222222:trail/all' })],
  ['trail', call('cloudtrail', 'DeleteTrail', { name: 'all' })],
  ['trail', call('cloudtrail', 'UpdateTrail', { name: 'all', isMultiRegionTrail: false })],
  ['trail', call('cloudtrail', 'PutEventSelectors', { trailName: 'all' })],
];

const PASSED_OVER: readonly (readonly [why: string, CalledApi])[] = [
  ['another bucket', ofBucket('PutBucketPolicy', 'example-dcs-destination-2')],
  ['another key', ofKey('DisableKey', 'other', KEY.replace('1111-2222', '9999-2222'))],
  ['an object, where a trail logs data events', ofBucket('PutObject')],
  ['a lock of an object, which the function renews', ofBucket('PutObjectRetention')],
  ['an object that is deleted, where a trail logs data events', ofBucket('DeleteObject')],
  ['somebody who looks', ofBucket('GetBucketPolicy')],
  ['use of the key', ofKey('GenerateDataKey', KEY)],
  ['a rule of somebody else', call('events', 'DisableRule', { name: 'nightly' })],
  ['a topic of somebody else', call('sns', 'DeleteTopic', { topicArn: `${TOPIC}-2` })],
  ['a subscription to another topic', call('sns', 'Unsubscribe', { subscriptionArn: `${TOPIC}-2:0f2a1d3b` })],
  ['an alarm of somebody else', call('monitoring', 'DeleteAlarms', { alarmNames: ['billing'] })],
  ['a call without parameters', call('events', 'PutRule', null)],
];

describe('tampering is seen', () => {
  test.each(SEEN.map(([what, api]) => [api.eventName, what, api] as const))(
    '%s, by the rule on the %s',
    (_n, what, api) => {
      expect(seenBy(api)).toEqual([what]);
    },
  );

  test.each(PASSED_OVER)('and not %s', (_why, api) => {
    expect(seenBy(api)).toEqual([]);
  });

  test('also of keys that encrypted formerly; without keys there is no rule on one', () => {
    const [former] = resources(
      synthesizeTogether(variants['customer-managed-before']),
      'aws_cloudwatch_event_rule',
    ).filter(({ body }) => body.name === 'dcs-tampering-key');
    const pattern = JSON.parse(former?.body.event_pattern as string) as never;
    expect(matches(pattern, cloudTrailEvent(ofKey('DisableKey', KEY)) as never)).toBe(true);
    expect(Object.keys(patterns(synthesizeTogether(variants.minimal)))).not.toContain('key');
  });
});

describe('who is told', () => {
  test('each rule tells the topic of the destination account, in words', () => {
    const rules = resources(stack, 'aws_cloudwatch_event_rule').filter(({ body }) => body.event_pattern !== undefined);
    expect(rules).toHaveLength(6);
    for (const { address, body } of rules) {
      expect(body).toMatchObject({ provider: 'aws.destination' });
      const targets = resources(stack, 'aws_cloudwatch_event_target').filter(
        (one) => one.body.rule === `\${${address}.name}`,
      );
      expect(targets.map((one) => one.body.arn)).toEqual(['${aws_sns_topic.destination_watch_topic.arn}']);
      const { input_paths, input_template } = targets[0]!.body.input_transformer as {
        input_paths: Record<string, string>;
        input_template: string;
      };
      const text = JSON.parse(input_template) as string;
      expect([...text.matchAll(/<(\w+)>/g)].map(([, name]) => name).sort()).toEqual(Object.keys(input_paths).sort());
    }
  });

  test('the topic and its key let EventBridge in, and nothing of the source account does', () => {
    const { policy } = resource(stack, 'aws_sns_topic_policy.destination_watch_topic-policy');
    expect(policy).toContain('"Service":"events.amazonaws.com"');
    expect(resource(stack, 'aws_kms_key.destination_key').policy).toContain(
      '"Sid":"EncryptNotificationsOfEventBridge"',
    );
    expect(resource(stack, 'aws_sns_topic_policy.source_watch_topic-policy').policy).not.toContain('events.amazonaws');
  });

  test('the names of what is watched are those of the deployment', () => {
    const apart = Object.values(synthesize(variants.apart)).find(
      ({ resource: all }) => 'aws_s3_bucket_object_lock_configuration' in all,
    );
    const names = resources(apart!).flatMap(({ type, body }) =>
      type === 'aws_cloudwatch_event_rule'
        ? [body.name]
        : type === 'aws_cloudwatch_metric_alarm'
          ? [body.alarm_name]
          : [],
    ) as string[];
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(name).toMatch(/^dcs-/);
  });
});

describe('the evaluator of patterns', () => {
  test.each([
    [{ a: ['x'] }, { a: 'x' }, true],
    [{ a: ['x', 'y'] }, { a: ['z', 'y'] }, true],
    [{ a: [{ prefix: 'x' }] }, { a: 'xyz' }, true],
    [{ a: [{ prefix: 'x' }] }, { a: 'yx' }, false],
    [{ a: { b: ['x'] } }, { a: [{ b: 'y' }, { b: 'x' }] }, true],
    [{ $or: [{ a: ['x'] }, { b: ['x'] }] }, { b: 'x' }, true],
    [{ $or: [{ a: ['x'] }, { b: ['x'] }] }, { c: 'x' }, false],
    [{ a: ['x'] }, {}, false],
  ])('%j of %j: %s', (pattern, event, expected) => {
    expect(matches(pattern as never, event as never)).toBe(expected);
  });
  test.each([[{ a: [{ suffix: 'x' }] }], [{ a: 'x' }], [{ a: [] }]])('what is not known is refused: %j', (pattern) => {
    expect(() => matches(pattern, { a: 'x' })).toThrow();
  });
});
