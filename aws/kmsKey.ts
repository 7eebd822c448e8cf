import { DescribeKeyCommand, GetKeyRotationStatusCommand, KMSClient, type KeyMetadata } from '@aws-sdk/client-kms';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** A KMS key by its ARN. */
export interface KmsKey {
  describe(): Promise<KeyMetadata | undefined>;
  /** Whether KMS gives it new key material every year. */
  rotates(): Promise<boolean>;
}

export type { KeyMetadata };

export function kmsKey(KeyId: string, settings: AwsSettings): KmsKey {
  const client = new KMSClient(sdkClientConfig(settings));
  return {
    describe: async () => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata,
    rotates: async () => (await client.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled ?? false,
  };
}
