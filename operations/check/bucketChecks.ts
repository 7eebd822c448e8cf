import { bucketConfiguration } from '../../aws/bucketConfiguration';
import { S3Error } from '../../aws/s3Error';
import type { Side } from '../../settings/schema';
import { tablePrefixes } from '../../settings/names';
import { requiresTls, statementsOf } from './bucketPolicy';
import { bucketOf, type CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, warning, type Checks, type Inspection } from './finding';
import { keyCheck } from './keyChecks';
import { journalsIn, lastingJournals } from './journalsIn';
import { endlessHistories, harmfulRules, harmfulToJournals, idleRules, type KeptObjects } from './lifecycleRules';

/** What guards a bucket, the same on both sides. */
export function bucketChecks(context: CheckContext, side: Side): Inspection[] {
  const { settings, names } = context;
  const { bucketName, accountId, lifecycle } = settings[side];
  const configuration = bucketConfiguration(bucketOf(context, side));
  const bucketArn = side === 'source' ? names.sourceBucketArn : names.destinationBucketArn;
  const looked = <Facts>(permission: string, read: () => Promise<Facts>, checks: Checks<Facts>) =>
    inspection({ side, subject: subjectOf(side, bucketName), permission }, read, checks);
  const kept: KeptObjects = {
    prefix: settings.prefix,
    tablePrefixes: tablePrefixes(settings),
    noncurrentDays: lifecycle.noncurrentVersionExpirationDays ?? undefined,
  };
  const journals = journalsIn(settings, side);
  return [
    looked('s3:ListBucket', () => isThere(configuration, accountId), {
      bucket: (isThere) =>
        isThere
          ? ok(`of account ${accountId}`)
          : problem('there is no such bucket', `${bucketName} (${side}.bucketName)`, DEPLOY),
    }),
    looked('s3:GetBucketVersioning', configuration.versioning, {
      versioning: (status = 'never enabled') =>
        expect(
          status === 'Enabled',
          status,
          'Enabled',
          `aws s3api put-bucket-versioning --bucket ${bucketName} --versioning-configuration Status=Enabled`,
        ),
    }),
    looked('s3:GetBucketPublicAccessBlock', configuration.publicAccessBlock, {
      'public-access': (block = {}) => {
        const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = block;
        const off = Object.entries({ BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets })
          .filter(([, value]) => value !== true)
          .map(([name]) => name);
        return expect(off.length === 0, off.length === 0 ? 'blocked' : `off: ${off.join(', ')}`, 'all four on', DEPLOY);
      },
    }),
    looked('s3:GetBucketOwnershipControls', configuration.ownership, {
      ownership: (found = 'not set') => expect(found === 'BucketOwnerEnforced', found, 'BucketOwnerEnforced', DEPLOY),
    }),
    looked('s3:GetBucketPolicy', configuration.policy, {
      'tls-only': (policy) => {
        const holds = requiresTls(statementsOf(policy), bucketArn);
        return expect(holds, holds ? 'required' : 'not required', 'everything refused without TLS', DEPLOY);
      },
    }),
    looked('s3:GetLifecycleConfiguration', configuration.lifecycle, {
      'lifecycle-history': (rules) => {
        const harmful = harmfulRules(rules, kept);
        if (harmful.length > 0) return problem(harmful.join('; '), lasting(kept), DEPLOY);
        const endless = kept.noncurrentDays === undefined ? [] : endlessHistories(rules, kept);
        const found = `replaced versions are kept for ever below ${endless.join(', ')}`;
        return endless.length === 0 ? ok(lasting(kept)) : warning(found, lasting(kept), DEPLOY);
      },
      'lifecycle-journal': (rules) => {
        if (journals.prefixes.length === 0) return undefined;
        const harmful = harmfulToJournals(rules, journals);
        const expected = lastingJournals(journals);
        return expect(harmful.length === 0, harmful.join('; ') || expected, expected, DEPLOY);
      },
      'lifecycle-idle': (rules) => {
        const idle = idleRules(rules, kept);
        const remedy = `take the rule away, or correct it; ${DEPLOY} puts back those of the settings`;
        return idle.length === 0 ? ok('every rule can fire') : warning(idle.join('; '), 'rules that fire', remedy);
      },
    }),
    ...keyCheck(context, side, configuration),
  ];
}

export function subjectOf(side: Side, bucketName: string): string {
  return `${side} bucket ${bucketName}`;
}

async function isThere(configuration: ReturnType<typeof bucketConfiguration>, accountId: string): Promise<boolean> {
  try {
    await configuration.belongsTo(accountId);
    return true;
  } catch (error) {
    if (error instanceof S3Error && error.statusCode === 404) return false;
    throw error;
  }
}

function lasting({ noncurrentDays }: KeptObjects): string {
  return `current images are kept, replaced ones ${noncurrentDays === undefined ? 'for ever' : `for ${noncurrentDays} days`}`;
}
