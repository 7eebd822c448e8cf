import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/**
 * Who may assume a role: its trust policy, a JSON text; undefined where there is no such role. IAM answers percent-encoded (IAM API
 * reference, GetRole).
 */
export async function trustOf(RoleName: string, settings: AwsSettings): Promise<string | undefined> {
  const client = new IAMClient(sdkClientConfig(settings));
  try {
    const { Role } = await client.send(new GetRoleCommand({ RoleName }));
    return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
