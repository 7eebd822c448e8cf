import { heartbeatSettings } from '../../lambda/heartbeat/settings';
import { variants } from '../../stacks/variants';
import { statesOf } from './support/alarmState';
import type { Series } from './support/metricMath';
import { resource, synthesizeTogether } from './support/synth';

const stack = synthesizeTogether({ ...variants.tables, alarms: { replicaAgeSeconds: 900 } });

test.each([
  ['source_heartbeat', 'dcs-heartbeat', 'example-dcs-source'],
  ['destination_replica-age', 'dcs-replica-age', 'example-dcs-destination'],
])('%s is a function on a schedule, which alone may start it', (id, functionName, bucket) => {
  const body = resource(stack, `aws_lambda_function.${id}_function`);
  expect(body.function_name).toBe(functionName);
  const { variables } = body.environment as { variables: Record<string, string> };
  expect(heartbeatSettings(variables)).toEqual({ bucket, prefix: 'dcs/' });
  expect(resource(stack, `aws_cloudwatch_event_rule.${id}_schedule`)).toMatchObject({
    name: functionName,
    schedule_expression: 'rate(5 minutes)',
  });
  const target = resource(stack, `aws_cloudwatch_event_target.${id}_target`);
  expect(target.arn).toBe(`\${aws_lambda_function.${id}_function.arn}`);
  expect(target).not.toHaveProperty('input'); // EventBridge's own event says the time.
  expect(resource(stack, `aws_lambda_permission.${id}_permission`)).toMatchObject({
    principal: 'events.amazonaws.com',
    source_arn: `\${aws_cloudwatch_event_rule.${id}_schedule.arn}`,
  });
});

test('what is wrong with the environment is said at once', () => {
  expect(() => heartbeatSettings({ DCS_PREFIX: 'x' })).toThrow(/DCS_BUCKET is missing.*DCS_PREFIX is "x"/);
});

test('a heartbeat is written when it can be replicated, and not before', () => {
  const { depends_on } = resource(stack, 'aws_cloudwatch_event_rule.source_heartbeat_schedule');
  expect(depends_on).toContain('aws_s3_bucket_replication_configuration.source_replication');
});

describe('the alarm on the age of the replica', () => {
  const alarm = resource(stack, 'aws_cloudwatch_metric_alarm.destination_replica-age_replica-age');
  const MINUTES = 120;
  const FAULT_AT = 60;
  /** A value every five minutes, as the function publishes it. */
  const ages = (value: (minute: number) => number | undefined): Series =>
    Array.from({ length: MINUTES }, (_, minute) => (minute % 5 === 3 ? value(minute) : undefined));
  const states = (series: Series) => statesOf(alarm, { ReplicaAgeSeconds: series });

  test('stands in the destination account, on the metric of its bucket', () => {
    expect(alarm).toMatchObject({
      provider: 'aws.destination',
      namespace: 'DCS',
      dimensions: { DestinationBucket: 'example-dcs-destination' },
      threshold: 900,
    });
  });

  test('is silent while heartbeats arrive, and when one look is late', () => {
    expect(new Set(states(ages((minute) => (minute === 63 ? undefined : 290))).slice(1))).toEqual(new Set(['OK']));
  });

  test.each<[string, (minute: number) => number | undefined]>([
    ['heartbeats no longer arrive, or are not written', (minute) => 290 + Math.max(0, minute - FAULT_AT) * 60],
    ['nobody looks any more, or there is nothing to look at', (minute) => (minute < FAULT_AT ? 290 : undefined)],
    ['there never was a heartbeat', () => undefined],
  ])('rings within 45 minutes when %s, and keeps ringing', (_what, value) => {
    const after = states(ages(value)).slice((FAULT_AT + 45) / 5);
    expect(new Set(after)).toEqual(new Set(['ALARM']));
  });
});
