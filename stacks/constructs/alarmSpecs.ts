import {
  captureAlarmId,
  TABLE_DEFINITION_ALARM,
  type CaptureAlarm,
  type ReplicationAlarm,
} from '../../settings/alarmNames';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';

/*
 * What is watched, as data: the alarms and the dashboard are both made from it. Metric names and dimensions are those of
 * the Lambda developer guide (monitoring-metrics-types) and the S3 user guide (metrics-dimensions).
 */

export interface Metric {
  readonly namespace: 'AWS/Lambda' | 'AWS/S3';
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
}

export interface AlarmSpec<Id extends string = string> {
  /** Part of the logical id and of the alarm's name. */
  readonly id: Id;
  readonly metric: Metric;
  /** The alarm goes off above this value, unless it is said how else. */
  readonly threshold: number;
  readonly comparison?: 'LessThanThreshold';
  readonly periodSeconds: number;
  /** So many of the last so many periods. At most 7 days of them are looked at. */
  readonly periods: readonly [above: number, of: number];
  /** notBreaching: no value means that nothing happened. ignore: it means nothing at all (S3's own advice for its metrics). breaching: it is what the alarm is about. */
  readonly missing: 'notBreaching' | 'ignore' | 'breaching';
  /** What it means and what to do, for whoever is woken up. */
  readonly description: string;
}

export interface WatchedCapture {
  readonly table: string;
  readonly functionName: string;
  readonly eventSourceMappingUuid: string;
}

const MINUTE = 60;
const FIVE_MINUTES = 300;

export function captureAlarms(capture: WatchedCapture, { alarms }: Settings): AlarmSpec[] {
  const { table, functionName } = capture;
  const id = (alarm: CaptureAlarm) => captureAlarmId(table, alarm);
  const ofFunction = (name: string, statistic: Metric['statistic']): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { FunctionName: functionName },
    statistic,
  });
  const ofMapping = (name: string): Metric => ({
    namespace: 'AWS/Lambda',
    name,
    dimensions: { EventSourceMappingUUID: capture.eventSourceMappingUuid },
    statistic: 'Sum',
  });
  return [
    {
      id: id('lag'),
      metric: ofFunction('IteratorAge', 'Maximum'),
      threshold: alarms.captureLagSeconds * 1000,
      periodSeconds: MINUTE,
      periods: [5, 5],
      missing: 'notBreaching',
      description: `Capture of table ${table} is more than ${alarms.captureLagSeconds} s behind; after 24 hours the stream forgets. Look at the logs of ${functionName}: if it fails, mend the cause, it retries by itself; if it only is slow, raise capture.parallelizationFactor or capture.batchSize.`,
    },
    {
      id: id('errors'),
      metric: ofFunction('Errors', 'Sum'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [2, 3],
      missing: 'notBreaching',
      description: `The capture function of table ${table} ends with errors (timeout, memory, a missing permission). Its batches are retried. Look at the logs of ${functionName} and mend the cause before the records are a day old.`,
    },
    {
      id: id('throttles'),
      metric: ofFunction('Throttles', 'Sum'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [3, 3],
      missing: 'notBreaching',
      description: `The capture function of table ${table} is throttled: the account has no concurrency left for it. Raise the Lambda concurrency quota of the account, or find what uses it up.`,
    },
    {
      id: id('parked'),
      metric: ofMapping('OnFailureDestinationDeliveredEventCount'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      missing: 'notBreaching',
      description: `Capture of table ${table} gave up on records and parked them, whole, in the source bucket below aws/lambda/. Nothing is lost. Mend the cause (logs of ${functionName}), then run: npx dcs redrive`,
    },
    {
      id: id('dropped'),
      metric: ofMapping('DroppedEventCount'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      missing: 'notBreaching',
      description: `Records of table ${table} were dropped: neither written nor parked. The newest state of their items can still be had from the table. Mend the cause (logs of ${functionName}), then run: npx dcs verify ${table} --repair`,
    },
    {
      id: id('parking-failed'),
      metric: ofFunction('DestinationDeliveryFailures', 'Sum'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      missing: 'notBreaching',
      description: `Lambda could not park a batch of table ${table} in the source bucket. Check that the role of ${functionName} may write below aws/lambda/ (npx dcs check), then run: npx dcs verify ${table} --repair`,
    },
  ];
}

/** Without an enabled rule these metrics do not exist, and an alarm on them could never go off. */
export function replicationAlarms(settings: Settings, names: Names): AlarmSpec<ReplicationAlarm>[] {
  if (!settings.replication.enabled) return [];
  const { alarms, source, destination } = settings;
  const metric = (name: string, statistic: Metric['statistic']): Metric => ({
    namespace: 'AWS/S3',
    name,
    dimensions: {
      SourceBucket: source.bucketName,
      DestinationBucket: destination.bucketName,
      RuleId: names.replicationRuleId,
    },
    statistic,
  });
  return [
    {
      id: 'replication-latency',
      metric: metric('ReplicationLatency', 'Maximum'),
      threshold: alarms.replicationLatencySeconds,
      periodSeconds: FIVE_MINUTES,
      periods: [3, 3],
      missing: 'ignore',
      description: `The destination bucket is more than ${alarms.replicationLatencySeconds} s behind. Look at the AWS Health dashboard of both regions and at the pending operations; a restore from the destination misses what is pending.`,
    },
    {
      id: 'replication-failed',
      metric: metric('OperationsFailedReplication', 'Sum'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      missing: 'ignore',
      description: `Objects were not replicated, and S3 will not try them again. The queue ${names.replicationFailureQueue} holds each key with its reason. Mend the cause (npx dcs check), then run npx dcs verify TABLE --repair; it brings the newest states, and --history names the command for those in between.`,
    },
    {
      id: 'replication-pending',
      metric: metric('OperationsPendingReplication', 'Maximum'),
      threshold: alarms.pendingOperations,
      periodSeconds: FIVE_MINUTES,
      periods: [6, 6],
      missing: 'ignore',
      description: `More than ${alarms.pendingOperations} objects have been waiting for replication for half an hour. Look at the latency and at the AWS Health dashboard, unless a backfill or a redrive is running: then wait for it.`,
    },
  ];
}

export function tableDefinitionAlarm(functionName: string): AlarmSpec {
  return {
    id: TABLE_DEFINITION_ALARM,
    metric: { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: functionName }, statistic: 'Sum' },
    threshold: 0,
    periodSeconds: FIVE_MINUTES,
    periods: [1, 1],
    missing: 'notBreaching',
    description: `table.json of some table was not refreshed: a restore would make the table as it was defined before. Look at the logs of ${functionName}; it runs again by its schedule.`,
  };
}
