import type { VersionLister, VersionsPage } from '../../aws/objectVersions';
import type { ManifestGenerator, StandInBuckets } from '../batchOperations/standIn';
import type { ManifestTask } from '../batchOperations/manifest';
import type { ReplicationStandIn } from './replicationStandIn';

/** A source bucket, as far as S3 Batch Replication needs it. */
export interface BatchReplicationSource {
  readonly lister: VersionLister;
  readonly replication: Pick<ReplicationStandIn, 'again' | 'hasRuleFor' | 'statusInSource'>;
}

/**
 * Jobs of S3 Batch Replication on what the replication stand-in plays: versions that a rule is for, by their replication status; NONE are
 * those that were there before the rule. The oldest of an object comes first, since copies stand in the order in which they arrive.
 *
 * Unlike S3: delete markers are left out, and versions that were deleted in the destination are copied again.
 */
export function batchReplication({ lister, replication }: BatchReplicationSource): StandInBuckets {
  const none = () => Promise.reject(new Error('a job of replication reads no manifest, and writes no report'));
  return {
    read: none,
    write: none,
    async find({ prefixes, replicationStatuses }: ManifestGenerator) {
      const tasks: ManifestTask[] = [];
      for (const prefix of prefixes) {
        for await (const { objectKey, versionId } of versionsBelow(lister, prefix)) {
          const status = replication.statusInSource(objectKey, versionId) ?? 'NONE';
          if (!replication.hasRuleFor(objectKey) || !replicationStatuses.includes(status)) continue;
          tasks.push({ bucket: lister.bucket, objectKey, encodedKey: encodeURIComponent(objectKey), versionId });
        }
      }
      return tasks.reverse();
    },
    async perform(_, { bucket, objectKey, versionId }) {
      const status = await replication.again({ bucket, objectKey, versionId, isDeleteMarker: false });
      return status === 'COMPLETED' ? { status: 200 } : { status: 403, code: 'FAILED', message: 'not replicated' };
    },
  };
}

async function* versionsBelow(lister: VersionLister, prefix: string) {
  let page: VersionsPage | undefined;
  do {
    page = await lister.page(prefix, { after: page?.next });
    yield* page.versions;
  } while (page.next);
}
