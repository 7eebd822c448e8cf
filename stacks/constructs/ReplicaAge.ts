import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { HEARTBEAT_MINUTES } from '../../core/heartbeat';
import { METRICS } from '../../settings/metrics';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { ITSELF } from '../DcsStack';
import { publishIn, readHeartbeat } from '../policies/heartbeat';
import { decryptReplicas } from '../policies/restore';
import { metricAlarm } from './alarms';
import type { NodeFunctionProps } from './NodeFunction';
import { replicaAgeAlarm } from './replicaAgeAlarm';
import { ScheduledFunction } from './ScheduledFunction';

export interface ReplicaAgeProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  /** Told of its alarm. */
  readonly topic: SnsTopic;
}

/** Measures in the destination account how old the newest replica is, out of reach of the source account, and watches it. */
export class ReplicaAge extends Construct {
  constructor(scope: Construct, id: string, props: ReplicaAgeProps) {
    super(scope, id);
    const { settings, names, keyArn } = props;
    const { destinationBucketArn: bucketArn } = names;
    const { region, bucketName } = settings.destination;
    new ScheduledFunction(this, ITSELF, {
      ...props,
      side: 'destination',
      functionName: names.replicaAge,
      description: `Measures how old the newest heartbeat in ${bucketName} is`,
      memoryMb: 256,
      timeoutSeconds: 60,
      environment: { [VARIABLES.bucketName]: bucketName, [VARIABLES.prefix]: settings.prefix },
      policy: [
        readHeartbeat(bucketArn, settings.prefix),
        ...(keyArn === undefined ? [] : [decryptReplicas({ keyArn, bucketArn, region })]),
        publishIn(METRICS.ReplicaAgeSeconds.namespace),
      ],
      scheduleExpression: `rate(${HEARTBEAT_MINUTES} minutes)`,
      scheduleDescription: 'Publishes how old the newest replica is.',
    });
    metricAlarm(this, replicaAgeAlarm(settings, names), props);
  }
}
