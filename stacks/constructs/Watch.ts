import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { captureAlarms, replicationAlarms, tableDefinitionAlarm, type WatchedCapture } from './alarmSpecs';
import { alarmTopic, metricAlarm } from './alarms';
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
    this.topic = alarmTopic(this, { ...props, side: 'source', topicName: names.alarmTopic });
    const specs = [
      ...captures.flatMap((capture) => captureAlarms(capture, settings)),
      ...replicationAlarms(settings, names),
      tableDefinitionAlarm(names.tableDefinition),
    ];
    for (const spec of specs) metricAlarm(this, spec, { provider, settings, topic: this.topic });
    new CloudwatchDashboard(this, 'dashboard', {
      provider,
      dashboardName: settings.name,
      dashboardBody: dashboardBody(settings, specs),
    });
  }
}
