import type { ReplicaOrder, S3Bucket, StoredVersion } from './s3';
import type { World } from './world';

export interface ReplicationSettings {
  readonly order: ReplicaOrder;
  /** The share of versions that come hours late. */
  readonly slow: number;
  /** The share of versions that never come: S3 says FAILED. */
  readonly failed: number;
}

/**
 * Plays a replication rule: each version that is put below its prefixes, by itself and in no order. Delete markers are none of
 * it: "Replication configuration V2" leaves them out unless told.
 */
export function startReplication(
  world: World,
  prefixes: readonly string[],
  source: S3Bucket,
  destination: S3Bucket,
  { order, slow, failed }: ReplicationSettings,
): void {
  source.onPut = (objectKey, version: StoredVersion) => {
    if (!prefixes.some((prefix) => objectKey.startsWith(prefix))) return;
    version.replicationStatus = 'PENDING';
    const random = world.random('replication', objectKey, version.versionId);
    const ms =
      random.chance(slow) && !world.isCalm ? random.between(600_000, 8 * 3_600_000) : random.between(300, 15_000);
    const fails = random.chance(failed) && !world.isCalm;
    world.after(ms, () => {
      version.replicationStatus = fails ? 'FAILED' : 'COMPLETED';
      if (!fails) destination.replicate(objectKey, version, order);
    });
  };
}
