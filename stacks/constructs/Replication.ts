import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import {
  S3BucketReplicationConfigurationA,
  type S3BucketReplicationConfigurationRule,
  type S3BucketReplicationConfigurationRuleDestination,
} from '@cdktf/provider-aws/lib/s3-bucket-replication-configuration';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ITSELF } from '../DcsStack';
import { formerKeysOf, type Names } from '../../settings/names';
import { roleIn } from './roleIn';
import { policyJson, type BucketKey } from '../policies/document';
import { reencrypt, replicate } from '../policies/replication';
import { decryptFormer } from '../policies/restore';
import { trustReplication } from '../policies/trust';
import type { Settings } from '../../settings/schema';

export interface ReplicationProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  /** Both keys, where customer-managed keys encrypt. */
  readonly keys?: { readonly source: BucketKey; readonly destination: BucketKey };
  /** Versioning of both buckets, and whatever of the destination is in this stack. */
  readonly after: ITerraformDependable[];
}

/** Replication of the whole source bucket to the destination bucket: the role that S3 assumes, and the one rule. */
export class Replication extends Construct {
  readonly configuration: S3BucketReplicationConfigurationA;

  constructor(scope: Construct, id: string, props: ReplicationProps) {
    super(scope, id);
    const { provider, settings, names, keys } = props;
    const role = new IamRole(this, 'role', {
      provider,
      name: names.replicationRole,
      ...roleIn(settings, 'source'),
      assumeRolePolicy: policyJson(trustReplication()),
    });
    const { region } = settings.source;
    const former = decryptFormer(formerKeysOf('source', settings), { bucketArn: names.sourceBucketArn, region });
    const rolePolicy = new IamRolePolicy(this, 'role-policy', {
      provider,
      name: names.replicationRole,
      role: role.name,
      policy: policyJson(...replicate(names), ...(keys ? reencrypt(keys.source, keys.destination) : []), ...former),
    });
    this.configuration = new S3BucketReplicationConfigurationA(this, ITSELF, {
      provider,
      bucket: settings.source.bucketName,
      role: role.arn,
      rule: [replicationRule(props)],
      dependsOn: [rolePolicy, ...props.after],
      lifecycle: { preventDestroy: true }, // Without the rule nothing reaches the destination any more.
    });
  }
}

/** A rule of the second version (it has a filter): only so are delete markers left behind. An empty filter takes every object. */
function replicationRule({ settings, names, keys }: ReplicationProps): S3BucketReplicationConfigurationRule {
  return {
    id: names.replicationRuleId,
    priority: 0,
    status: settings.replication.enabled ? 'Enabled' : 'Disabled',
    filter: {},
    deleteMarkerReplication: { status: 'Disabled' },
    // Objects under a KMS key are passed over in silence unless asked for.
    ...(keys ? { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } } : {}),
    destination: {
      bucket: names.destinationBucketArn,
      ...(keys ? { encryptionConfiguration: { replicaKmsKeyId: keys.destination.keyArn } } : {}),
      ...watched(settings.replication.timeControl),
    },
  };
}

/** The metrics that the alarms stand on; 15 minutes is the one threshold that S3 has. */
function watched(timeControl: boolean): Partial<S3BucketReplicationConfigurationRuleDestination> {
  const fifteen = { minutes: 15 };
  if (!timeControl) return { metrics: { status: 'Enabled' } };
  return {
    metrics: { status: 'Enabled', eventThreshold: fifteen },
    replicationTime: { status: 'Enabled', time: fifteen },
  };
}
