import type { Statement } from './document';

/** What the function that keeps table.json may do: describe the tables, and read and write that one object of each. */

export function describeTables(tableArns: readonly string[]): Statement {
  return {
    Sid: 'DescribeTables',
    Effect: 'Allow',
    Action: [
      'dynamodb:DescribeTable',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:ListTagsOfResource',
    ],
    Resource: tableArns,
  };
}

/** Reads before it writes, for a version is added only when the definition changed; without ListBucket a missing object is a 403. */
export function keepTableDefinitions(bucketArn: string, prefix: string): readonly Statement[] {
  return [
    {
      Sid: 'KeepTableDefinitions',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      // Of every table in one pattern, so that the policy does not grow with them: no image's key ends so.
      Resource: `${bucketArn}/${prefix}*/table.json`,
    },
    { Sid: 'TellMissingFromForbidden', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
  ];
}
