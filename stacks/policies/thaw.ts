import type { EngineNames } from '../../settings/engineNames';
import type { Statement } from './document';

/** Asking many archived versions back by jobs of S3 Batch Operations: what a job may do, and what the operator who begins it may. */

type ThawNames = Pick<EngineNames, 'bucketArn' | 'thawRoleArn'>;

/**
 * Of a job. RestoreObject makes a copy that can be read for some days; nothing that is stored changes. Source: S3 user guide,
 * batch-ops-iam-role-policies, "Restore objects", with the versions of a manifest by their ids.
 */
export function askBackVersions({ bucketArn }: ThawNames, destinationBucketArn: string): readonly Statement[] {
  return [
    {
      Sid: 'AskBackVersions',
      Effect: 'Allow',
      Action: 's3:RestoreObject',
      Resource: `${destinationBucketArn}/*`,
    },
    {
      Sid: 'ReadManifests',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: `${bucketArn}/thaws/*/manifests/*`,
    },
    {
      Sid: 'WriteJobReports',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: `${bucketArn}/thaws/*/reports/*`,
    },
  ];
}

/** Of an operator: jobs that ask versions back and no others, by that role alone, with their manifests and reports; `dcs check` looks at the role. */
export function startThaws({ bucketArn, thawRoleArn }: ThawNames): readonly Statement[] {
  return [
    {
      Sid: 'StartThaws',
      Effect: 'Allow',
      Action: 's3:CreateJob',
      Resource: '*',
      Condition: { StringEquals: { 's3:RequestJobOperation': 'S3InitiateRestoreObject' } },
    },
    { Sid: 'LookAtThawRole', Effect: 'Allow', Action: 'iam:GetRole', Resource: thawRoleArn },
    { Sid: 'FollowThaws', Effect: 'Allow', Action: ['s3:DescribeJob', 's3:ListJobs'], Resource: '*' },
    {
      Sid: 'PassThawRole',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: thawRoleArn,
      Condition: { StringEquals: { 'iam:PassedToService': 'batchoperations.s3.amazonaws.com' } },
    },
    {
      Sid: 'WriteManifests',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: `${bucketArn}/thaws/*/manifests/*`,
    },
    { Sid: 'ReadThaws', Effect: 'Allow', Action: 's3:GetObject', Resource: `${bucketArn}/thaws/*` },
  ];
}
