import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { HEARTBEAT_MINUTES } from '../../core/heartbeat';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { ITSELF } from '../DcsStack';
import { encryptInBucket } from '../policies/capture';
import { writeHeartbeat } from '../policies/heartbeat';
import type { NodeFunctionProps } from './NodeFunction';
import { ScheduledFunction } from './ScheduledFunction';

export interface HeartbeatProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly keyArn?: string;
  /** What has to stand before: a heartbeat older than the replication rule is not replicated. */
  readonly after: ITerraformDependable[];
}

/**
 * Writes the heartbeat into the source bucket. A function, for a rule of EventBridge puts no objects; the universal targets of
 * EventBridge Scheduler may, but how they send a body is not documented, and nothing local can play them.
 */
export class Heartbeat extends Construct {
  constructor(scope: Construct, id: string, props: HeartbeatProps) {
    super(scope, id);
    const { settings, names, keyArn } = props;
    const { sourceBucketArn: bucketArn } = names;
    const { region, bucketName } = settings.source;
    new ScheduledFunction(this, ITSELF, {
      ...props,
      side: 'source',
      functionName: names.heartbeat,
      description: `Writes the heartbeat into ${bucketName}`,
      memoryMb: 256,
      timeoutSeconds: 60,
      environment: { [VARIABLES.bucketName]: bucketName, [VARIABLES.prefix]: settings.prefix },
      policy: [
        writeHeartbeat(bucketArn, settings.prefix),
        ...(keyArn === undefined ? [] : [encryptInBucket({ keyArn, bucketArn, region })]),
      ],
      scheduleExpression: `rate(${HEARTBEAT_MINUTES} minutes)`,
      scheduleDescription: 'Writes the heartbeat; how old its replica is, is what a restore would miss.',
    });
  }
}
