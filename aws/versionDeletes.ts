import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3 } from './s3Error';

export interface VersionId {
  readonly objectKey: string;
  readonly versionId: string;
}

/** A version that S3 did not delete. */
export interface RefusedDelete extends VersionId {
  readonly code: string;
  readonly message: string;
}

/** Deletes versions for good: nothing brings them back. */
export interface VersionDeletes {
  /**
   * A version that is not there counts as deleted. Source: S3 API reference, DeleteObjects.
   *
   * @param bypassGovernance asks S3 to pass over locks of GOVERNANCE mode, which takes s3:BypassGovernanceRetention
   */
  deleteAll(versions: readonly VersionId[], bypassGovernance: boolean): Promise<RefusedDelete[]>;
}

/** Source: S3 API reference, DeleteObjects: up to 1,000 keys. */
const MOST = 1_000;

export function s3VersionDeletes({
  bucket: Bucket,
  ...settings
}: S3ClientSettings & { bucket: string }): VersionDeletes {
  const client = s3Client(settings);
  return {
    async deleteAll(versions, bypassGovernance) {
      const refused: RefusedDelete[] = [];
      for (let at = 0; at < versions.length; at += MOST) {
        const Objects = versions.slice(at, at + MOST).map(({ objectKey, versionId }) => ({
          ...{ Key: objectKey, VersionId: versionId },
        }));
        const command = new DeleteObjectsCommand({
          ...{ Bucket, Delete: { Objects, Quiet: true } },
          ...(bypassGovernance && { BypassGovernanceRetention: true }),
        });
        const { Errors = [] } = await inS3('DELETE', Bucket, Objects[0]?.Key ?? '', () => client.send(command));
        for (const { Key = '', VersionId = '', Code = '', Message = '' } of Errors)
          refused.push({ objectKey: Key, versionId: VersionId, code: Code, message: Message });
      }
      return refused;
    },
  };
}
