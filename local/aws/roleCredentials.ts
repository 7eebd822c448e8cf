import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { sdkClientConfig } from '../../aws/sdkClient';
import { DcsError } from '../../core/errors';

/** Keys as an execution environment gets them in its variables. */
export interface AssumedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Credentials of a role in an emulator, which asks for none to give some. */
export async function assumedCredentials(
  emulator: { endpoint: string; region: string },
  RoleArn: string,
): Promise<AssumedCredentials> {
  const client = new STSClient(
    sdkClientConfig({ ...emulator, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  );
  const { Credentials: given } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'local' }));
  if (given?.AccessKeyId === undefined || given.SecretAccessKey === undefined || given.SessionToken === undefined) {
    throw new DcsError(`AssumeRole of ${RoleArn} at ${emulator.endpoint} answered without credentials`);
  }
  return { accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.SessionToken };
}
