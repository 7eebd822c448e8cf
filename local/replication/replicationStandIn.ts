import { setTimeout as delay } from 'node:timers/promises';
import { S3Error } from '../../aws/s3Error';
import { DcsError } from '../../core/errors';
import type { NewVersion } from '../parts/newVersions';
import { ObjectQueues } from './objectQueues';
import { ruleFor, type ReplicationRule } from './ruleFor';

/** The two buckets, as far as replication needs them. A copy's version id is answered. */
export interface ReplicationTargets {
  copyVersion(version: NewVersion, to: { bucket: string; storageClass?: string }): Promise<string>;
  addDeleteMarker(objectKey: string, bucket: string): Promise<string>;
  /** The newest version of the object in the destination bucket, if it has the version's body and metadata. */
  newestIfCopy(version: NewVersion, bucket: string): Promise<string | undefined>;
}

/** As in S3's `x-amz-replication-status`. */
export type ReplicationStatus = 'PENDING' | 'COMPLETED' | 'FAILED' | 'REPLICA';

export interface ReplicationFailure {
  readonly version: NewVersion;
  readonly reason: Error;
}

/** Versions and delete markers of the source bucket, by what has become of them. */
export interface ReplicationCounts {
  pending: number;
  completed: number;
  failed: number;
  /** No enabled rule has their prefix. */
  withoutRule: number;
  /** Part of `completed`. */
  deleteMarkersCompleted: number;
  /** The rule has delete_marker_replication off. */
  deleteMarkersNotReplicated: number;
}

interface Options {
  readonly rules: readonly ReplicationRule[];
  readonly sourceBucketName: string;
  readonly targets: ReplicationTargets;
  /** Versions under way at the same time. */
  readonly parallelism?: number;
  /** S3 tries for days; here it is a number of attempts, with doubling pauses between them: half a minute in all. */
  readonly attempts?: number;
  readonly firstPauseMs?: number;
}

const LONGEST_PAUSE_MS = 5_000;

/**
 * The replication stand-in: plays S3 replication for versions that it is told of, by the rules of a configuration.
 *
 * As S3: only what is made after the start is replicated; a version is PENDING, then COMPLETED or FAILED, its copy is
 * a REPLICA; versions are copied with body, metadata, tags, and headers; an attempt that is repeated makes no second
 * copy; delete markers follow the rule; deletes of a version are never replicated.
 *
 * Unlike S3:
 * - copies have version ids and times of their own, since moto takes none from outside; S3 keeps both;
 * - versions of one object arrive in the order in which they were made (as the gateway saw them end); S3 promises none;
 * - a version fails at once when it is refused (403, 404, ...), and after half a minute of trying otherwise;
 * - permissions, owners, encryption keys, Object Lock settings, and events of replication are not played;
 * - a change of tags, ACL or lock of a version that exists is not replicated; there is no time control (RTC) and no
 *   metrics: counts instead;
 * - a delete marker whose answer is lost on the way back may be added twice.
 */
export class ReplicationStandIn {
  readonly counts: ReplicationCounts = {
    pending: 0,
    completed: 0,
    failed: 0,
    withoutRule: 0,
    deleteMarkersCompleted: 0,
    deleteMarkersNotReplicated: 0,
  };
  readonly failures: ReplicationFailure[] = [];
  private readonly sourceStatus = new Map<string, ReplicationStatus>();
  private readonly replicas = new Set<string>();
  private readonly copiesUnderWay = new Map<string, Promise<unknown>>();
  private readonly queues: ObjectQueues<NewVersion>;
  private readonly stopping = new AbortController();
  private waiting: { drained: () => void; stopped: (error: Error) => void }[] = [];

  constructor(private readonly options: Options) {
    this.queues = new ObjectQueues(options.parallelism ?? 16, (version) => this.replicate(version));
  }

  /** Called for each new version of a bucket, in order. */
  onNewVersion(version: NewVersion): void {
    const { rules, sourceBucketName } = this.options;
    const rule = version.bucket === sourceBucketName ? ruleFor(rules, version.objectKey) : undefined;
    if (!rule) this.counts.withoutRule++;
    else if (version.isDeleteMarker && !rule.replicatesDeleteMarkers) this.counts.deleteMarkersNotReplicated++;
    else {
      this.sourceStatus.set(idOf(version), 'PENDING');
      this.counts.pending++;
      this.queues.add(version.objectKey, version);
    }
  }

  /** As S3 Batch Replication has it, of one version: by the rules, whatever has become of it before. @throws DcsError as drained */
  async again(version: NewVersion): Promise<ReplicationStatus | undefined> {
    this.onNewVersion(version);
    await this.drained();
    return this.statusInSource(version.objectKey, version.versionId);
  }

  /** Whether a rule is for the object. */
  hasRuleFor(objectKey: string): boolean {
    return ruleFor(this.options.rules, objectKey) !== undefined;
  }

  statusInSource(objectKey: string, versionId: string): ReplicationStatus | undefined {
    return this.sourceStatus.get(idOf({ objectKey, versionId }));
  }

  /** Waits for a copy of the object that is under way: it can be seen in the bucket before it is known to be a copy. */
  async statusInDestination(objectKey: string, versionId: string): Promise<ReplicationStatus | undefined> {
    const id = idOf({ objectKey, versionId });
    if (!this.replicas.has(id)) await this.copiesUnderWay.get(objectKey);
    return this.replicas.has(id) ? 'REPLICA' : undefined;
  }

  /**
   * Resolves when no version is pending; `counts` and `failures` say how it went.
   *
   * @throws DcsError when the stand-in is stopped before
   */
  async drained(): Promise<void> {
    if (this.counts.pending === 0) return;
    if (this.stopping.signal.aborted) throw this.stoppedEarly();
    await new Promise<void>((drained, stopped) => this.waiting.push({ drained, stopped }));
  }

  /** Leaves what is pending as it is, like a lost region. Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { stopped } of this.waiting.splice(0)) stopped(this.stoppedEarly());
    await this.queues.stop();
  }

  private stoppedEarly(): DcsError {
    return new DcsError(`the replication stand-in was stopped; versions that stay pending: ${this.counts.pending}`);
  }

  private async replicate(version: NewVersion): Promise<void> {
    try {
      const versionId = await this.copyWithRetries(version);
      this.replicas.add(idOf({ objectKey: version.objectKey, versionId }));
      this.sourceStatus.set(idOf(version), 'COMPLETED');
      this.counts.completed++;
      if (version.isDeleteMarker) this.counts.deleteMarkersCompleted++;
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      // As in S3, the version stays FAILED for an operator to find; `failures` keeps the reason.
      this.sourceStatus.set(idOf(version), 'FAILED');
      this.counts.failed++;
      this.failures.push({ version, reason: error as Error });
    }
    this.counts.pending--;
    if (this.counts.pending === 0) for (const { drained } of this.waiting.splice(0)) drained();
  }

  private async copyWithRetries(version: NewVersion): Promise<string> {
    const { attempts = 12, firstPauseMs = 50 } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.copy(version, attempt > 1);
      } catch (error) {
        if (isRefusal(error) || attempt >= attempts || this.stopping.signal.aborted) throw error;
        const pauseMs = Math.min(firstPauseMs * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
        await delay(pauseMs, undefined, { signal: this.stopping.signal });
      }
    }
  }

  private async copy(version: NewVersion, isRetry: boolean): Promise<string> {
    const { rules, targets } = this.options;
    const { destinationBucketName: bucket = '', storageClass } = ruleFor(rules, version.objectKey) ?? {};
    if (version.isDeleteMarker) return targets.addDeleteMarker(version.objectKey, bucket);
    const landed = isRetry ? await this.copyWithoutAnswer(version, bucket) : undefined;
    if (landed !== undefined) return landed;

    const copying = targets.copyVersion(version, { bucket, storageClass });
    // What waits for it asks what has become of it, not why.
    const settled = copying.then(
      (versionId) => void this.replicas.add(idOf({ objectKey: version.objectKey, versionId })),
      () => undefined,
    );
    this.copiesUnderWay.set(version.objectKey, settled);
    return copying.finally(() => this.copiesUnderWay.delete(version.objectKey));
  }

  /** The copy of an attempt before, whose answer was lost. */
  private async copyWithoutAnswer(version: NewVersion, bucket: string): Promise<string | undefined> {
    const versionId = await this.options.targets.newestIfCopy(version, bucket);
    const isOfAnotherVersion =
      versionId !== undefined && this.replicas.has(idOf({ objectKey: version.objectKey, versionId }));
    return isOfAnotherVersion ? undefined : versionId;
  }
}

/** Trying again would be refused again: no permission, no such bucket, the version is gone. */
function isRefusal(error: unknown): boolean {
  const { statusCode = 500 } = error instanceof S3Error ? error : {};
  return statusCode >= 400 && statusCode < 500 && ![408, 429].includes(statusCode);
}

function idOf({ objectKey, versionId }: Pick<NewVersion, 'objectKey' | 'versionId'>): string {
  return `${versionId} ${objectKey}`;
}
