import { DeleteObjectsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { randomUUID } from 'node:crypto';
import { s3Client, type S3ClientSettings } from '../../aws/s3Client';
import { imageContract } from './support/imageContract';

jest.setTimeout(120_000);

/** docs/local.md, "A real bucket". */
const Bucket = process.env.DCS_CONTRACT_BUCKET;
const prefix = `dcs-contract/${randomUUID()}/`;

(Bucket ? describe : describe.skip)('the bucket of DCS_CONTRACT_BUCKET', () => {
  const settings: S3ClientSettings & { bucket: string } = { bucket: Bucket ?? '' };
  afterAll(async () => {
    const client = s3Client(settings);
    for (let more = true; more;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix }));
      const Objects = (page.Versions ?? []).map(({ Key, VersionId }) => ({ Key, VersionId }));
      if (Objects.length > 0) {
        const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
        expect(Errors).toEqual([]);
      }
      more = page.IsTruncated ?? false;
    }
  });

  imageContract(() => ({ settings, prefix, missingBucket: `dcs-contract-${randomUUID()}` }));
});
