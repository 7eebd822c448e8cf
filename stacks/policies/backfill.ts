import type { Statement } from './document';

/** In the source account: what a function of the engine may do that gives the items of an export images. */

/**
 * Images of exactly these tables are added, and nothing is removed. What a write was refused for is looked at, by its metadata alone (HEAD of
 * a version): whether it is one's own, whose answer was lost, or that of a former table.
 *
 * @param tablePrefixes of the object keys, each ending with a slash
 */
export function writeImages(bucketArn: string, tablePrefixes: readonly string[]): readonly Statement[] {
  return [
    {
      Sid: 'WriteImages',
      Effect: 'Allow',
      // S3 asks for GetObject where a write is on condition of an ETag, as in place of an image of a former table (user guide, conditional-writes).
      Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
      Resource: tablePrefixes.map((prefix) => `${bucketArn}/${prefix}*`),
    },
    { Sid: 'ListVersions', Effect: 'Allow', Action: 's3:ListBucketVersions', Resource: bucketArn },
  ];
}

/** Of an operator in the source account, for dcs check: whether the role is there, and trusts whom it should. */
export function lookAtWriter(writerRoleArn: string): Statement {
  return { Sid: 'LookAtBackfillWriter', Effect: 'Allow', Action: 'iam:GetRole', Resource: writerRoleArn };
}

/** In the destination account: to write there, and nowhere else. */
export function assumeWriter(writerRoleArn: string): Statement {
  return { Sid: 'WriteBackfills', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: writerRoleArn };
}
