import { isPublished } from '../../aws/cloudWatch';
import { couldNotLook } from '../../aws/couldNotLook';
import { replicationMetric, type Metric } from '../../settings/metrics';
import type { CheckContext } from './checkContext';
import { cannotTell, inspection, ok, problem, warning, whyUnseen, type Inspection } from './finding';

const PERMISSION = 'cloudwatch:ListMetrics';

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
      { side: 'source', subject: 'metrics of replication', permission: PERMISSION },
      async () => {
        const published = await Promise.all(
          metrics.map((metric) => isPublished(metric, { ...source.cloudWatch, region: metric.region })),
        );
        const missing = metrics.filter((_, index) => !published[index]);
        const inSource = await Promise.all(missing.map((metric) => publishedIn('source', metric)));
        return { missing, elsewhere: inSource.flat(), inDestination: await inDestinationAccount(missing) };
      },
      {
        'metrics-published': ({ missing, inDestination, ...found }) => {
          const elsewhere = [...found.elsewhere, ...inDestination.published];
          const expected = `in the source account, ${metrics.map(placed).join(', ')}`;
          if (elsewhere.length > 0) {
            const remedy = 'make alarms on them there by hand, and report it: those of the deployment never go off';
            return problem(elsewhere.join('; '), expected, remedy);
          }
          // What has never failed has no metric of failures.
          const absent = missing.filter(({ metricName }) => metricName !== 'OperationsFailedReplication');
          if (absent.length === 0) return ok(expected);
          const isAbsent = `not yet published: ${absent.map(placed).join(', ')}`;
          if (inDestination.unseen !== undefined)
            return cannotTell(`${isAbsent}; in the destination account: ${inDestination.unseen}`);
          const remedy = 'look again 15 minutes after the first image was written: dcs check';
          return warning(isAbsent, expected, remedy);
        },
      },
    ),
  ];

  /** The places of an account that a metric could be in, but for the one where it should. */
  async function publishedIn(account: 'source' | 'destination', metric: Metric): Promise<string[]> {
    const { cloudWatch } = { source, destination }[account];
    const regions = [settings.source.region, settings.destination.region].filter(
      (region) => account === 'destination' || region !== metric.region,
    );
    const found = await Promise.all(
      regions.map(async (region) => {
        const isThere = await isPublished(metric, { ...cloudWatch, region });
        return isThere ? [`${metric.metricName} is published in the ${account} account, ${region}`] : [];
      }),
    );
    return found.flat();
  }

  /** Who may look in the source account alone is told of what is there. */
  async function inDestinationAccount(metrics: readonly Metric[]) {
    try {
      const published = await Promise.all(metrics.map((metric) => publishedIn('destination', metric)));
      return { published: published.flat(), unseen: undefined };
    } catch (error) {
      if (!couldNotLook(error)) throw error;
      return { published: [], unseen: whyUnseen(error, PERMISSION) };
    }
  }
}

function placed({ metricName, region }: Metric): string {
  return `${metricName} in ${region}`;
}
