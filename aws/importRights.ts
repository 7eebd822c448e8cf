import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import type { AwsSettings } from './awsSettings';
import { headObject, listOneKey } from './headObject';
import { s3ImageStore } from './imageStore';
import type { S3ClientSettings } from './s3Client';
import { dynamoDbTableImport } from './tableImport';

/**
 * What an import needs, each tried so that nothing comes of it where it is allowed: who may not is refused before the service looks
 * whether there is such a thing. That ImportTable itself, and its log, are allowed nothing but an import shows.
 *
 * @param of `objectKey` and `tableName` are of nothing that is there
 */
export function importRights(
  of: { bucket: string; objectKey: string; tableArn: string },
  s3: S3ClientSettings,
  dynamoDb: AwsSettings,
): Readonly<Record<string, () => Promise<unknown>>> {
  const { bucket, objectKey, tableArn } = of;
  const place = { ...s3, bucket };
  const imports = dynamoDbTableImport(tableArn, dynamoDb);
  const files = s3ImageStore({ ...place, largeImageStorageClass: 'STANDARD' });
  return {
    's3:ListBucket': () => listOneKey(place),
    's3:GetObject': () => headObject(place, objectKey),
    's3:PutObject': () => files.putIf(objectKey, { body: '{}', metadata: {} }, { IfMatch: '"none"' }),
    'dynamodb:ListImports': () => imports.running(tableArn),
    'dynamodb:DescribeImport': () => unlessMissing(imports.state(`${tableArn}/import/01234567890123-abcdefab`)),
  };
}

async function unlessMissing(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof DynamoDBServiceException && error.name === 'ImportNotFoundException')) throw error;
  }
}
