import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

export type { MetricAlarm };

/** A metric, and how its values within a minute become one. */
export interface MetricQuery {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Maximum' | 'Sum';
}

/** A value of a metric for the minute that begins at `atMs`. */
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
 * Values of some metrics (up to 500), minute by minute, the newest first. An empty list means that there is no data, which
 * is not the same as zero.
 */
export async function metricValues(
  queries: readonly MetricQuery[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  settings: AwsSettings,
): Promise<MetricValue[][]> {
  const client = new CloudWatchClient(sdkClientConfig(settings));
  const values: MetricValue[][] = queries.map(() => []);
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        ScanBy: 'TimestampDescending',
        MetricDataQueries: queries.map((query, index) => ({ Id: `m${index}`, MetricStat: metricStat(query) })),
        NextToken,
      }),
    );
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const found = Timestamps.map((at, i) => ({ atMs: at.getTime(), value: Values[i] ?? NaN }));
      values[Number(Id.slice(1))]?.push(...found);
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return values;
}

function metricStat({ namespace, metricName, dimensions, statistic }: MetricQuery) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Metric: { Namespace: namespace, MetricName: metricName, Dimensions }, Period: 60, Stat: statistic };
}
