import { HeadObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from './s3Client';
import { inS3, S3Error } from './s3Error';

/** One version in an archive class: it has to be asked back before it can be read. */
export interface ArchivedVersion {
  readonly objectKey: string;
  readonly versionId: string;
}

export type ThawTier = 'Expedited' | 'Standard' | 'Bulk';

export interface Archive {
  /** `readable`: a copy is there for some days. `thawing`: it has been asked for. */
  state(version: ArchivedVersion): Promise<'archived' | 'thawing' | 'readable'>;
  /** Asks S3 to make a copy that can be read for some days. To ask again while it is on its way does no harm. */
  thaw(version: ArchivedVersion, options: { days: number; tier: ThawTier }): Promise<void>;
}

/** Storage classes that cannot be read at once. */
export const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function s3Archive({ bucket: Bucket, ...settings }: S3ClientSettings & { bucket: string }): Archive {
  const client = s3Client(settings);
  return {
    async state({ objectKey: Key, versionId: VersionId }) {
      const { Restore } = await inS3('HEAD', Bucket, Key, () =>
        client.send(new HeadObjectCommand({ Bucket, Key, VersionId })),
      );
      if (Restore === undefined) return 'archived';
      return Restore.includes('ongoing-request="true"') ? 'thawing' : 'readable';
    },
    async thaw({ objectKey: Key, versionId: VersionId }, { days: Days, tier: Tier }) {
      const RestoreRequest = { Days, GlacierJobParameters: { Tier } };
      try {
        await inS3('RESTORE', Bucket, Key, () =>
          client.send(new RestoreObjectCommand({ Bucket, Key, VersionId, RestoreRequest })),
        );
      } catch (error) {
        if (!(error instanceof S3Error && error.code === 'RestoreAlreadyInProgress')) throw error;
      }
    },
  };
}
