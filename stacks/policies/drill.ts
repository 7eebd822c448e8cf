import { decryptTable } from './capture';
import type { Statement } from './document';

/** What a drill may do: read the copy, fill tables of its own and remove them, and read live items by key. */

/** Every scratch table is called so; core/scratchTable.ts makes the names. */
const SCRATCH_TABLES = 'table/*-dcs-drill-*';

export interface ScratchTables {
  readonly partition: string;
  readonly accountId: string;
  /** `*` for any, where an operator chooses it. */
  readonly region: string;
}

function scratchTablesArn({ partition, accountId, region }: ScratchTables): string {
  return `arn:${partition}:dynamodb:${region}:${accountId}:${SCRATCH_TABLES}`;
}

/** A drill reads the newest versions, and asks nothing back from an archive: that takes hours and costs. */
export function readCopies(bucketArn: string): readonly Statement[] {
  return [
    {
      Sid: 'ListVersions',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: bucketArn,
    },
    {
      Sid: 'ReadVersions',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: `${bucketArn}/*`,
    },
  ];
}

export function fillScratchTables(where: ScratchTables): Statement {
  return {
    Sid: 'FillScratchTables',
    Effect: 'Allow',
    Action: [
      'dynamodb:BatchGetItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:CreateTable',
      'dynamodb:DescribeTable',
      'dynamodb:ListTagsOfResource',
      'dynamodb:Scan',
      'dynamodb:TagResource',
    ],
    Resource: scratchTablesArn(where),
  };
}

/** The only tables that a drill, or the operator who starts one, can delete. */
export function removeScratchTables(where: ScratchTables): readonly Statement[] {
  return [
    { Sid: 'RemoveScratchTables', Effect: 'Allow', Action: 'dynamodb:DeleteTable', Resource: scratchTablesArn(where) },
    { Sid: 'FindScratchTables', Effect: 'Allow', Action: 'dynamodb:ListTables', Resource: '*' },
  ];
}

export function assumeReader(readerRoleArn: string): Statement {
  return { Sid: 'ReadLiveTables', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: readerRoleArn };
}

/** In the source account: items by key, of exactly these tables. No scan, so that it can neither copy a table nor load it. */
export function readItemsByKey(tableArns: readonly string[]): Statement {
  return {
    Sid: 'ReadItemsByKey',
    Effect: 'Allow',
    Action: ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem'],
    Resource: tableArns,
  };
}

/** Reading an item of a table under a key of one's own decrypts with that key. */
export function decryptItems(keyArns: readonly string[], region: string): Statement[] {
  if (keyArns.length === 0) return [];
  return [{ ...decryptTable([...new Set(keyArns)], region), Sid: 'DecryptItems' }];
}
