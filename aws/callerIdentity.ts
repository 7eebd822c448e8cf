import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { lookingClient, type AwsSettings } from './awsSettings';

/** Who the credentials in use are. STS tells everybody who asks. */
export async function callerIdentity(settings: AwsSettings): Promise<{ accountId: string; arn: string }> {
  const { Account = '', Arn = '' } = await new STSClient(lookingClient(settings)).send(
    new GetCallerIdentityCommand({}),
  );
  return { accountId: Account, arn: Arn };
}
