import { publishMetric } from '../../aws/cloudWatch';
import { heartbeats } from '../../operations/heartbeat/recoveryPoint';
import { replicaAge } from '../../operations/heartbeat/replicaAge';
import { replicaAgeMetric } from '../../settings/metrics';
import { heartbeatSettings } from '../heartbeat/settings';

const { bucket, prefix } = heartbeatSettings(process.env);
const stampedTexts = heartbeats({ bucket });
const metric = replicaAgeMetric({ bucketName: bucket, region: process.env.AWS_REGION ?? '' });

/** Runs on a schedule in the destination account. A failure publishes nothing, which the alarm is about. */
export function handler(): Promise<object> {
  return replicaAge(stampedTexts, prefix, (ageSeconds) => publishMetric(metric, ageSeconds, 'Seconds', {}));
}
