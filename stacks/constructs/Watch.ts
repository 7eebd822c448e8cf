import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import {
  captureAlarms,
  replicationAlarms,
  replicationFailedAlarms,
  tableDefinitionAlarm,
  type AlarmSpec,
  type WatchedCapture,
} from './alarmSpecs';
import { alarmTopic, metricAlarm } from './alarms';
import { dashboardBody } from './dashboard';

export interface WatchProps {
  readonly provider: AwsProvider;
  /** The source account in the Region of the destination bucket, where S3 publishes most of its metrics of replication. */
  readonly providerInDestinationRegion: AwsProvider;
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
      ...replicationFailedAlarms(settings, names),
      tableDefinitionAlarm(names.tableDefinition, settings.source.region),
    ];
    for (const spec of specs) metricAlarm(this, spec, { provider, settings, topic: this.topic });
    new CloudwatchDashboard(this, 'dashboard', {
      provider,
      dashboardName: settings.name,
      dashboardBody: dashboardBody([...specs, ...this.watchReplication(props)]),
    });
  }

  /** An alarm tells a topic of its own Region alone, so there is a second one. */
  private watchReplication({ settings, names, ...props }: WatchProps): readonly AlarmSpec[] {
    const specs = replicationAlarms(settings, names);
    if (specs.length === 0) return specs;
    const scope = new Construct(this, 'replication');
    const provider = props.providerInDestinationRegion;
    // The source account has no key of its own there, and a key of AWS's lets no alarm publish: alarms hold no data.
    const topic = alarmTopic(scope, { provider, settings, side: 'source', topicName: names.alarmTopic });
    for (const spec of specs) metricAlarm(scope, spec, { provider, settings, topic });
    return specs;
  }
}
