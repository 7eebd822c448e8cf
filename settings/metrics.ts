import type { Side } from './schema';

/*
 * Every metric that an alarm, the dashboard, `dcs status` or `dcs check` goes by: its dimensions, the Region that it is
 * published in, and what it means when it has no value. An alarm on anything else stays green for ever. Sources: Lambda
 * developer guide (monitoring-metrics-types), DynamoDB developer guide (metrics-dimensions), Step Functions developer guide (cw-metrics), S3 user guide
 * (metrics-dimensions, repl-metrics).
 */

interface MetricFacts {
  readonly namespace: 'AWS/DynamoDB' | 'AWS/Lambda' | 'AWS/S3' | 'AWS/States' | 'DCS';
  readonly dimensions: readonly string[];
  readonly statistic: 'Sum' | 'Maximum';
  /**
   * own: that of the function, the table or the bucket. S3 publishes what waits for replication in the Region of the destination bucket, and what
   * has failed in that of the source bucket; both in the account of the source bucket, which has the rule.
   */
  readonly publishedIn: 'own' | Side;
  /**
   * notBreaching: no value means that nothing happened. ignore: it means nothing at all, which is S3's own advice. breaching: it
   * means that nobody measures any more.
   */
  readonly missing: 'notBreaching' | 'ignore' | 'breaching';
}

const ofFunction = { namespace: 'AWS/Lambda', dimensions: ['FunctionName'], publishedIn: 'own' } as const;
const ofMapping = { namespace: 'AWS/Lambda', dimensions: ['EventSourceMappingUUID'], publishedIn: 'own' } as const;
const ofTable = { namespace: 'AWS/DynamoDB', dimensions: ['TableName'], publishedIn: 'own' } as const;
const ofBucket = { namespace: 'DCS', dimensions: ['DestinationBucket'], publishedIn: 'own' } as const;
const ofJournal = { namespace: 'DCS', dimensions: ['DestinationBucket', 'Table'], publishedIn: 'own' } as const;
const ofReplication = { namespace: 'AWS/S3', dimensions: ['DestinationBucket', 'RuleId', 'SourceBucket'] } as const;

const ofStateMachine = { namespace: 'AWS/States', dimensions: ['StateMachineArn'], publishedIn: 'own' } as const;

export const METRICS = {
  ExecutionsFailed: { ...ofStateMachine, statistic: 'Sum', missing: 'notBreaching' },
  IteratorAge: { ...ofFunction, statistic: 'Maximum', missing: 'notBreaching' },
  Errors: { ...ofFunction, statistic: 'Sum', missing: 'notBreaching' },
  Invocations: { ...ofFunction, statistic: 'Sum', missing: 'notBreaching' },
  Throttles: { ...ofFunction, statistic: 'Sum', missing: 'notBreaching' },
  DestinationDeliveryFailures: { ...ofFunction, statistic: 'Sum', missing: 'notBreaching' },
  /** Only while the table is written to; writes that change nothing count too, and deletes by time to live do not. */
  ConsumedWriteCapacityUnits: { ...ofTable, statistic: 'Sum', missing: 'notBreaching' },
  /** 0 when a poll found nothing. No value at all while the mapping is disabled or cannot poll. */
  PolledEventCount: { ...ofMapping, statistic: 'Sum', missing: 'notBreaching' },
  /** Events of batches that failed; with partial batch responses also those that the function gave back, which is no error. */
  FailedInvokeEventCount: { ...ofMapping, statistic: 'Sum', missing: 'notBreaching' },
  DroppedEventCount: { ...ofMapping, statistic: 'Sum', missing: 'notBreaching' },
  OnFailureDestinationDeliveredEventCount: { ...ofMapping, statistic: 'Sum', missing: 'notBreaching' },
  ReplicationLatency: { ...ofReplication, statistic: 'Maximum', publishedIn: 'destination', missing: 'ignore' },
  OperationsPendingReplication: {
    ...ofReplication,
    statistic: 'Maximum',
    publishedIn: 'destination',
    missing: 'ignore',
  },
  BytesPendingReplication: { ...ofReplication, statistic: 'Maximum', publishedIn: 'destination', missing: 'ignore' },
  /** Our own: how old the newest replica of the heartbeat is, measured in the destination account every few minutes. */
  ReplicaAgeSeconds: { ...ofBucket, statistic: 'Maximum', missing: 'breaching' },
  /** Our own: current versions that could not be locked anew. */
  UnlockedVersions: { ...ofBucket, statistic: 'Maximum', missing: 'breaching' },
  /** Our own: since when not everything has been looked at whose lock may end. */
  LockSweepAgeSeconds: { ...ofBucket, statistic: 'Maximum', missing: 'ignore' },
  /** Our own, of a table with a journal: since when a run has waited to be in a base. 0: none does. */
  BaseAgeSeconds: { ...ofJournal, statistic: 'Maximum', missing: 'breaching' },
  /** Our own: how long the oldest readable object of a journal has waited to be in a run. 0: none does. */
  UnfoldedJournalAgeSeconds: { ...ofJournal, statistic: 'Maximum', missing: 'breaching' },
  /** Our own: objects of a journal that cannot be read. */
  UnreadableJournalObjects: { ...ofJournal, statistic: 'Maximum', missing: 'breaching' },
  OperationsFailedReplication: { ...ofReplication, statistic: 'Sum', publishedIn: 'source', missing: 'ignore' },
} as const satisfies Record<string, MetricFacts>;

export type MetricName = keyof typeof METRICS;

/** Metrics with these dimensions. */
type NamesWith<Dimension extends string> = {
  [Name in MetricName]: Dimension extends (typeof METRICS)[Name]['dimensions'][number] ? Name : never;
}[MetricName];
export type FunctionMetric = NamesWith<'FunctionName'>;
export type StateMachineMetric = NamesWith<'StateMachineArn'>;
export type TableMetric = NamesWith<'TableName'>;
export type MappingMetric = NamesWith<'EventSourceMappingUUID'>;
export type ReplicationMetric = NamesWith<'RuleId'>;

/** A metric of something that is deployed, in the Region that publishes it. */
export interface Metric {
  readonly namespace: MetricFacts['namespace'];
  readonly metricName: MetricName;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: MetricFacts['statistic'];
  readonly region: string;
  readonly missing: MetricFacts['missing'];
}

export function functionMetric(metricName: FunctionMetric, functionName: string, region: string): Metric {
  return metric(metricName, { FunctionName: functionName }, region);
}

export function stateMachineMetric(metricName: StateMachineMetric, stateMachineArn: string, region: string): Metric {
  return metric(metricName, { StateMachineArn: stateMachineArn }, region);
}

export function tableMetric(metricName: TableMetric, tableName: string, region: string): Metric {
  return metric(metricName, { TableName: tableName }, region);
}

export function mappingMetric(metricName: MappingMetric, eventSourceMappingUuid: string, region: string): Metric {
  return metric(metricName, { EventSourceMappingUUID: eventSourceMappingUuid }, region);
}

interface Bucket {
  readonly bucketName: string;
  readonly region: string;
}

export function replicaAgeMetric({ bucketName, region }: Bucket): Metric {
  return metric('ReplicaAgeSeconds', { DestinationBucket: bucketName }, region);
}

export type LockMetric = 'UnlockedVersions' | 'LockSweepAgeSeconds';

export function lockMetric(metricName: LockMetric, { bucketName, region }: Bucket): Metric {
  return metric(metricName, { DestinationBucket: bucketName }, region);
}

export type JournalMetric = NamesWith<'Table'>;

export function journalMetric(metricName: JournalMetric, tableName: string, { bucketName, region }: Bucket): Metric {
  return metric(metricName, { DestinationBucket: bucketName, Table: tableName }, region);
}

export interface ReplicatedBuckets extends Readonly<
  Record<Side, { readonly bucketName: string; readonly region: string }>
> {
  readonly replicationRuleId: string;
}

export function replicationMetric(metricName: ReplicationMetric, between: ReplicatedBuckets): Metric {
  const { source, destination, replicationRuleId } = between;
  const dimensions = {
    SourceBucket: source.bucketName,
    DestinationBucket: destination.bucketName,
    RuleId: replicationRuleId,
  };
  return metric(metricName, dimensions, between[METRICS[metricName].publishedIn].region);
}

function metric(metricName: MetricName, dimensions: Metric['dimensions'], region: string): Metric {
  const { namespace, statistic, missing } = METRICS[metricName];
  return { namespace, metricName, dimensions, statistic, region, missing };
}

/** A formula over metrics of one Region, in CloudWatch's metric math. */
export interface MetricMath {
  readonly expression: string;
  /** What the formula calls each. */
  readonly metrics: Readonly<Record<string, Metric>>;
}
