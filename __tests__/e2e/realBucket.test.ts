import { randomUUID } from 'node:crypto';
import type { S3ClientSettings } from '../../aws/s3Client';
import { imageContract } from './support/imageContract';
import { removeBelow } from './support/removeBelow';

/** docs/local.md, "A real bucket". */
const Bucket = process.env.DCS_CONTRACT_BUCKET;
const prefix = `dcs-contract/${randomUUID()}/`;

(Bucket ? describe : describe.skip)('the bucket of DCS_CONTRACT_BUCKET', () => {
  const settings: S3ClientSettings & { bucket: string } = { bucket: Bucket ?? '' };
  afterAll(() => removeBelow(settings, prefix));

  imageContract(() => ({ settings, prefix, missingBucket: `dcs-contract-${randomUUID()}` }));
});
