import { bucketConfiguration } from '../../aws/bucketConfiguration';
import { callerIdentity } from '../../aws/callerIdentity';
import { isDenied } from '../../aws/couldNotLook';
import { headObject, listOneKey } from '../../aws/headObject';
import { tableDefinitionKey } from '../../core/tableDefinition';
import { acceptsReplicas, allowsStrangers, statementsOf } from './bucketPolicy';
import { subjectOf } from './bucketChecks';
import { acceptedForgeries } from './refusedReplicas';
import { bucketOf, type CheckContext } from './checkContext';
import { cannotTell, DEPLOY, expect, inspection, ok, problem, type Inspection } from './finding';

/** What keeps the copy out of the source account's hands. */
export function destinationChecks(context: CheckContext): Inspection[] {
  const { settings, names } = context;
  const { bucketName, accountId } = settings.destination;
  const configuration = bucketConfiguration(bucketOf(context, 'destination'));
  const about = (permission: string) => ({
    ...{ side: 'destination' as const, subject: subjectOf('destination', bucketName), permission },
  });
  const sender = { ...names, ownAccountId: accountId };
  return [
    inspection(about('s3:GetBucketObjectLockConfiguration'), configuration.objectLock, {
      'object-lock': (found) => judgeLock(context, found),
    }),
    inspection(about('s3:GetBucketPolicy'), async () => statementsOf(await configuration.policy()), {
      'accepts-replicas': (statements) => {
        const does = acceptsReplicas(statements, sender);
        return expect(
          does,
          does ? `of ${names.replicationRoleArn} alone` : 'not accepted',
          `s3:ReplicateObject of ${names.replicationRoleArn}`,
          DEPLOY,
        );
      },
      'refuses-replicas': (statements) => {
        const forgeries = acceptedForgeries(statements, names.destinationBucketArn, settings.prefix);
        return expect(
          forgeries.length === 0,
          forgeries.length === 0 ? 'of what is made there alone' : `not refused to everybody: ${forgeries.join(', ')}`,
          's3:ReplicateObject of folded journals and of lock sweeps, and s3:ReplicateTags of journals, refused to everybody',
          DEPLOY,
        );
      },
      'no-strangers': (statements) => {
        const strangers = allowsStrangers(statements, sender);
        return expect(
          strangers.length === 0,
          strangers.join('; ') || 'nobody else is let in',
          'nothing else for other accounts',
          `take it out of the bucket's policy; ${DEPLOY} puts back that of the settings`,
        );
      },
    }),
    sourceRefused(context),
  ];
}

function judgeLock({ settings }: CheckContext, { enabled, retention }: Lock) {
  const { mode, retentionDays } = settings.destination.objectLock;
  const remedy = `${DEPLOY}; versions that were stored meanwhile are not locked`;
  if (!enabled)
    return problem('Object Lock is not enabled', 'enabled: it keeps versioning from being suspended', remedy);
  const found = retention
    ? `${retention.Mode ?? ''} for ${retention.Days ?? (retention.Years ?? 0) * 365} days`
    : 'no default retention';
  const expected = mode === 'OFF' ? 'no default retention' : `${mode} for ${retentionDays} days`;
  return expect(found === expected, found, `${expected} (destination.objectLock)`, remedy);
}
type Lock = Awaited<ReturnType<ReturnType<typeof bucketConfiguration>['objectLock']>>;

/**
 * Tries to look into the destination bucket as the source account. Nothing is tried that would do harm if it were
 * allowed: reading a setting, listing one key, looking at one object.
 */
function sourceRefused(context: CheckContext): Inspection {
  const { settings, source } = context;
  const bucket = { ...bucketOf(context, 'destination'), credentials: source.s3.credentials };
  const [table] = context.tables;
  const tries: Readonly<Record<string, () => Promise<unknown>>> = {
    's3:GetBucketVersioning': () => bucketConfiguration(bucket).versioning(),
    's3:ListBucket': () => listOneKey(bucket),
    ...(table && { 's3:GetObject': () => headObject(bucket, tableDefinitionKey(table)) }),
  };
  return inspection(
    {
      side: 'destination',
      subject: subjectOf('destination', settings.destination.bucketName),
      permission: 'sts:GetCallerIdentity',
    },
    async () => {
      const caller = await callerIdentity(source.sts);
      if (caller.accountId !== settings.source.accountId) return { caller, allowed: [] };
      const outcomes = await Promise.all(
        Object.entries(tries).map(async ([action, attempt]) => ((await isRefused(attempt)) ? [] : [action])),
      );
      return { caller, allowed: outcomes.flat() };
    },
    {
      'source-refused': ({ caller, allowed }) => {
        if (caller.accountId !== settings.source.accountId)
          return cannotTell(
            `the source credentials are of account ${caller.accountId}, so nothing was tried with them`,
            'name credentials of the source account (--source-profile)',
          );
        return allowed.length === 0
          ? ok(`${Object.keys(tries).join(', ')} refused to ${caller.arn}`)
          : problem(
              `${caller.arn} is allowed ${allowed.join(', ')}`,
              'everything refused to the source account',
              `take it out of the bucket's policy (${DEPLOY} in the destination account), and look who else could use it`,
            );
      },
    },
  );
}

async function isRefused(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    if (isDenied(error)) return true;
    throw error;
  }
}
