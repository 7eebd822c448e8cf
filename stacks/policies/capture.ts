import { GENERATE_DATA_KEYS, throughS3, viaService, type BucketKey, type Statement } from './document';

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

/**
 * A table under a key of one's own: reading its stream decrypts with that key. AWS's own libraries give a reader DescribeKey
 * too (aws-cdk, grantStreamRead).
 */
export function decryptTable(keyArn: string | readonly string[], region: string): Statement {
  return {
    Sid: 'DecryptStream',
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:DescribeKey'],
    Resource: keyArn,
    Condition: { StringEquals: { 'kms:ViaService': viaService('dynamodb', region) } },
  };
}

/**
 * Images, and the batches that Lambda parks with the role of the function; ListBucket is asked for too
 * (dg/services-dynamodb-errors). In the whole bucket, bound to the account: CreateEventSourceMapping is reported to refuse a
 * role that may put below `aws/lambda/` alone. A bucket of its own for what is parked would keep the function to its table's
 * prefix, and would not be replicated: with the source account lost, so would be what was parked in it.
 */
export function writeImagesAndPark(bucketArn: string, accountId: string): readonly Statement[] {
  const inOwnAccount = { StringEquals: { 's3:ResourceAccount': accountId } };
  return [
    {
      Sid: 'WriteImagesAndPark',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: `${bucketArn}/*`,
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
