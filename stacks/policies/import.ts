import type { Statement } from './document';

/** What `dcs restore --engine import` needs beside the rest of a restore: it writes files, and DynamoDB loads them into a new table. */
export interface ImportPlace {
  readonly partition: string;
  readonly accountId: string;
  readonly bucketName: string;
}

/**
 * Exports of DynamoDB, for `dcs backfill --export` and the verify of the engine. DynamoDB writes the files with the rights of whoever asks.
 * Source: DynamoDB developer guide, S3DataExport.Requesting, "Setting up permissions".
 */
export function exportTables({ partition, accountId, region }: InAccount): Statement[] {
  const tables = `arn:${partition}:dynamodb:${region}:${accountId}:table/*`;
  return [
    {
      Sid: 'ExportTables',
      Effect: 'Allow',
      // An export of a table stands below it.
      Action: ['dynamodb:DescribeExport', 'dynamodb:ExportTableToPointInTime'],
      Resource: tables,
    },
    // Of a table, the service authorization reference knows it as optional: with any resource it is allowed either way.
    { Sid: 'FindExports', Effect: 'Allow', Action: 'dynamodb:ListExports', Resource: '*' },
  ];
}

/** Where the exports of backfills go. */
export function useExports({ partition, bucketName }: Pick<ImportPlace, 'partition' | 'bucketName'>): Statement {
  return {
    Sid: 'UseExports',
    Effect: 'Allow',
    Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject', 's3:PutObjectAcl'],
    Resource: `arn:${partition}:s3:::${bucketName}/*`,
  };
}

interface InAccount {
  readonly partition: string;
  readonly accountId: string;
  readonly region: string;
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
