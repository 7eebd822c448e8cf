import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { CheckContext } from '../../operations/check/checkContext';
import { replicationMetricsCheck } from '../../operations/check/replicationMetricsCheck';
import { parseSettings } from '../../settings/load';
import { replicationMetric, type ReplicationMetric } from '../../settings/metrics';
import { namesOf } from '../../settings/names';
import { variants } from '../../stacks/variants';
import { ACCESS_DENIED } from '../../local/parts/s3Faults';
import type { Parts } from '../../local/parts/startParts';
import { startTwoAccounts } from './support/twoAccounts';

let parts: Parts;
beforeAll(async () => {
  parts = await startTwoAccounts();
});
afterAll(() => parts.stop());

/** Settings of buckets that nothing was published about. */
function contextOf(bucketName: string): CheckContext {
  const side = (each: 'source' | 'destination') => ({
    ...variants.minimal[each],
    ...{ accountId: parts[each].accountId, region: parts[each].region, bucketName: `${bucketName}-${each}` },
  });
  const settings = parseSettings({ ...variants.minimal, source: side('source'), destination: side('destination') });
  const connection = (each: 'source' | 'destination') => ({ cloudWatch: parts[each] });
  const names = namesOf(settings);
  return { settings, names, source: connection('source'), destination: connection('destination') } as never;
}

async function publish(context: CheckContext, name: ReplicationMetric, account: 'source' | 'destination', at?: string) {
  const metric = replicationMetric(name, { ...context.settings, ...context.names });
  const Dimensions = Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value }));
  await new CloudWatchClient({ ...parts[account], region: at ?? metric.region }).send(
    new PutMetricDataCommand({ Namespace: metric.namespace, MetricData: [{ MetricName: name, Value: 1, Dimensions }] }),
  );
}

async function judged(context: CheckContext) {
  const [found] = (await Promise.all(replicationMetricsCheck(context).map((each) => each()))).flat();
  return found;
}

test('where S3 publishes what the alarms watch, all is well; what has never failed has no metric', async () => {
  const context = contextOf('well');
  await publish(context, 'ReplicationLatency', 'source');
  await publish(context, 'OperationsPendingReplication', 'source');
  expect(await judged(context)).toMatchObject({ id: 'metrics-published', verdict: 'ok' });
});

test('before anything was replicated there is nothing to see, and it is said', async () => {
  expect(await judged(contextOf('new'))).toMatchObject({
    verdict: 'warning',
    found: expect.stringContaining(`ReplicationLatency in ${parts.destination.region}`) as string,
  });
});

test('an account that could not be looked at is named, and what the other one has is told', async () => {
  const border = parts.destination.gateway.faults;
  parts.destination.gateway.faults = () => ACCESS_DENIED;
  const context = contextOf('half');
  expect(await judged(context)).toMatchObject({
    verdict: 'cannotTell',
    found: expect.stringMatching(
      /^not yet published: .*; in the destination account: not allowed: needs cloudwatch:Li/,
    ) as string,
  });
  // What has never failed has no metric, and nobody has to look for it elsewhere.
  await publish(context, 'ReplicationLatency', 'source');
  await publish(context, 'OperationsPendingReplication', 'source');
  expect(await judged(context)).toMatchObject({ verdict: 'ok' });
  parts.destination.gateway.faults = border;
});

test.each([
  ['in the other Region', 'source', () => parts.source.region],
  ['in the other account', 'destination', () => parts.destination.region],
] as const)('published %s, the alarms are blind: a problem that says where', async (name, account, region) => {
  const context = contextOf(name.replaceAll(' ', '-').slice(3).toLowerCase());
  await publish(context, 'ReplicationLatency', account, region());
  expect(await judged(context)).toMatchObject({
    verdict: 'problem',
    found: `ReplicationLatency is published in the ${account} account, ${region()}`,
  });
});
