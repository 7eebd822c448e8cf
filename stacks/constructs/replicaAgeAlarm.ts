import { HEARTBEAT_MINUTES } from '../../core/heartbeat';
import { REPLICA_AGE_ALARM } from '../../settings/alarmNames';
import { replicaAgeMetric } from '../../settings/metrics';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';
import type { AlarmSpec } from './alarmSpecs';

/** In the destination account: nothing that happens in the source account can silence it. */
export function replicaAgeAlarm({ alarms, destination }: Settings, names: Names): AlarmSpec {
  return {
    id: REPLICA_AGE_ALARM,
    metric: replicaAgeMetric(destination),
    threshold: alarms.replicaAgeSeconds,
    periodSeconds: HEARTBEAT_MINUTES * 60,
    periods: [3, 3],
    description: `The newest replica is more than ${alarms.replicaAgeSeconds} s old, or nobody measures it: a restore would miss what was written since. Look at the recovery point (npx dcs status) and at both ends (npx dcs check): ${names.heartbeat} in the source account writes the heartbeat, replication brings it, ${names.replicaAge} in this account measures it. After the first deployment this alarm is on until the first heartbeat has arrived, and it goes off while replication is paused.`,
  };
}
