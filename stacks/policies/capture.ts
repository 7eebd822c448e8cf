import { GENERATE_DATA_KEYS, throughS3, type BucketKey, type Statement } from './document';

/** What a capture function may do: read one stream, write images of one table, park batches, log. */

export function readStream(tableArn: string): readonly Statement[] {
  return [
    {
      Sid: 'ReadStream',
      Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      // The label of a stream changes when it is turned off and on again; the table stays.
      Resource: `${tableArn}/stream/*`,
    },
    { Sid: 'FindStream', Effect: 'Allow', Action: 'dynamodb:ListStreams', Resource: '*' },
  ];
}

/** A table under a key of one's own: reading its stream decrypts with that key. */
export function decryptTable(keyArn: string, region: string): Statement {
  return {
    Sid: 'DecryptStream',
    Effect: 'Allow',
    Action: 'kms:Decrypt',
    Resource: keyArn,
    Condition: { StringEquals: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` } },
  };
}

export function writeImages(bucketArn: string, tablePrefix: string): Statement {
  return { Sid: 'WriteImages', Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucketArn}/${tablePrefix}*` };
}

/** Lambda writes a parked batch with the role of the function; ListBucket is asked for too (services-dynamodb-errors). */
export function parkBatches(bucketArn: string, parkedPrefix: string, accountId: string): readonly Statement[] {
  const inOwnAccount = { StringEquals: { 's3:ResourceAccount': accountId } };
  return [
    {
      Sid: 'ParkBatches',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: `${bucketArn}/${parkedPrefix}*`,
      Condition: inOwnAccount,
    },
    { Sid: 'FindBucket', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn, Condition: inOwnAccount },
  ];
}

export function encryptInBucket(key: BucketKey): Statement {
  return {
    Sid: 'EncryptInBucket',
    Effect: 'Allow',
    Action: [...GENERATE_DATA_KEYS, 'kms:Decrypt'], // S3 decrypts the bucket key to use it again.
    Resource: key.keyArn,
    Condition: { StringEquals: throughS3(key) },
  };
}

export function writeLogs(logGroupArn: string): Statement {
  return {
    Sid: 'WriteLogs',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroupArn}:*`,
  };
}
