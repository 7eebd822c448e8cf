import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { createVersionedBucket } from '../../../local/aws/versionedBucket';
import { versionCopier } from '../../../local/aws/versionCopier';
import { s3Client } from '../../../aws/s3Client';
import type { Parts, PartsAccount } from '../../../local/parts/startParts';
import { ReplicationStandIn } from '../../../local/replication/replicationStandIn';
import { readRules } from '../../../local/replication/rules';
import { sharedParts } from './servers/shared';

/** @param start where parts come from, if they are not to be those of other files, too */
export function startTwoAccounts(start = sharedParts): Promise<Parts> {
  return start({
    sourceAccountId: '111111111111',
    sourceRegion: 'eu-central-1',
    destinationAccountId: '222222222222',
    destinationRegion: 'us-east-1',
  });
}

/** One account's bucket, in few words. */
export function bucketIn(
  { endpoint, region, credentials }: Pick<PartsAccount, 'endpoint' | 'region' | 'credentials'>,
  Bucket: string,
) {
  const client = s3Client({ endpoint, region, credentials });
  return {
    endpoint,
    region,
    credentials,
    bucket: Bucket,
    owned: async () => (await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
    put: async (Key: string, Body: string | Uint8Array, more: Partial<PutObjectCommandInput> = {}) =>
      (await client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))).VersionId!,
    get: async (Key: string, VersionId?: string) => {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return { ...answer, bytes: await answer.Body!.transformToByteArray() };
    },
    tags: async (Key: string) => (await client.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet,
    status: async (Key: string, VersionId?: string) =>
      (await client.send(new HeadObjectCommand({ Bucket, Key, VersionId }))).ReplicationStatus,
    delete: async (Key: string, VersionId?: string) =>
      (await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))).VersionId!,
    deleteMany: async (Keys: readonly string[]) =>
      client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Keys.map((Key) => ({ Key })) } })),
    /** Oldest first. */
    versions: async (Prefix = '') => {
      const { Versions = [], DeleteMarkers = [] } = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix }),
      );
      return { versions: Versions.reverse(), deleteMarkers: DeleteMarkers.reverse() };
    },
  };
}
export type TestBucket = ReturnType<typeof bucketIn>;

/** Buckets of their own for a test, and the replication stand-in between them. */
export async function replicatedBuckets(parts: Parts, name: string, rule: object = {}) {
  const source = bucketIn(parts.source, `source-${name}`);
  const destination = bucketIn(parts.destination, `destination-${name}`);
  await Promise.all([source, destination].map((bucket) => createVersionedBucket(bucket, bucket.bucket)));
  const replication = new ReplicationStandIn({
    rules: readRules([
      {
        id: 'everything',
        priority: 0,
        status: 'Enabled',
        filter: {},
        delete_marker_replication: { status: 'Disabled' },
        destination: { bucket: `arn:aws:s3:::${destination.bucket}` },
        ...rule,
      },
    ]),
    sourceBucketName: source.bucket,
    targets: versionCopier({ ...source, endpoint: parts.source.s3Endpoint }, destination),
  });
  parts.source.gateway.hooks = {
    onNewVersion: (version) => replication.onNewVersion(version),
    replicationStatus: (objectKey, versionId) => replication.statusInSource(objectKey, versionId),
  };
  parts.destination.gateway.hooks = {
    replicationStatus: (objectKey, versionId) => replication.statusInDestination(objectKey, versionId),
  };
  return { source, destination, replication };
}
