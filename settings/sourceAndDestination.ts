import {
  accountId,
  bucketName,
  group,
  httpUrl,
  oneOf,
  policyArn,
  region,
  roleArn,
  text,
  wholeNumber,
  yesOrNo,
} from './fields';
import { lifecycleSettings, sourceLifecycleSettings } from './lifecycle';

/** The two accounts, source and destination, and what happens to objects in their buckets as they age. */

const assumeRole = group(
  {
    roleArn: roleArn('Role that Terraform assumes in this account.'),
    externalId: text(/^[\w+=,.@:/-]{2,1224}$/, {
      description: 'External id that the trust policy of the role asks for. Default: none.',
      allowed: '2 to 1,224 letters, digits and _+=,.@:/-',
    }).optional(),
    sessionName: text(/^[\w+=,.@-]{2,64}$/, {
      description: 'Name of the session in CloudTrail. Default: "dcs-deploy".',
      allowed: '2 to 64 letters, digits and _+=,.@-',
    }).default('dcs-deploy'),
  },
  'Role to assume for this account. Default: the credentials that Terraform runs with must be of this account.',
);

const inAccount = (side: 'source' | 'destination') => ({
  accountId: accountId(`Account id of the ${side} account.`),
  region: region(
    side === 'source' ? 'Region of the tables and of the source bucket.' : 'Region of the destination bucket.',
  ),
  bucketName: bucketName(`Name of the ${side} bucket, which DCS makes. Bucket names are unique in the world.`),
  profile: text(/^[^\s${}[\]]{1,100}$/, {
    description:
      'Profile of the AWS configuration files that Terraform takes for this account. Commands take theirs from --source-profile and --destination-profile. Default: the credentials that Terraform runs with.',
    allowed: 'the name of a profile, without spaces, braces and brackets',
  }).optional(),
  assumeRole: assumeRole.optional(),
  rolePath: text(/^(?=.{1,512}$)\/([\w+=,.@-]+\/)*$/, {
    description:
      'Path of the roles that DCS makes in this account. Choose it before the first deployment: a change makes every role anew. Default: "/".',
    allowed: 'a path such as "/dcs/", with a slash at both ends, of at most 512 characters',
  }).default('/'),
  permissionsBoundaryArn: policyArn(
    'Permissions boundary of every role that DCS makes in this account. Default: none.',
  ).optional(),
  endpoint: httpUrl(
    'Address of an emulator that stands in for every AWS service of this account. Default: AWS itself.',
  ).optional(),
});

export const sourceSettings = group(
  { ...inAccount('source'), lifecycle: sourceLifecycleSettings.prefault({}) },
  'The account and region that the tables live in.',
);

export const objectLockSettings = group(
  {
    mode: oneOf(
      ['COMPLIANCE', 'GOVERNANCE', 'OFF'],
      'COMPLIANCE: nobody, not even root of the destination account, can delete a version before its time or shorten that time. GOVERNANCE: only principals with s3:BypassGovernanceRetention can. OFF: no default retention. Default: "COMPLIANCE".',
    ).default('COMPLIANCE'),
    retentionDays: wholeNumber(
      1,
      36_500,
      'Days for which each version in the destination bucket is locked. Default: 30.',
    ).default(30),
    renewal: yesOrNo(
      'true: a function in the destination account renews the locks of current versions before they run out, so that what never changes stays locked; docs/security.md tells what it costs. false: a version is locked for retentionDays from when it was stored, and an item that has not changed for longer is the only copy, and unlocked. Without effect with mode "OFF". Default: true.',
    ).default(true),
  },
  'Object Lock of the destination bucket. The bucket is made with Object Lock enabled whatever the mode, since that alone keeps its versioning from being suspended.',
);

export const destinationSettings = group(
  {
    ...inAccount('destination'),
    lifecycle: lifecycleSettings.prefault({}),
    objectLock: objectLockSettings.prefault({}),
  },
  'The account and region that hold the second copy.',
);
