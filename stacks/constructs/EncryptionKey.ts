import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { policyJson, type Statement } from '../policies/document';

export interface EncryptionKeyProps {
  readonly provider: AwsProvider;
  readonly aliasName: string;
  readonly description: string;
  readonly deletionWindowDays: number;
  readonly policy: readonly Statement[];
}

/** A customer-managed key of one account. What it encrypts is lost with it, so Terraform does not delete it. */
export class EncryptionKey extends Construct {
  readonly key: KmsKey;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { provider } = props;
    this.key = new KmsKey(this, ITSELF, {
      provider,
      description: props.description,
      deletionWindowInDays: props.deletionWindowDays,
      enableKeyRotation: true,
      policy: policyJson(...props.policy),
      lifecycle: { preventDestroy: true },
    });
    new KmsAlias(this, 'alias', { provider, name: props.aliasName, targetKeyId: this.key.keyId });
  }
}
