import {
  captureAlarmId,
  REPLICATION_FAILED_ALARM,
  TABLE_DEFINITION_ALARM,
  type CaptureAlarm,
  type ReplicationAlarm,
} from '../../settings/alarmNames';
import {
  functionMetric,
  mappingMetric,
  replicationMetric,
  tableMetric,
  type FunctionMetric,
  type MappingMetric,
  type Metric,
  type MetricMath,
} from '../../settings/metrics';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';

/* What is watched, as data: the alarms and the dashboard are both made from it. The metrics are in settings/metrics.ts. */

export interface AlarmSpec<Id extends string = string> {
  /** Part of the logical id and of the alarm's name. */
  readonly id: Id;
  readonly metric: Metric | MetricMath;
  /** The alarm goes off above this value, unless it is said how else. */
  readonly threshold: number;
  readonly comparison?: 'LessThanThreshold';
  readonly periodSeconds: number;
  /** So many of the last so many periods. At most 7 days of them are looked at. */
  readonly periods: readonly [above: number, of: number];
  /** In the place of what no value of the metric means: it is what the alarm is about. */
  readonly missing?: 'breaching';
  /** What it means and what to do, for whoever is woken up. */
  readonly description: string;
}

/** The metrics that an alarm goes by. */
export function metricsOf({ metric }: AlarmSpec): readonly Metric[] {
  return 'expression' in metric ? Object.values(metric.metrics) : [metric];
}

export interface WatchedCapture {
  readonly table: string;
  readonly functionName: string;
  readonly eventSourceMappingUuid: string;
}

const MINUTE = 60;
const FIVE_MINUTES = 300;
const QUARTER = 900;

export function captureAlarms(capture: WatchedCapture, { alarms, source }: Settings): AlarmSpec[] {
  const { table, functionName } = capture;
  const id = (alarm: CaptureAlarm) => captureAlarmId(table, alarm);
  const ofFunction = (name: FunctionMetric) => functionMetric(name, functionName, source.region);
  const ofMapping = (name: MappingMetric) => mappingMetric(name, capture.eventSourceMappingUuid, source.region);
  return [
    {
      id: id('stalled'),
      metric: {
        // Without FILL the formula has no value where one of the two has none, which is just when nothing is polled.
        expression: 'IF(FILL(written, 0) > 0 AND FILL(polled, 0) == 0, 1, 0)',
        metrics: {
          written: tableMetric('ConsumedWriteCapacityUnits', table, source.region),
          polled: ofMapping('PolledEventCount'),
        },
      },
      threshold: 0,
      periodSeconds: QUARTER,
      periods: [3, 4], // A change in the last second of a quarter is polled in the next one.
      description: `Table ${table} is written to, and Lambda has read nothing of its stream for most of an hour; after 24 hours the stream forgets. Look at the stream and the mapping (npx dcs check ${table}): is the stream on, the mapping enabled and of this stream, may the role of ${functionName} read it and use the key of the table? Writes that change nothing look the same.`,
    },
    {
      id: id('not-polled'),
      metric: ofMapping('PolledEventCount'),
      threshold: 0, // There is no such value: what the alarm is about is that there is none.
      comparison: 'LessThanThreshold',
      periodSeconds: FIVE_MINUTES,
      periods: [6, 6],
      missing: 'breaching',
      description: `Lambda has not looked at the stream of table ${table} for half an hour, not even in vain: the mapping of ${functionName} is disabled, or fails. Look at its state (npx dcs check ${table}) and enable it. After the first deployment this alarm is on until the first look.`,
    },
    {
      id: id('failed-events'),
      metric: ofMapping('FailedInvokeEventCount'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [3, 3],
      description: `Capture of table ${table} keeps failing for some records and tries them again: a permission that is missing is no error of the function. Look at the logs of ${functionName}, which name the records and the reason; mend it before they are a day old.`,
    },
    {
      id: id('lag'),
      metric: ofFunction('IteratorAge'),
      threshold: alarms.captureLagSeconds * 1000,
      periodSeconds: MINUTE,
      periods: [5, 5],
      description: `Capture of table ${table} is more than ${alarms.captureLagSeconds} s behind; after 24 hours the stream forgets. Look at the logs of ${functionName}: if it fails, mend the cause, it retries by itself; if it only is slow, raise capture.parallelizationFactor or capture.batchSize.`,
    },
    {
      id: id('errors'),
      metric: ofFunction('Errors'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [2, 3],
      description: `The capture function of table ${table} ends with errors (timeout, memory, a missing permission). Its batches are retried. Look at the logs of ${functionName} and mend the cause before the records are a day old.`,
    },
    {
      id: id('throttles'),
      metric: ofFunction('Throttles'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [3, 3],
      description: `The capture function of table ${table} is throttled: the account has no concurrency left for it. Raise the Lambda concurrency quota of the account, or find what uses it up.`,
    },
    {
      id: id('parked'),
      metric: ofMapping('OnFailureDestinationDeliveredEventCount'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      description: `Capture of table ${table} gave up on records and parked them, whole, in the source bucket below aws/lambda/. Nothing is lost. Mend the cause (logs of ${functionName}), then run: npx dcs redrive`,
    },
    {
      id: id('dropped'),
      metric: ofMapping('DroppedEventCount'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      description: `Records of table ${table} were dropped: neither written nor parked. The newest state of their items can still be had from the table. Mend the cause (logs of ${functionName}), then run: npx dcs verify ${table} --repair`,
    },
    {
      id: id('parking-failed'),
      metric: ofFunction('DestinationDeliveryFailures'),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      description: `Lambda could not park a batch of table ${table} in the source bucket. Check that the role of ${functionName} may write below aws/lambda/ (npx dcs check), then run: npx dcs verify ${table} --repair`,
    },
  ];
}

/**
 * Of what S3 publishes in the Region of the destination bucket. Without an enabled rule these metrics do not exist, and an
 * alarm on them could never go off.
 */
export function replicationAlarms(settings: Settings, names: Names): AlarmSpec<ReplicationAlarm>[] {
  if (!settings.replication.enabled) return [];
  const { alarms } = settings;
  const between = { ...settings, ...names };
  return [
    {
      id: 'replication-latency',
      metric: replicationMetric('ReplicationLatency', between),
      threshold: alarms.replicationLatencySeconds,
      periodSeconds: FIVE_MINUTES,
      periods: [3, 3],
      description: `The destination bucket is more than ${alarms.replicationLatencySeconds} s behind. Look at the AWS Health dashboard of both regions and at the pending operations; a restore from the destination misses what is pending.`,
    },
    {
      id: 'replication-pending',
      metric: replicationMetric('OperationsPendingReplication', between),
      threshold: alarms.pendingOperations,
      periodSeconds: FIVE_MINUTES,
      periods: [6, 6],
      description: `More than ${alarms.pendingOperations} objects have been waiting for replication for half an hour. Look at the latency and at the AWS Health dashboard, unless a backfill or a redrive is running: then wait for it.`,
    },
  ];
}

/** S3 counts what has failed in the Region of the source bucket. */
export function replicationFailedAlarms(settings: Settings, names: Names): AlarmSpec[] {
  if (!settings.replication.enabled) return [];
  return [
    {
      id: REPLICATION_FAILED_ALARM,
      metric: replicationMetric('OperationsFailedReplication', { ...settings, ...names }),
      threshold: 0,
      periodSeconds: FIVE_MINUTES,
      periods: [1, 1],
      description: `Objects were not replicated, and S3 will not try them again. The queue ${names.replicationFailureQueue} holds each key with its reason. Mend the cause (npx dcs check), then run npx dcs verify TABLE --repair; it brings the newest states, and --history names the command for those in between.`,
    },
  ];
}

export function tableDefinitionAlarm(functionName: string, region: string): AlarmSpec {
  return {
    id: TABLE_DEFINITION_ALARM,
    metric: functionMetric('Errors', functionName, region),
    threshold: 0,
    periodSeconds: FIVE_MINUTES,
    periods: [1, 1],
    description: `table.json of some table was not refreshed: a restore would make the table as it was defined before. Look at the logs of ${functionName}; it runs again by its schedule.`,
  };
}
