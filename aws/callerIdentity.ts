import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** Who the credentials in use are. STS tells everybody who asks. */
export async function callerIdentity(settings: AwsSettings): Promise<{ accountId: string; arn: string }> {
  const { Account = '', Arn = '' } = await new STSClient(sdkClientConfig(settings)).send(
    new GetCallerIdentityCommand({}),
  );
  return { accountId: Account, arn: Arn };
}
