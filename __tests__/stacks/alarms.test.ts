import { variants } from '../../stacks/variants';
import { resource, resources, synthesizeTogether } from './support/synth';

/**
 * Metrics that exist, with their dimensions, written out by hand from the Lambda developer guide (monitoring-metrics-types)
 * and the S3 user guide (metrics-dimensions). An alarm on anything else stays green for ever.
 */
const EXISTING: Record<string, readonly string[]> = {
  'AWS/Lambda IteratorAge': ['FunctionName'],
  'AWS/Lambda Errors': ['FunctionName'],
  'AWS/Lambda Invocations': ['FunctionName'],
  'AWS/Lambda Throttles': ['FunctionName'],
  'AWS/Lambda DestinationDeliveryFailures': ['FunctionName'],
  'AWS/Lambda DroppedEventCount': ['EventSourceMappingUUID'],
  'AWS/Lambda OnFailureDestinationDeliveredEventCount': ['EventSourceMappingUUID'],
  'AWS/S3 ReplicationLatency': ['DestinationBucket', 'RuleId', 'SourceBucket'],
  'AWS/S3 OperationsPendingReplication': ['DestinationBucket', 'RuleId', 'SourceBucket'],
  'AWS/S3 OperationsFailedReplication': ['DestinationBucket', 'RuleId', 'SourceBucket'],
};

describe.each(['minimal', 'everything', 'tables'] as const)('alarms of %s', (name) => {
  const stack = synthesizeTogether(variants[name]);
  const alarms = resources(stack, 'aws_cloudwatch_metric_alarm').map(({ body }) => body);

  test('stand on metrics that exist, with the dimensions they have', () => {
    for (const { alarm_name, namespace, metric_name, dimensions } of alarms) {
      const metric = `${String(namespace)} ${String(metric_name)}`;
      expect({ alarm_name, metric, dimensions: Object.keys(dimensions as object).sort() }).toEqual({
        alarm_name,
        metric,
        dimensions: EXISTING[metric],
      });
    }
  });

  test('watch everything that the design asks for', () => {
    expect(new Set(alarms.map(({ namespace, metric_name }) => `${String(namespace)} ${String(metric_name)}`))).toEqual(
      new Set(Object.keys(EXISTING)),
    );
  });

  test('can go off: the metrics are turned on, the rule and the functions are those of the stack', () => {
    const functions = resources(stack, 'aws_lambda_function').map(({ body }) => body.function_name);
    const mappings = resources(stack, 'aws_lambda_event_source_mapping');
    const uuids = mappings.map(({ address }) => `\${${address}.uuid}`);
    const [rule] = resource(stack, 'aws_s3_bucket_replication_configuration.source_replication').rule as {
      id: string;
    }[];
    for (const { body } of mappings) expect(body.metrics_config).toEqual({ metrics: ['EventCount'] });
    expect(rule).toMatchObject({ destination: { metrics: { status: 'Enabled' } } });
    for (const { dimensions } of alarms as { dimensions: Record<string, string> }[]) {
      if (dimensions.FunctionName) expect(functions).toContain(dimensions.FunctionName);
      if (dimensions.EventSourceMappingUUID) expect(uuids).toContain(dimensions.EventSourceMappingUUID);
      if (dimensions.RuleId) expect(dimensions.RuleId).toBe(rule?.id);
    }
  });

  test('say what it means and what to do, and tell the topic', () => {
    for (const { address, body } of resources(stack, 'aws_cloudwatch_metric_alarm')) {
      const { alarm_description, alarm_actions, ok_actions } = body;
      expect(alarm_description).toMatch(/\b(Look at|Raise|Mend|Check)\b/);
      expect((alarm_description as string).length).toBeLessThanOrEqual(1024);
      const topic = address.includes('.source_') ? 'source_watch_topic' : 'destination_drill_topic';
      expect(alarm_actions).toEqual([`\${aws_sns_topic.${topic}.arn}`]);
      expect(ok_actions).toEqual(alarm_actions);
    }
  });

  test('have names and addresses of their own', () => {
    expect(new Set(alarms.map(({ alarm_name }) => alarm_name)).size).toBe(alarms.length);
  });
});

test('paused replication has no alarm: its metrics do not come, so none could go off', () => {
  const alarms = resources(synthesizeTogether(variants.paused), 'aws_cloudwatch_metric_alarm');
  expect(alarms.filter(({ body }) => body.namespace === 'AWS/S3')).toEqual([]);
});

test('the lag of capture is told in time: long before the stream forgets', () => {
  const lag = resource(
    synthesizeTogether(variants.minimal),
    'aws_cloudwatch_metric_alarm.source_watch_capture-users-lag',
  );
  expect(lag).toMatchObject({ metric_name: 'IteratorAge', threshold: 300_000, statistic: 'Maximum', period: 60 });
});

test('everybody in the settings is told', () => {
  const subscriptions = resources(synthesizeTogether(variants.everything), 'aws_sns_topic_subscription');
  const told = (topic: string) =>
    subscriptions
      .filter(({ body }) => body.topic_arn === `\${aws_sns_topic.${topic}.arn}`)
      .map(({ body }) => [body.protocol, body.endpoint]);
  for (const topic of ['source_watch_topic', 'destination_drill_topic']) {
    expect(told(topic)).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
  }
});

test('the dashboard shows every metric of the source account that has an alarm', () => {
  const { dashboard_body } = resource(
    synthesizeTogether(variants.minimal),
    'aws_cloudwatch_dashboard.source_watch_dashboard',
  );
  const { widgets } = JSON.parse(dashboard_body as string) as {
    widgets: { properties: { title: string; region: string; metrics: unknown[][] } }[];
  };
  const shown = widgets.flatMap(({ properties }) =>
    properties.metrics.map(([namespace, name]) => `${String(namespace)} ${String(name)}`),
  );
  // The drill runs in the destination account, whose metrics a dashboard of this one does not see.
  const ofSource = Object.keys(EXISTING).filter((metric) => metric !== 'AWS/Lambda Invocations');
  expect(new Set(shown)).toEqual(new Set(ofSource));
  for (const { properties } of widgets) expect(properties.region).toBe('eu-central-1');
});

test('replication failures are kept: S3 sends them, with their reasons, to a queue of the source account', () => {
  const stack = synthesizeTogether(variants.minimal);
  const notification = resource(stack, 'aws_s3_bucket_notification.source_replication-failures_notification');
  expect(notification.queue).toEqual([
    {
      id: 'replication-failures',
      queue_arn: '${aws_sqs_queue.source_replication-failures.arn}',
      events: [
        's3:Replication:OperationFailedReplication',
        's3:Replication:OperationMissedThreshold',
        's3:Replication:OperationNotTracked',
      ],
    },
  ]);
});

describe('the alarm that there was no drill', () => {
  const alarm = (scheduleExpression: string) =>
    resource(
      synthesizeTogether({ ...variants.minimal, drill: { scheduleExpression } }),
      'aws_cloudwatch_metric_alarm.destination_drill_drill-missing',
    );

  test.each([
    ['rate(1 hour)', 2],
    ['rate(1 day)', 2],
    ['rate(6 days)', 7],
    ['cron(30 4 * * ? *)', 2],
  ])('with %s goes off after %d days without one, which CloudWatch can see', (schedule, days) => {
    expect(alarm(schedule)).toMatchObject({
      metric_name: 'Invocations',
      comparison_operator: 'LessThanThreshold',
      threshold: 1,
      // Without a drill there is no value at all: that has to count.
      treat_missing_data: 'breaching',
      evaluation_periods: days,
      datapoints_to_alarm: days,
      period: 86_400,
    });
    expect(days).toBeLessThanOrEqual(7);
  });
});
