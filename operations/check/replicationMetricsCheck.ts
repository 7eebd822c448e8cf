import { isPublished } from '../../aws/cloudWatch';
import { replicationMetric, type Metric } from '../../settings/metrics';
import type { CheckContext } from './checkContext';
import { inspection, ok, problem, warning, type Inspection } from './finding';

const WATCHED = ['ReplicationLatency', 'OperationsPendingReplication', 'OperationsFailedReplication'] as const;

/**
 * Whether S3 publishes the metrics of replication where the alarms look: an alarm in another account or Region never goes
 * off. AWS documents the Region of each, and not the account where there are two. None while replication is paused.
 */
export function replicationMetricsCheck({ settings, names, source, destination }: CheckContext): Inspection[] {
  if (!settings.replication.enabled) return [];
  const metrics = WATCHED.map((name) => replicationMetric(name, { ...settings, ...names }));
  return [
    inspection(
      { side: 'source', subject: 'metrics of replication', permission: 'cloudwatch:ListMetrics' },
      async () => {
        const published = await Promise.all(
          metrics.map((metric) => isPublished(metric, { ...source.cloudWatch, region: metric.region })),
        );
        const missing = metrics.filter((_, index) => !published[index]);
        return { missing, elsewhere: (await Promise.all(missing.map(whereElse))).flat() };
      },
      {
        'metrics-published': ({ missing, elsewhere }) => {
          const expected = `in the source account, ${metrics.map(placed).join(', ')}`;
          if (elsewhere.length > 0) {
            const remedy = 'make alarms on them there by hand, and report it: those of the deployment never go off';
            return problem(elsewhere.join('; '), expected, remedy);
          }
          // What has never failed has no metric of failures.
          const absent = missing.filter(({ metricName }) => metricName !== 'OperationsFailedReplication');
          if (absent.length === 0) return ok(expected);
          const remedy = 'look again 15 minutes after the first image was written: dcs check';
          return warning(`not yet published: ${absent.map(placed).join(', ')}`, expected, remedy);
        },
      },
    ),
  ];

  /** The other places that a metric could be in. */
  async function whereElse(metric: Metric): Promise<string[]> {
    const regions = [settings.source.region, settings.destination.region];
    const places = regions.flatMap((region) => [
      ...(region === metric.region ? [] : [{ account: 'source', region, connection: source }]),
      { account: 'destination', region, connection: destination },
    ]);
    const found = await Promise.all(
      places.map(async ({ account, region, connection }) => {
        const isThere = await isPublished(metric, { ...connection.cloudWatch, region });
        return isThere ? [`${metric.metricName} is published in the ${account} account, ${region}`] : [];
      }),
    );
    return found.flat();
  }
}

function placed({ metricName, region }: Metric): string {
  return `${metricName} in ${region}`;
}
