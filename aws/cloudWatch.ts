import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
  type StandardUnit,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

export type { MetricAlarm };

/** A metric, and how its values within a period become one. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum';
  /** Default: a minute. */
  readonly periodSeconds?: number;
}

/** A value of a metric for the period that begins at `atMs`. */
export interface MetricValue {
  readonly atMs: number;
  readonly value: number;
}

/** The metric alarms whose names start like this. */
export async function alarmsNamed(AlarmNamePrefix: string, settings: AwsSettings): Promise<MetricAlarm[]> {
  const client = new CloudWatchClient(sdkClientConfig(settings));
  const alarms: MetricAlarm[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix, AlarmTypes: ['MetricAlarm'], NextToken }),
    );
    alarms.push(...(page.MetricAlarms ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return alarms;
}

/**
 * Values of a metric, period by period, the newest first. An empty list means that there is no data, which is not the same
 * as zero.
 */
export async function metricValues(
  query: MetricQuery,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  settings: AwsSettings,
): Promise<MetricValue[]> {
  const client = new CloudWatchClient(sdkClientConfig(settings));
  const values: MetricValue[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: [{ Id: 'metric', MetricStat: metricStat(query) }],
        NextToken,
      }),
    );
    for (const { Timestamps = [], Values = [] } of page.MetricDataResults ?? [])
      values.push(...Timestamps.map((at, i) => ({ atMs: at.getTime(), value: Values[i] ?? NaN })));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return values;
}

/** Publishes a value, of the time at which CloudWatch gets it. */
export async function publishMetric(
  { namespace, metricName, dimensions }: Omit<MetricQuery, 'statistic' | 'periodSeconds'>,
  value: number,
  unit: StandardUnit,
  settings: AwsSettings,
): Promise<void> {
  const datum = { MetricName: metricName, Dimensions: dimensionsOf(dimensions), Value: value, Unit: unit };
  const command = new PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] });
  await new CloudWatchClient(sdkClientConfig(settings)).send(command);
}

/** Whether a metric has had a value within the last two weeks, which is how long CloudWatch lists it. */
export async function isPublished(
  { namespace, metricName, dimensions }: MetricQuery,
  settings: AwsSettings,
): Promise<boolean> {
  const client = new CloudWatchClient(sdkClientConfig(settings));
  const { Metrics = [] } = await client.send(
    new ListMetricsCommand({ Namespace: namespace, MetricName: metricName, Dimensions: dimensionsOf(dimensions) }),
  );
  return Metrics.length > 0;
}

function metricStat({ namespace, metricName, dimensions, statistic, periodSeconds = 60 }: MetricQuery) {
  const Metric = { Namespace: namespace, MetricName: metricName, Dimensions: dimensionsOf(dimensions) };
  return { Metric, Period: periodSeconds, Stat: statistic };
}

function dimensionsOf(dimensions: MetricQuery['dimensions']) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
