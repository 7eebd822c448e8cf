import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { CloudwatchMetricAlarm } from '@cdktf/provider-aws/lib/cloudwatch-metric-alarm';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Construct } from 'constructs';
import type { Names } from '../names';
import { policyJson } from '../policies/document';
import { publishAlarms } from '../policies/notifications';
import type { Settings } from '../settings/schema';
import {
  captureAlarms,
  replicationAlarms,
  tableDefinitionAlarm,
  type AlarmSpec,
  type WatchedCapture,
} from './alarmSpecs';
import { dashboardBody } from './dashboard';

export interface WatchProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  readonly captures: readonly WatchedCapture[];
}

/** The topic that is told when something goes wrong, the alarms that tell it, and a dashboard of the same metrics. */
export class Watch extends Construct {
  readonly topic: SnsTopic;

  constructor(scope: Construct, id: string, props: WatchProps) {
    super(scope, id);
    const { provider, settings, names, captures } = props;
    this.topic = this.makeTopic(props);
    const specs = [
      ...captures.flatMap((capture) => captureAlarms(capture, settings)),
      ...replicationAlarms(settings, names),
      tableDefinitionAlarm(names.tableDefinition),
    ];
    for (const spec of specs) this.alarm(spec, props);
    new CloudwatchDashboard(this, 'dashboard', {
      provider,
      dashboardName: settings.name,
      dashboardBody: dashboardBody(settings, specs),
    });
  }

  private makeTopic({ provider, settings, names, keyArn }: WatchProps): SnsTopic {
    const topic = new SnsTopic(this, 'topic', { provider, name: names.alarmTopic, kmsMasterKeyId: keyArn });
    new SnsTopicPolicy(this, 'topic-policy', {
      provider,
      arn: topic.arn,
      policy: policyJson(publishAlarms(topic.arn, settings.source.accountId)),
    });
    for (const [index, endpoint] of settings.alarms.emails.entries()) {
      new SnsTopicSubscription(this, `email-${index}`, { provider, topicArn: topic.arn, protocol: 'email', endpoint });
    }
    return topic;
  }

  private alarm(spec: AlarmSpec, { provider, settings }: WatchProps): void {
    const [above, of] = spec.periods;
    new CloudwatchMetricAlarm(this, spec.id, {
      provider,
      alarmName: `${settings.name}-${spec.id}`,
      alarmDescription: spec.description,
      namespace: spec.metric.namespace,
      metricName: spec.metric.name,
      dimensions: { ...spec.metric.dimensions },
      statistic: spec.metric.statistic,
      comparisonOperator: 'GreaterThanThreshold',
      threshold: spec.threshold,
      period: spec.periodSeconds,
      evaluationPeriods: of,
      datapointsToAlarm: above,
      treatMissingData: spec.missing,
      alarmActions: [this.topic.arn],
      okActions: [this.topic.arn],
    });
  }
}
