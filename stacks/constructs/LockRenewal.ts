import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { sweepEveryMs, type LockRule } from '../../core/lockRenewal';
import type { LockAlarm } from '../../settings/alarmNames';
import { lockMetric, METRICS } from '../../settings/metrics';
import { formerKeysOf, type Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import { ITSELF } from '../DcsStack';
import type { Statement } from '../policies/document';
import { publishIn } from '../policies/heartbeat';
import { renewLocks } from '../policies/locks';
import { decryptFormer, decryptReplicas, encryptReports } from '../policies/restore';
import { metricAlarm } from './alarms';
import type { AlarmSpec } from './alarmSpecs';
import type { NodeFunctionProps } from './NodeFunction';
import { ScheduledFunction } from './ScheduledFunction';

const MEMORY_MB = 1_024; // More than half a processor: it signs hundreds of calls a second.
const TIMEOUT_SECONDS = 900; // Lambda's most. It goes on where it stopped.
const QUARTER = 900;
const EARLY = 1.25;

export interface LockRenewalProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly settings: Settings;
  readonly names: Names;
  readonly rule: LockRule;
  readonly keyArn?: string;
  /** Told of its alarms. */
  readonly topic: SnsTopic;
}

/** Renews the locks of what is current, so that the newest copy of every item stays locked. */
export class LockRenewal extends Construct {
  readonly functionName: string;

  constructor(scope: Construct, id: string, props: LockRenewalProps) {
    super(scope, id);
    const { settings, names, rule } = props;
    const { bucketName } = settings.destination;
    this.functionName = names.lockRenewal;
    new ScheduledFunction(this, ITSELF, {
      ...props,
      side: 'destination',
      functionName: this.functionName,
      description: `Renews the locks of current versions in ${bucketName}`,
      memoryMb: MEMORY_MB,
      timeoutSeconds: TIMEOUT_SECONDS,
      environment: {
        [VARIABLES.bucketName]: bucketName,
        [VARIABLES.prefix]: settings.prefix,
        [VARIABLES.lockMode]: rule.mode,
        [VARIABLES.retentionDays]: String(rule.retentionDays),
      },
      policy: policyOf(props),
      scheduleExpression: 'rate(15 minutes)',
      scheduleDescription: 'Looks six times a retention at all that stays locked; most runs find nothing to do.',
    });
    for (const spec of lockAlarms(props)) metricAlarm(this, spec, props);
  }
}

function policyOf({ settings, names, keyArn, rule }: LockRenewalProps): Statement[] {
  const { destinationBucketArn: bucketArn } = names;
  const { region } = settings.destination;
  const key = keyArn === undefined ? undefined : { keyArn, bucketArn, region };
  return [
    ...renewLocks(bucketArn, settings.prefix, rule),
    ...(key ? [decryptReplicas(key), encryptReports(key)] : []),
    ...decryptFormer(formerKeysOf('destination', settings), { bucketArn, region }),
    publishIn(METRICS.UnlockedVersions.namespace),
  ];
}

export function lockAlarms({
  settings,
  names,
  rule,
}: Pick<LockRenewalProps, 'settings' | 'names' | 'rule'>): AlarmSpec<LockAlarm>[] {
  const metric = (name: Parameters<typeof lockMetric>[0]) => lockMetric(name, settings.destination);
  const overdueSeconds = Math.round((EARLY * sweepEveryMs(rule)) / 1_000);
  const logs = `Look at the logs of ${names.lockRenewal}`;
  return [
    {
      id: 'locks-unlocked',
      metric: metric('UnlockedVersions'),
      threshold: 0,
      periodSeconds: QUARTER,
      periods: [4, 4],
      description: `Current versions could not be locked anew, or nobody renews locks any more: whoever may delete versions can delete them when their lock is over. ${logs}, which name some of them with the reason, then run npx dcs check. After the first deployment this alarm is on until the first run.`,
    },
    {
      id: 'locks-overdue',
      metric: metric('LockSweepAgeSeconds'),
      threshold: overdueSeconds,
      periodSeconds: QUARTER,
      periods: [4, 4],
      description: `Not all current versions have been looked at for longer than they should; the first locks may run out in ${hours(rule)} hours. ${logs}: does it fail, or are there more objects than it can look at in time? Then run npx dcs lock; raise destination.objectLock.retentionDays, or have S3 Batch Operations set the retention.`,
    },
  ];
}

/** What is left when the alarm goes off: what a sweep passes is held for two. */
function hours(rule: LockRule): number {
  return Math.floor(((2 - EARLY) * sweepEveryMs(rule)) / 3_600_000);
}
