import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { s3CurrentLister } from '../../aws/currentObjects';
import { s3ImageStore } from '../../aws/imageStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3Client, type S3ClientSettings } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import type { Parts } from '../../local/parts/startParts';
import { describeS3Contract, type ContractBucket } from '../aws/describeS3Contract';
import { removeBelow } from './support/removeBelow';
import { startTwoAccounts } from './support/twoAccounts';

let parts: Parts | undefined;
const removals: (() => Promise<number>)[] = [];
afterAll(async () => {
  for (const remove of removals) await remove();
  await parts?.stop();
});

describeS3Contract('emulated by moto', async () => {
  parts = await startTwoAccounts();
  await createVersionedBucket(parts.source, 'versions');
  const { endpoint, region, credentials } = parts.source;
  const versions = { bucket: 'versions', endpoint, region, credentials };
  return bucketOf(versions, 'contract/');
});

test('what the contract has made is removed, and nothing beside it', async () => {
  const { endpoint, region, credentials } = parts!.source;
  const settings = { bucket: 'versions', endpoint, region, credentials };
  const beside = bucketOf(settings, 'beside/');
  await beside.images.put('beside/a', { body: 'kept', metadata: {} });
  for (const body of ['one', 'two']) await beside.images.put('contract/removed/a', { body, metadata: {} });
  await beside.addDeleteMarker('contract/removed/a');
  expect(await removals[0]!()).toBeGreaterThanOrEqual(3);
  expect(await removals[0]!()).toBe(0);
  expect((await beside.versions.page('')).versions.map(({ objectKey }) => objectKey)).toEqual(['beside/a']);
});

/** docs/local.md, "A real bucket". */
const realBucket = process.env.DCS_CONTRACT_BUCKET;
if (realBucket !== undefined) {
  describeS3Contract('the bucket of DCS_CONTRACT_BUCKET', () =>
    Promise.resolve(bucketOf({ bucket: realBucket }, `dcs-contract/${randomUUID()}/`)),
  );
}

function bucketOf(settings: S3ClientSettings & { readonly bucket: string }, prefix: string): ContractBucket {
  const client = s3Client(settings);
  const { bucket: Bucket } = settings;
  const remove = async (Key: string, VersionId?: string) => {
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  };
  removals.push(() => removeBelow(settings, prefix));
  return {
    images: s3ImageStore({ ...settings, largeImageStorageClass: 'STANDARD_IA' }),
    versions: s3VersionLister(settings),
    current: s3CurrentLister(settings),
    texts: s3TextStore(settings),
    prefix,
    addDeleteMarker: (objectKey) => remove(objectKey),
    deleteVersion: remove,
    async deleteTopMarker(objectKey) {
      const { DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: objectKey }));
      await remove(objectKey, DeleteMarkers.find(({ IsLatest }) => IsLatest)?.VersionId);
    },
  };
}
