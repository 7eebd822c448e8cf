import { createVersionedBucket } from '../../../local/aws/versionedBucket';
import { s3ImageStore } from '../../../aws/imageStore';
import { dynamoDbTable, type Table } from '../../../aws/table';
import type { CommandParts, Deployment } from './commandParts';

/** The source account of a deployment: its table, which streams, and its bucket, which replicates nothing. */
export interface SourceSide {
  readonly table: Table;
  readonly bucket: { readonly bucket: string; readonly endpoint: string; readonly region: string };
  readonly images: ReturnType<typeof s3ImageStore>;
}

/** @param name that of the deployment */
export async function sourceSideOf(deployment: Deployment, { s3 }: CommandParts, name: string): Promise<SourceSide> {
  const bucket = {
    ...{ endpoint: s3.endpoint, region: 'eu-west-1', bucket: `${name}-source`.toLowerCase() },
    credentials: { accessKeyId: name, secretAccessKey: 'local' },
  };
  await createVersionedBucket(bucket, bucket.bucket);
  const table = dynamoDbTable('users', { ...deployment.dynamoDb, region: 'eu-central-1' });
  await table.create({
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  return { table, bucket, images: s3ImageStore({ ...bucket, largeImageStorageClass: 'STANDARD' }) };
}
