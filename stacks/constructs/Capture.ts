import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { VARIABLES } from '../../core/functionVariables';
import { batchOf } from '../../settings/batches';
import { type Names } from '../../settings/names';
import { decryptTable, encryptInBucket, readStream, writeImagesAndPark } from '../policies/capture';
import type { Statement } from '../policies/document';
import type { Settings } from '../../settings/schema';
import type { TableSettings } from '../../settings/tables';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';
import { roleIn } from './roleIn';
import type { SourceTable } from './SourceTable';

export interface CaptureProps extends Pick<NodeFunctionProps, 'provider' | 'codeDirectory'> {
  readonly mappingProvider: NodeFunctionProps['provider'];
  readonly settings: Settings;
  readonly names: Names;
  readonly table: TableSettings;
  readonly source: Pick<SourceTable, 'streamArn' | 'partitionKey' | 'sortKey'>;
  /** The source account's own key; undefined where S3's keys encrypt. */
  readonly keyArn?: string;
  /** What has to stand before the first image is written: an image older than the replication rule is not replicated. */
  readonly after: ITerraformDependable[];
}

/** Capture of one table: its function, and the event source mapping that feeds it from the stream. */
export class Capture extends Construct {
  readonly functionName: string;
  readonly eventSourceMapping: LambdaEventSourceMapping;

  constructor(scope: Construct, id: string, props: CaptureProps) {
    super(scope, id);
    const { settings, names, table } = props;
    const { capture } = settings;
    const { batchSize, batchingWindowSeconds } = batchOf(table, capture);
    this.functionName = names.capture(table.name);
    const { lambda, rolePolicy } = new NodeFunction(this, 'function', {
      ...props,
      functionName: this.functionName,
      logGroupName: names.logGroup(this.functionName),
      description: `Writes every change of table ${table.name} to ${settings.source.bucketName}`.slice(0, 256),
      runtime: capture.runtime,
      memoryMb: capture.memoryMb,
      timeoutSeconds: capture.timeoutSeconds,
      logRetentionDays: capture.logRetentionDays,
      environment: captureEnvironment(props),
      policy: capturePolicy(props),
      roleIn: roleIn(settings, 'source'),
    });
    this.eventSourceMapping = new LambdaEventSourceMapping(this, 'event-source-mapping', {
      provider: props.mappingProvider,
      functionName: lambda.functionName,
      eventSourceArn: props.source.streamArn,
      startingPosition: 'TRIM_HORIZON', // LATEST may miss records for minutes after the mapping is made.
      batchSize,
      maximumBatchingWindowInSeconds: batchingWindowSeconds,
      parallelizationFactor: capture.parallelizationFactor,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      maximumRetryAttempts: capture.maximumRetryAttempts,
      maximumRecordAgeInSeconds: capture.maximumRecordAgeSeconds,
      // S3 alone keeps the records themselves; a queue or topic would get their positions in a stream that forgets.
      destinationConfig: { onFailure: { destinationArn: names.sourceBucketArn } },
      metricsConfig: { metrics: ['EventCount'] },
      dependsOn: [rolePolicy, ...props.after],
    });
  }
}

/** What the function reads at its start; lambda/capture says what each is for. */
function captureEnvironment({ settings, table, source }: CaptureProps): Record<string, string> {
  return {
    [VARIABLES.bucketName]: settings.source.bucketName,
    [VARIABLES.prefix]: settings.prefix,
    [VARIABLES.tableName]: table.name,
    [VARIABLES.partitionKey]: source.partitionKey,
    ...(source.sortKey === undefined ? {} : { [VARIABLES.sortKey]: source.sortKey }),
    ...(table.layout === 'journal' && { [VARIABLES.layout]: table.layout }),
    [VARIABLES.largeImageStorageClass]: settings.capture.largeImageStorageClass,
  };
}

function capturePolicy({ settings, names, table, keyArn }: CaptureProps): Statement[] {
  const { accountId, region } = settings.source;
  const bucketArn = names.sourceBucketArn;
  return [
    ...readStream(names.tableArn(table.name)),
    ...(table.kmsKeyArn === undefined ? [] : [decryptTable(table.kmsKeyArn, region)]),
    ...writeImagesAndPark(bucketArn, accountId),
    ...(keyArn === undefined ? [] : [encryptInBucket({ keyArn, bucketArn, region })]),
  ];
}
