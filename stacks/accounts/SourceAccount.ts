import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { Capture } from '../constructs/Capture';
import { EncryptionKey } from '../constructs/EncryptionKey';
import { GuardedBucket } from '../constructs/GuardedBucket';
import { journalInSource } from '../constructs/journalRules';
import { agingBucket, lifecycleRules, parkedBatchesInSource } from '../constructs/lifecycleRules';
import type { WatchedCapture } from '../constructs/alarmSpecs';
import { Heartbeat } from '../constructs/Heartbeat';
import { EraseRole } from '../constructs/EraseRole';
import { BackfillWriter } from '../constructs/BackfillWriter';
import { DrillReader } from '../constructs/DrillReader';
import { OperatorRoles } from '../constructs/OperatorRoles';
import { Replication } from '../constructs/Replication';
import { ReplicationFailures } from '../constructs/ReplicationFailures';
import { SourceTable } from '../constructs/SourceTable';
import { keepTrackOfTables } from '../constructs/tablesOnRecord';
import { TableDefinitions } from '../constructs/TableDefinitions';
import { Watch } from '../constructs/Watch';
import { captureId, tableId } from '../../settings/alarmNames';
import { namesOf, type Names } from '../../settings/names';
import { afterSource, outputs } from '../outputs';
import { stackOf } from '../DcsStack';
import { requireTls } from '../policies/buckets';
import { administerInAccount, encryptNotifications } from '../policies/keys';
import type { EngineWorker } from '../../settings/engineDefinition';
import type { Settings } from '../../settings/schema';
import type { TableSettings } from '../../settings/tables';

/** Folders of the bundled functions, each with an index.js. */
export interface FunctionCode {
  readonly capture: string;
  readonly tableDefinition: string;
  readonly drill: string;
  readonly heartbeat: string;
  readonly replicaAge: string;
  readonly lockRenewal: string;
  readonly compactor: string;
  readonly engine: Readonly<Record<EngineWorker, string>>;
}

export interface SourceAccountProps {
  readonly settings: Settings;
  readonly provider: AwsProvider;
  /** The same account and Region, for event source mappings: without default tags where AWS knows none of them. */
  readonly mappingProvider: AwsProvider;
  /** The same account, in the Region of the destination bucket. */
  readonly providerInDestinationRegion: AwsProvider;
  readonly code: FunctionCode;
  /** The destination's key, where customer-managed keys encrypt. Its id is AWS's choice, so it cannot be agreed upon before. */
  readonly destinationKeyArn?: string;
  /** What of the destination is in this stack, and has to stand first. */
  readonly after: ITerraformDependable[];
}

/** Everything in the source account: tables, capture, the source bucket, replication out of it. */
export class SourceAccount extends Construct {
  private readonly names: Names;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SourceAccountProps,
  ) {
    super(scope, id);
    const { settings, provider } = props;
    this.names = namesOf(settings);
    const keyArn = this.makeKey();
    const bucket = this.makeBucket(keyArn);
    const replication = new Replication(this, 'replication', {
      provider,
      settings,
      names: this.names,
      keys: this.keysOf(keyArn),
      after: [bucket.bucket, ...bucket.guards, ...props.after],
    });
    const parts = { ...props, names: this.names, keyArn, after: [...bucket.guards, replication.configuration] };
    const captures = settings.tables.map((table) => this.capture(table, parts));
    keepTrackOfTables(this, settings);
    new TableDefinitions(this, 'table-definitions', { ...parts, codeDirectory: props.code.tableDefinition });
    new Heartbeat(this, 'heartbeat', { ...parts, codeDirectory: props.code.heartbeat });
    new OperatorRoles(this, 'operator', parts);
    if (settings.erase) new EraseRole(this, 'erase-role', { ...parts, side: 'source' });
    if (settings.drill.enabled) new DrillReader(this, 'drill-reader', parts);
    if (settings.engine.enabled) new BackfillWriter(this, 'backfill-writer', parts);
    const failures = new ReplicationFailures(this, 'replication-failures', parts);
    const { topic } = new Watch(this, 'watch', { ...parts, captures });
    outputs(this, {
      bucket_name: settings.source.bucketName,
      bucket_arn: this.names.sourceBucketArn,
      capture_functions: Object.fromEntries(captures.map(({ table, functionName }) => [table, functionName])),
      operator_role_arn: this.names.operatorRoleArn,
      ...(settings.erase ? { erase_role_arn: this.names.eraseRoleArns.source } : {}),
      batch_replication_role_arn: this.names.batchReplicationRoleArn,
      replication_role_arn: this.names.replicationRoleArn,
      replication_failures_queue_url: failures.queue.url,
      alarm_topic_arn: topic.arn,
      next_steps: afterSource(settings),
    });
  }

  private capture(
    table: TableSettings,
    parts: SourceAccountProps & { names: Names; keyArn: string | undefined },
  ): WatchedCapture {
    const { provider, settings, code } = this.props;
    const source = new SourceTable(this, `table-${tableId(table.name)}`, {
      provider,
      region: settings.source.region,
      table,
    });
    const capture = new Capture(this, captureId(table.name), {
      ...parts,
      table,
      source,
      codeDirectory: code.capture,
    });
    return {
      table: table.name,
      functionName: capture.functionName,
      eventSourceMappingUuid: capture.eventSourceMapping.uuid,
    };
  }

  private makeKey(): string | undefined {
    const { settings, provider } = this.props;
    if (settings.encryption.type !== 'customer-managed') {
      // The key of a deployment that had one: every copy under it would be lost with it.
      stackOf(this).forget('aws_kms_key.source_key');
      return undefined;
    }
    const { accountId } = settings.source;
    return new EncryptionKey(this, 'key', {
      provider,
      aliasName: `alias/${settings.name}-source`,
      description: `Encrypts images in ${settings.source.bucketName}`,
      deletionWindowDays: settings.encryption.keyDeletionWindowDays,
      policy: [
        administerInAccount(this.names.partition, accountId),
        ...encryptNotifications(accountId, ['cloudwatch', 's3']),
      ],
    }).key.arn;
  }

  private makeBucket(keyArn: string | undefined): GuardedBucket {
    const { settings, provider } = this.props;
    const { bucketName, lifecycle } = settings.source;
    return new GuardedBucket(this, 'bucket', {
      provider,
      bucketName,
      objectLockEnabled: false, // A retention of a source version would go before the destination's default.
      keyArn,
      lifecycleRules: lifecycleRules(agingBucket(settings, 'source'), {
        parkedBatches: parkedBatchesInSource(lifecycle),
        journal: journalInSource(lifecycle),
      }),
      policy: [requireTls(this.names.sourceBucketArn)],
    });
  }

  private keysOf(keyArn: string | undefined) {
    const { settings, destinationKeyArn } = this.props;
    if (keyArn === undefined) return undefined;
    // S3 would pass over every encrypted object without a word.
    if (destinationKeyArn === undefined) throw new Error('Replication of encrypted objects needs the destination key.');
    const { sourceBucketArn, destinationBucketArn } = this.names;
    return {
      source: { keyArn, bucketArn: sourceBucketArn, region: settings.source.region },
      destination: {
        keyArn: destinationKeyArn,
        bucketArn: destinationBucketArn,
        region: settings.destination.region,
      },
    };
  }
}
