import type { Statement } from './document';

/** What `dcs restore --engine import` needs beside the rest of a restore: it writes files, and DynamoDB loads them into a new table. */
export interface ImportPlace {
  readonly partition: string;
  readonly accountId: string;
  readonly bucketName: string;
}

/** Files of an export of DynamoDB, for `dcs backfill --from-export`. */
export function readExports(partition: string, bucketName: string): Statement {
  return {
    Sid: 'ReadExports',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: `arn:${partition}:s3:::${bucketName}/*`,
  };
}

/**
 * DynamoDB reads the files and writes a log with the rights of whoever asks for the import. Source: DynamoDB developer guide,
 * S3DataImport.Requesting, "Setting up IAM permissions". ListImports and DescribeLogGroups know no resource (service authorization reference).
 */
export function importTables({ partition, accountId, bucketName }: ImportPlace): Statement[] {
  const bucketArn = `arn:${partition}:s3:::${bucketName}`;
  return [
    {
      Sid: 'ImportTables',
      Effect: 'Allow',
      Action: ['dynamodb:DescribeImport', 'dynamodb:ImportTable'],
      Resource: [`arn:${partition}:dynamodb:*:${accountId}:table/*`],
    },
    {
      Sid: 'FindImports',
      Effect: 'Allow',
      Action: ['dynamodb:ListImports', 'logs:DescribeLogGroups'],
      Resource: '*',
    },
    {
      Sid: 'WriteImportFiles',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: `${bucketArn}/dcs-import/*`,
    },
    { Sid: 'ListImportFiles', Effect: 'Allow', Action: 's3:ListBucket', Resource: bucketArn },
    {
      Sid: 'LogImports',
      Effect: 'Allow',
      Action: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:DescribeLogStreams',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
      ],
      Resource: `arn:${partition}:logs:*:${accountId}:log-group:/aws-dynamodb/*`,
    },
  ];
}
