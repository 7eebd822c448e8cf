import { setTimeout as delay } from 'node:timers/promises';
import type { NewVersion } from '../parts/s3Gateway';
import { ruleFor, type ReplicationRule } from './rules';

/** The two buckets, as far as replication needs them. Answers the id of the copy. */
export interface ReplicationTargets {
  copyVersion(version: NewVersion, to: { bucket: string; storageClass?: string }): Promise<string>;
  addDeleteMarker(objectKey: string, bucket: string): Promise<string>;
}

/** As in S3's `x-amz-replication-status`. */
export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

export interface ReplicationFailure {
  readonly version: NewVersion;
  readonly reason: Error;
}

interface Options {
  readonly rules: readonly ReplicationRule[];
  readonly sourceBucketName: string;
  readonly targets: ReplicationTargets;
  /** Versions under way at the same time. */
  readonly parallelism?: number;
  /** S3 tries for days; here it is a number of attempts, with doubling pauses between them. */
  readonly attempts?: number;
  readonly firstPauseMs?: number;
}

/**
 * The replication stand-in: plays S3 replication for versions that it is told of, by the rules of a configuration.
 *
 * As S3: only what is made after the start is replicated; a version is PENDING, then COMPLETED or FAILED, its copy is
 * a REPLICA; versions are copied with body, metadata and content type; deletes of a version are never replicated.
 * Unlike S3: versions of one object always arrive in order, copies have version ids and times of their own (moto gives
 * new ones), permissions and encryption keys are not looked at, and a version fails after some seconds of trying.
 */
export class ReplicationStandIn {
  readonly counts = { pending: 0, completed: 0, failed: 0, withoutRule: 0 };
  readonly failures: ReplicationFailure[] = [];
  private readonly sourceStatus = new Map<string, ReplicationStatus>();
  private readonly replicas = new Set<string>();
  private readonly queues = new Map<string, NewVersion[]>();
  private readonly ready: string[] = [];
  private active = 0;
  private isStopped = false;
  private whenDrained: (() => void)[] = [];

  constructor(private readonly options: Options) {}

  /** Called for each new version of a bucket, in order. */
  onNewVersion(version: NewVersion): void {
    const rule =
      version.bucket === this.options.sourceBucketName ? ruleFor(this.options.rules, version.objectKey) : undefined;
    if (!rule || (version.isDeleteMarker && !rule.replicatesDeleteMarkers)) {
      this.counts.withoutRule++;
      return;
    }
    this.sourceStatus.set(idOf(version.objectKey, version.versionId), 'PENDING');
    this.counts.pending++;
    const queue = this.queues.get(version.objectKey);
    if (queue) {
      queue.push(version);
      return;
    }
    this.queues.set(version.objectKey, [version]);
    this.ready.push(version.objectKey);
    this.startWork();
  }

  statusInSource(objectKey: string, versionId: string): ReplicationStatus | undefined {
    return this.sourceStatus.get(idOf(objectKey, versionId));
  }

  statusInDestination(objectKey: string, versionId: string): ReplicationStatus | undefined {
    return this.replicas.has(idOf(objectKey, versionId)) ? 'REPLICA' : undefined;
  }

  /** Resolves when no version is pending. */
  async drained(): Promise<void> {
    if (this.counts.pending > 0 && !this.isStopped)
      await new Promise<void>((resolve) => this.whenDrained.push(resolve));
  }

  /** Leaves what is pending as it is, like a lost region. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.active > 0) await new Promise<void>((resolve) => this.whenDrained.push(resolve));
  }

  private startWork(): void {
    while (!this.isStopped && this.active < (this.options.parallelism ?? 16)) {
      const objectKey = this.ready.shift();
      if (objectKey === undefined) return;
      this.active++;
      void this.replicateNextOf(objectKey).finally(() => {
        this.active--;
        this.startWork();
        this.tellWhenDrained();
      });
    }
  }

  private async replicateNextOf(objectKey: string): Promise<void> {
    const queue = this.queues.get(objectKey) ?? [];
    const [version] = queue;
    if (version) await this.replicate(version);
    queue.shift();
    if (queue.length > 0) this.ready.push(objectKey);
    else this.queues.delete(objectKey);
  }

  private async replicate(version: NewVersion): Promise<void> {
    const id = idOf(version.objectKey, version.versionId);
    try {
      const copyId = await this.tryToCopy(version);
      this.replicas.add(idOf(version.objectKey, copyId));
      this.sourceStatus.set(id, 'COMPLETED');
      this.counts.completed++;
    } catch (error) {
      if (this.isStopped) return;
      // As in S3, the version stays FAILED for an operator to find; `failures` keeps the reason.
      this.sourceStatus.set(id, 'FAILED');
      this.counts.failed++;
      this.failures.push({ version, reason: error as Error });
    }
    this.counts.pending--;
  }

  private async tryToCopy(version: NewVersion): Promise<string> {
    const { rules, targets, attempts = 8, firstPauseMs = 50 } = this.options;
    const { destinationBucketName: bucket = '', storageClass } = ruleFor(rules, version.objectKey) ?? {};
    for (let attempt = 1; ; attempt++) {
      try {
        if (version.isDeleteMarker) return await targets.addDeleteMarker(version.objectKey, bucket);
        return await targets.copyVersion(version, { bucket, storageClass });
      } catch (error) {
        if (attempt >= attempts || this.isStopped) throw error;
        await delay(firstPauseMs * 2 ** (attempt - 1));
      }
    }
  }

  private tellWhenDrained(): void {
    if (this.isStopped ? this.active > 0 : this.counts.pending > 0) return;
    for (const tell of this.whenDrained.splice(0)) tell();
  }
}

function idOf(objectKey: string, versionId: string): string {
  return `${versionId} ${objectKey}`;
}
