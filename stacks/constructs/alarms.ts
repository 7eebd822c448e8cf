import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import type { Construct } from 'constructs';
import { alarmName } from '../../settings/alarmNames';
import { policyJson } from '../policies/document';
import { publishAlarms, publishEvents } from '../policies/notifications';
import type { Settings } from '../../settings/schema';
import type { Metric, MetricMath } from '../../settings/metrics';
import type { AlarmSpec } from './alarmSpecs';

/** The account that watches, and who is told. */
export interface AlarmsProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly side: 'source' | 'destination';
  readonly topicName: string;
  readonly keyArn?: string;
  /** Rules of EventBridge tell it too. */
  readonly hearsOfTampering?: true;
}

/** A topic that everybody in the settings hears, as part of `scope`. */
export function alarmTopic(scope: Construct, props: AlarmsProps): SnsTopic {
  const { provider, settings, side, topicName, keyArn } = props;
  const topic = new SnsTopic(scope, 'topic', { provider, name: topicName, kmsMasterKeyId: keyArn });
  new SnsTopicPolicy(scope, 'topic-policy', {
    provider,
    arn: topic.arn,
    policy: policyJson(
      publishAlarms(topic.arn, settings[side].accountId),
      ...(props.hearsOfTampering ? [publishEvents(topic.arn)] : []),
    ),
  });
  for (const [index, endpoint] of settings.alarms.emails.entries()) {
    new SnsTopicSubscription(scope, `email-${index}`, { provider, topicArn: topic.arn, protocol: 'email', endpoint });
  }
  return topic;
}

/**
 * An alarm that tells the topic when it goes off. Not when it is over: the first look at a metric is a change to OK as well,
 * from INSUFFICIENT_DATA, and an action cannot tell one from the other. A deployment would greet everybody with a mail for each alarm.
 */
export function metricAlarm(
  scope: Construct,
  spec: AlarmSpec,
  { provider, settings, topic }: Pick<AlarmsProps, 'provider' | 'settings'> & { readonly topic: SnsTopic },
): void {
  const [beyond, of] = spec.periods;
  new CloudwatchMetricAlarm(scope, spec.id, {
    provider,
    alarmName: alarmName(settings, spec.id),
    alarmDescription: spec.description,
    ...('expression' in spec.metric ? mathOf(spec.metric, spec) : metricOf(spec.metric, spec)),
    comparisonOperator: spec.comparison ?? 'GreaterThanThreshold',
    threshold: spec.threshold,
    evaluationPeriods: of,
    datapointsToAlarm: beyond,
    treatMissingData: spec.missing ?? ('expression' in spec.metric ? 'notBreaching' : spec.metric.missing),
    alarmActions: [topic.arn],
  });
}

function metricOf({ namespace, metricName, dimensions, statistic }: Metric, { periodSeconds }: AlarmSpec) {
  return { namespace, metricName, dimensions: { ...dimensions }, statistic, period: periodSeconds };
}

function mathOf({ expression, metrics }: MetricMath, { id, periodSeconds }: AlarmSpec) {
  const ofMetric = ([name, metric]: [string, Metric]) => {
    const { namespace, metricName, dimensions, statistic } = metric;
    return {
      id: name,
      metric: { namespace, metricName, dimensions: { ...dimensions }, stat: statistic, period: periodSeconds },
    };
  };
  const result = { id: 'result', expression, label: id, returnData: true };
  return { metricQuery: [result, ...Object.entries(metrics).map(ofMetric)] };
}
