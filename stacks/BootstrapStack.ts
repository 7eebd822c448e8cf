import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Construct } from 'constructs';
import { useBackend } from './backends';
import { GuardedBucket } from './constructs/GuardedBucket';
import { PipelineRole } from './constructs/PipelineRole';
import { roleIn } from './constructs/roleIn';
import { DcsStack } from './DcsStack';
import { outputs } from './outputs';
import { requireTls } from './policies/buckets';
import type { DeployedResource } from './policies/deploy';
import { bootstrapRoles, oidcProviders, stateOf } from './policies/bootstrap';
import { bootstrapProvider } from './providers';
import type { Settings, Side } from '../settings/schema';

export interface BootstrapStackProps {
  readonly settings: Settings;
  readonly side: Side;
  /** What of the other stacks is made in this account. */
  readonly resources: readonly DeployedResource[];
}

/**
 * What an administrator of one account deploys once, before anything else, and again after an upgrade that needs more rights.
 * Its own state is local: the bucket that it makes is for the others.
 */
export class BootstrapStack extends DcsStack {
  constructor(scope: Construct, id: string, { settings, side, resources }: BootstrapStackProps) {
    super(scope, id);
    useBackend(this, id, { type: 'local' });
    const account = new Construct(this, side);
    const state = stateOf(settings, side);
    const region = state?.region ?? settings[side].region;
    const provider = bootstrapProvider(this, { side, region, settings });
    if (state) this.makeStateBucket(account, provider, state.bucketName, state.bucketArn);
    const after = this.makeOidcProviders(account, provider, settings, side);
    const roles = bootstrapRoles({ settings, side, resources });
    for (const { id: roleId, ...role } of roles) {
      new PipelineRole(account, roleId, { provider, ...role, after, roleIn: roleIn(settings, side) });
    }
    outputs(
      account,
      Object.fromEntries(roles.map(({ id: roleId, roleArn }) => [`${roleId.replaceAll('-', '_')}_role_arn`, roleArn])),
    );
  }

  private makeOidcProviders(account: Construct, provider: AwsProvider, settings: Settings, side: Side) {
    if (settings.bootstrap?.oidcProvidersExist) return [];
    return oidcProviders(settings, side).map(
      ({ id, host, audience }) =>
        new IamOpenidConnectProvider(account, id, { provider, url: `https://${host}`, clientIdList: [audience] }),
    );
  }

  private makeStateBucket(account: Construct, provider: AwsProvider, bucketName: string, bucketArn: string): void {
    new GuardedBucket(account, 'state', {
      provider,
      bucketName,
      objectLockEnabled: false,
      lifecycleRules: [
        {
          id: 'former-states',
          status: 'Enabled',
          filter: [{}],
          noncurrentVersionExpiration: [{ noncurrentDays: 365 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
        },
      ],
      policy: [requireTls(bucketArn)],
    });
  }
}
