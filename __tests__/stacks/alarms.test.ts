import { METRICS, type MetricName } from '../../settings/metrics';
import { variants } from '../../stacks/variants';
import { dataSources, resource, resources, synthesizeTogether } from './support/synth';

const REGION_OF: Record<string, string> = {
  'aws.source': 'eu-central-1',
  'aws.source-in-destination-region': 'eu-west-1',
  'aws.destination': 'eu-west-1',
};
const ACCOUNT_OF = (provider: string) => provider.replace('-in-destination-region', '');

/** Where a metric is published, for what belongs to a provider's account. */
function publishedIn(metricName: MetricName, provider: string): string {
  const { publishedIn } = METRICS[metricName];
  return REGION_OF[publishedIn === 'own' ? ACCOUNT_OF(provider) : `aws.${publishedIn}`] ?? '';
}

test('the table of metrics is what AWS documents', () => {
  const of = (...names: MetricName[]) =>
    names.map((name) => [METRICS[name].namespace, METRICS[name].publishedIn, METRICS[name].missing]);
  // S3 user guide, repl-metrics: where each is published; metrics-dimensions: "treat missing data as ignore".
  expect(of('ReplicationLatency', 'OperationsPendingReplication', 'BytesPendingReplication')).toEqual(
    Array(3).fill(['AWS/S3', 'destination', 'ignore']),
  );
  expect(of('OperationsFailedReplication')).toEqual([['AWS/S3', 'source', 'ignore']]);
});

interface AlarmMetric {
  readonly namespace: string;
  readonly metric_name: MetricName;
  readonly statistic: string;
  readonly dimensions: Record<string, string>;
}

/** The one metric of an alarm, or those of its formula. */
function metricsIn(alarm: Record<string, unknown>): AlarmMetric[] {
  if (!alarm.metric_query) return [alarm as unknown as AlarmMetric];
  const queries = alarm.metric_query as { metric?: AlarmMetric & { stat: string } }[];
  return queries.flatMap(({ metric }) => (metric ? [{ ...metric, statistic: metric.stat }] : []));
}

describe.each(['minimal', 'everything', 'tables', 'engine', 'journal'] as const)('alarms of %s', (name) => {
  const stack = synthesizeTogether(variants[name]);
  const alarms = resources(stack, 'aws_cloudwatch_metric_alarm').map(({ body }) => body);

  test('stand on metrics of the table, with the dimensions they have, in the Region that publishes them', () => {
    for (const { alarm_name, provider, ...alarm } of alarms) {
      for (const { namespace, metric_name, dimensions, statistic } of metricsIn(alarm)) {
        const facts = METRICS[metric_name];
        expect({ alarm_name, namespace, statistic, dimensions: Object.keys(dimensions).sort() }).toEqual({
          alarm_name,
          namespace: facts.namespace,
          statistic: facts.statistic,
          dimensions: facts.dimensions,
        });
        const region = REGION_OF[provider as string];
        expect({ alarm_name, region }).toEqual({ alarm_name, region: publishedIn(metric_name, provider as string) });
      }
    }
  });

  test('watch every metric of the table but those that only status shows', () => {
    const watched = new Set<string>(alarms.flatMap(metricsIn).map(({ metric_name }) => metric_name));
    const ofEngine = resources(stack, 'aws_sfn_state_machine').length > 0 ? [] : ['ExecutionsFailed'];
    const unwatched = Object.keys(METRICS).filter((metric) => !watched.has(metric));
    const hasJournals = resources(stack, 'aws_cloudwatch_dashboard').length > 1;
    const ofJournals = hasJournals ? [] : ['BaseAgeSeconds', 'UnfoldedJournalAgeSeconds', 'UnreadableJournalObjects'];
    expect(unwatched).toEqual([...ofEngine, 'BytesPendingReplication', ...ofJournals]);
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
    const tables = resources(stack, 'aws_dynamodb_table').map(({ body }) => body.name);
    const lookedUp = dataSources(stack).map(({ body }) => body.name);
    for (const { dimensions } of alarms.flatMap(metricsIn)) {
      if (dimensions.TableName) expect([...tables, ...lookedUp]).toContain(dimensions.TableName);
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
      const topic = address.includes('.destination_')
        ? 'destination_watch_topic'
        : address.includes('_watch_replication_')
          ? 'source_watch_replication_topic'
          : 'source_watch_topic';
      // An alarm tells a topic of its own account and Region alone.
      expect(body.provider).toBe(resource(stack, `aws_sns_topic.${topic}`).provider);
      expect(alarm_actions).toEqual([`\${aws_sns_topic.${topic}.arn}`]);
      // CloudWatch would send an OK for the first look at each as well: nine mails a table when nothing has happened yet.
      expect(ok_actions).toBeUndefined();
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
  for (const topic of ['source_watch_topic', 'source_watch_replication_topic', 'destination_watch_topic']) {
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
  const shown = widgets.flatMap(({ properties }) => properties.metrics.map(([, name]) => name as MetricName));
  // The engine, journals, the drill, the age of the replica and the locks are watched in the destination account, whose metrics a dashboard of this one does not see.
  const ofSource = Object.keys(METRICS).filter(
    (metric) =>
      ![
        'ExecutionsFailed',
        'Invocations',
        'ReplicaAgeSeconds',
        'BytesPendingReplication',
        'UnlockedVersions',
        'LockSweepAgeSeconds',
        'BaseAgeSeconds',
        'UnfoldedJournalAgeSeconds',
        'UnreadableJournalObjects',
      ].includes(metric),
  );
  expect([...new Set(shown)].sort()).toEqual(ofSource.sort());
  for (const { properties } of widgets) {
    const regions = properties.metrics.map(([, name]) => publishedIn(name as MetricName, 'aws.source'));
    expect(new Set(regions)).toEqual(new Set([properties.region]));
  }
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
