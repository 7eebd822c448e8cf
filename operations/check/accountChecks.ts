import { callerIdentity } from '../../aws/callerIdentity';
import type { Side } from '../../settings/schema';
import type { CheckContext } from './checkContext';
import { expect, inspection, type Inspection } from './finding';

/** Whether the credentials of a side are of the account that the settings say. */
export function accountCheck({ settings, ...context }: CheckContext, side: Side): Inspection {
  const { accountId, region } = settings[side];
  return inspection(
    { side, subject: `${side} account ${accountId}, ${region}`, permission: 'sts:GetCallerIdentity' },
    () => callerIdentity(context[side].sts),
    {
      credentials: (caller) =>
        expect(
          caller.accountId === accountId,
          `${caller.arn || 'nobody'} of account ${caller.accountId}`,
          `an identity of account ${accountId} (${side}.accountId)`,
          `name one with --${side}-profile or --${side}-role-arn, or correct ${side}.accountId in the settings`,
        ),
    },
  );
}
