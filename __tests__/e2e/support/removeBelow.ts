import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3Client, type S3ClientSettings } from '../../../aws/s3Client';

/** Removes every version and delete marker below a prefix, and says how many there were. */
export async function removeBelow(
  { bucket: Bucket, ...settings }: S3ClientSettings & { readonly bucket: string },
  prefix: string,
): Promise<number> {
  const client = s3Client(settings);
  for (let removed = 0; ;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: prefix }));
    const left = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    for (const { Key, VersionId } of left) await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    removed += left.length;
    if (left.length === 0) return removed;
  }
}
