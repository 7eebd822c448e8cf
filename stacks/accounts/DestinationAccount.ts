import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { S3BucketObjectLockConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-object-lock-configuration';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { alarmTopic } from '../constructs/alarms';
import { Compactor } from '../constructs/Compactor';
import { Drill } from '../constructs/Drill';
import { Engine, forgetEngineBucket } from '../constructs/Engine';
import { EncryptionKey } from '../constructs/EncryptionKey';
import { GuardedBucket } from '../constructs/GuardedBucket';
import { journalInDestination } from '../constructs/journalRules';
import { agingBucket, lifecycleRules, parkedBatchesInDestination } from '../constructs/lifecycleRules';
import { LockRenewal } from '../constructs/LockRenewal';
import { ReplicaAge } from '../constructs/ReplicaAge';
import { RestoreRole } from '../constructs/RestoreRole';
import { journalTables } from '../../settings/compactor';
import { renewedLocks } from '../../settings/lockRule';
import { formerKeysOf, namesOf, type Names } from '../../settings/names';
import { Tampering } from '../constructs/Tampering';
import { engineNamesOf } from '../../settings/engineNames';
import { afterDestination, outputs } from '../outputs';
import { stackOf } from '../DcsStack';
import { acceptReplicas, requireTls } from '../policies/buckets';
import { EraseRole } from '../constructs/EraseRole';
import { guardJournals } from '../policies/journal';
import { refuseReplicasOfSweeps } from '../policies/locks';
import {
  administerInAccount,
  encryptEvents,
  encryptExports,
  encryptNotifications,
  encryptReplicas,
  refuseDeletion,
} from '../policies/keys';
import type { Settings } from '../../settings/schema';
import type { FunctionCode } from './SourceAccount';

export interface DestinationAccountProps {
  readonly settings: Settings;
  readonly provider: AwsProvider;
  readonly code: FunctionCode;
}

/** Everything in the destination account: the bucket that keeps the second copy, its lock, its key, the role that restores, and the drill. */
export class DestinationAccount extends Construct {
  /** The customer-managed key, if there is one. */
  readonly keyArn?: string;
  /** What has to stand before anything is replicated here. */
  readonly guards: ITerraformDependable[];
  private readonly names: Names;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DestinationAccountProps,
  ) {
    super(scope, id);
    const { settings, provider } = props;
    this.names = namesOf(settings);
    this.keyArn = this.makeKey();
    const bucket = this.makeBucket();
    this.guards = [...bucket.guards, ...this.lock(bucket)];
    const { role } = new RestoreRole(this, 'restore-role', {
      provider,
      settings,
      names: this.names,
      keyArn: this.keyArn,
    });
    const { names, keyArn } = this;
    if (settings.erase) new EraseRole(this, 'erase-role', { provider, settings, names, keyArn, side: 'destination' });
    const topic = this.makeTopic();
    this.makeReplicaAge(topic);
    this.watchCopy(topic);
    const drill = this.makeDrill(topic);
    this.makeEngine(topic);
    this.makeCompactor(topic);
    outputs(this, {
      bucket_name: settings.destination.bucketName,
      bucket_arn: this.names.destinationBucketArn,
      restore_role_arn: role.arn,
      ...(settings.erase ? { erase_role_arn: this.names.eraseRoleArns.destination } : {}),
      ...(this.keyArn === undefined ? {} : { key_arn: this.keyArn }),
      alarm_topic_arn: topic.arn,
      ...(drill ? { drill_function_name: drill.functionName } : {}),
      next_steps: afterDestination(settings, this.keyArn),
    });
  }

  private makeTopic(): SnsTopic {
    const { provider, settings } = this.props;
    const watch = new Construct(this, 'watch');
    const [topicName, keyArn] = [this.names.alarmTopic, this.keyArn];
    return alarmTopic(watch, { provider, settings, side: 'destination', topicName, keyArn, hearsOfTampering: true });
  }

  private makeReplicaAge(topic: SnsTopic): void {
    const { names, keyArn } = this;
    const codeDirectory = this.props.code.replicaAge;
    new ReplicaAge(this, 'replica-age', { ...this.props, names, keyArn, topic, codeDirectory });
  }

  /** That the newest copy stays locked, and that nobody changes what guards it. */
  private watchCopy(topic: SnsTopic): void {
    const { names, keyArn } = this;
    const { settings, code } = this.props;
    const rule = renewedLocks(settings.destination);
    const codeDirectory = code.lockRenewal;
    if (rule) new LockRenewal(this, 'lock-renewal', { ...this.props, names, keyArn, topic, codeDirectory, rule });
    const keyArns = [...(keyArn === undefined ? [] : [keyArn]), ...formerKeysOf('destination', settings)];
    new Tampering(this, 'tampering', { ...this.props, names, keyArns, topic });
  }

  private makeDrill(topic: SnsTopic): Drill | undefined {
    const { settings, code } = this.props;
    if (!settings.drill.enabled) return undefined;
    return new Drill(this, 'drill', {
      ...this.props,
      names: this.names,
      keyArn: this.keyArn,
      topic,
      codeDirectory: code.drill,
    });
  }

  private makeEngine(topic: SnsTopic): void {
    const { settings, provider, code } = this.props;
    const { names, keyArn } = this;
    if (settings.engine.enabled)
      new Engine(this, 'engine', { settings, provider, names, keyArn, topic, code: code.engine });
    else forgetEngineBucket(this);
  }

  private makeCompactor(topic: SnsTopic): void {
    const { names, keyArn } = this;
    const { settings, code } = this.props;
    if (journalTables(settings.tables).length === 0) return;
    new Compactor(this, 'compactor', { ...this.props, names, keyArn, topic, codeDirectory: code.compactor });
  }

  private makeKey(): string | undefined {
    const { settings, provider } = this.props;
    if (settings.encryption.type !== 'customer-managed') {
      // The key of a deployment that had one: every copy under it would be lost with it.
      stackOf(this).forget('aws_kms_key.destination_key');
      return undefined;
    }
    const { accountId, bucketName, region } = settings.destination;
    const sender = {
      ...this.names,
      sourceAccountId: settings.source.accountId,
      destinationRegion: region,
    };
    return new EncryptionKey(this, 'key', {
      provider,
      aliasName: `alias/${settings.name}-destination`,
      description: `Encrypts replicas in ${bucketName}`,
      deletionWindowDays: settings.encryption.keyDeletionWindowDays,
      policy: [
        administerInAccount(this.names.partition, accountId),
        encryptReplicas(sender),
        ...(settings.engine.enabled
          ? [encryptExports({ ...sender, bucketArn: engineNamesOf(settings).bucketArn, region })]
          : []),
        refuseDeletion(settings.encryption.breakGlassPrincipalArn),
        ...encryptNotifications(accountId, ['cloudwatch']),
        encryptEvents(),
      ],
    }).key.arn;
  }

  private makeBucket(): GuardedBucket {
    const { settings, provider } = this.props;
    const { bucketName, lifecycle } = settings.destination;
    const { destinationBucketArn } = this.names;
    return new GuardedBucket(this, 'bucket', {
      provider,
      bucketName,
      objectLockEnabled: true, // Whatever the mode: with it, versioning cannot be suspended.
      keyArn: this.keyArn,
      lifecycleRules: lifecycleRules(agingBucket(settings, 'destination'), {
        parkedBatches: parkedBatchesInDestination(lifecycle),
        journal: journalInDestination(lifecycle),
      }),
      policy: [
        requireTls(destinationBucketArn),
        refuseReplicasOfSweeps(destinationBucketArn, settings.prefix),
        ...guardJournals(destinationBucketArn, settings.prefix),
        acceptReplicas({
          ...this.names,
          sourceAccountId: settings.source.accountId,
          destinationKeyArn: this.keyArn,
        }),
      ],
    });
  }

  private lock({ bucket, versioning }: GuardedBucket): ITerraformDependable[] {
    const { provider, settings } = this.props;
    const { mode, retentionDays } = settings.destination.objectLock;
    if (mode === 'OFF') return [];
    const lock = new S3BucketObjectLockConfigurationA(this, 'object-lock', {
      provider,
      bucket: bucket.id,
      objectLockEnabled: 'Enabled',
      rule: { defaultRetention: { mode, days: retentionDays } },
      lifecycle: { preventDestroy: true },
      dependsOn: [versioning],
    });
    return [lock];
  }
}
