import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import { RETIRED_FILE } from '../../core/journal/manifestText';
import { tablePrefix } from '../../core/objectKey';
import { reportsPrefix, type ReportKind } from '../../core/serviceKeys';
import type { Side } from '../../settings/schema';
import type { Statement } from './document';

/**
 * What dcs erase may do in an account's bucket: find, read and delete versions of what may hold an item, of any table. It deletes no
 * `table.json`, and nothing of what watches (heartbeat, probes, sweeps of locks).
 */

interface Erased {
  readonly bucketArn: string;
  readonly prefix: string;
}

/** What is stored of a journal has other items' changes too: a version goes when a run has these. */
function journalsOf({ bucketArn, prefix }: Erased, side: Side): string[] {
  const folders = side === 'source' ? [journalPrefix] : [journalPrefix, runsPrefix, basePrefix];
  return folders.map((below) => `${bucketArn}/${below({ prefix, tableName: '*' })}*`);
}

/** Beside images: parked batches in the source bucket, reports in the destination bucket. */
function mayNameItems({ bucketArn, prefix }: Erased, side: Side): string[] {
  const kinds: readonly ReportKind[] = ['drill', 'verify'];
  const beside = {
    source: ['aws/lambda/*'],
    destination: kinds.map((kind) => `${reportsPrefix({ prefix, tableName: '*' }, kind)}*`),
  };
  return beside[side].map((key) => `${bucketArn}/${key}`);
}

export function eraseVersions(erased: Erased, side: Side, bypassesGovernance: boolean): Statement[] {
  const below = `${erased.bucketArn}/${tablePrefix({ prefix: erased.prefix, tableName: '*' })}`;
  const images = `${below}*/image.json`;
  const beside = mayNameItems(erased, side);
  const journals = journalsOf(erased, side);
  const isLocked = side === 'destination';
  return [
    {
      Sid: 'FindVersions',
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:ListBucketVersions'],
      Resource: erased.bucketArn,
    },
    // Where there are locks, SeeLocks has the journals.
    {
      Sid: 'ReadVersions',
      Effect: 'Allow',
      Action: 's3:GetObjectVersion',
      Resource: [`${below}*.json`, ...(isLocked ? [] : journals)],
    },
    { Sid: 'ReadBeside', Effect: 'Allow', Action: 's3:GetObject', Resource: beside },
    // Without it S3 does not tell a lock from none.
    ...(isLocked
      ? [
          {
            Sid: 'SeeLocks',
            Effect: 'Allow' as const,
            Action: ['s3:GetObjectRetention', 's3:GetObjectVersion'],
            Resource: [images, ...beside, ...journals],
          },
          // By its tags it knows what of a journal lifecycle removes.
          { Sid: 'SeeTags', Effect: 'Allow' as const, Action: 's3:GetObjectVersionTagging', Resource: journals },
        ]
      : []),
    {
      Sid: 'EraseVersions',
      Effect: 'Allow',
      Action: ['s3:DeleteObjectVersion', ...(isLocked && bypassesGovernance ? ['s3:BypassGovernanceRetention'] : [])],
      Resource: [images, ...beside, ...journals],
    },
    ...(isLocked ? makeRuns(erased) : []),
  ];
}

/** Runs are made anew without somebody, and bases that have them put out of use. */
function makeRuns({ bucketArn, prefix }: Erased): Statement[] {
  const everyTable = { prefix, tableName: '*' };
  const runs = `${bucketArn}/${runsPrefix(everyTable)}*`;
  return [
    { Sid: 'ReadRunsBack', Effect: 'Allow', Action: 's3:GetObject', Resource: runs },
    {
      Sid: 'MakeRuns',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: [runs, `${bucketArn}/${basePrefix(everyTable)}*/${RETIRED_FILE}`],
    },
  ];
}

/** An item that is in the table is not erased: its history would begin anew. */
export function lookForItems(tableArns: readonly string[]): Statement {
  return {
    Sid: 'LookForItems',
    Effect: 'Allow',
    Action: ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable'],
    Resource: tableArns,
  };
}
