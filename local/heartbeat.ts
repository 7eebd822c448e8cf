import { publishMetric } from '../aws/cloudWatch';
import { s3TextStore } from '../aws/textStore';
import { heartbeatSettings } from '../lambda/heartbeat/settings';
import { beat } from '../operations/heartbeat/beat';
import { heartbeats, type RecoveryPoint } from '../operations/heartbeat/recoveryPoint';
import { replicaAge } from '../operations/heartbeat/replicaAge';
import { replicaAgeMetric } from '../settings/metrics';
import type { DeployedFunction, Deployment } from './deployment/synthesized';
import type { LocalBucket } from './localTable';

/** Both functions of the heartbeat as they are deployed, one after the other, with the replication between them. */
export async function playHeartbeat(
  { heartbeatFunction, replicaAgeFunction }: Deployment,
  sides: { readonly source: LocalBucket; readonly destination: LocalBucket },
  replicated: () => Promise<void>,
): Promise<RecoveryPoint> {
  const source = bucketOf(heartbeatFunction, sides.source);
  await beat(s3TextStore(source.s3), source.prefix, { time: new Date().toISOString() });
  await replicated();
  const { s3, prefix } = bucketOf(replicaAgeFunction, sides.destination);
  const metric = replicaAgeMetric({ bucketName: s3.bucket, region: sides.destination.region });
  return replicaAge(heartbeats(s3), prefix, (ageSeconds) => publishMetric(metric, ageSeconds, 'Seconds', s3));
}

function bucketOf({ environment }: DeployedFunction, side: LocalBucket) {
  const { bucket, prefix } = heartbeatSettings(environment);
  return { s3: { ...side, bucket }, prefix };
}
