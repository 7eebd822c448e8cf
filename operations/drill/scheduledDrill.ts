import { dynamoDbBatchTable } from '../../aws/batchTable';
import type { AwsSettings } from '../../aws/awsSettings';
import { s3ReportStore } from '../../aws/reports';
import type { S3ClientSettings } from '../../aws/s3Client';
import { DcsError } from '../../core/errors';
import { heartbeats, shownRecoveryPoint } from '../heartbeat/recoveryPoint';
import { s3ImageSource } from '../images/s3ImageSource';
import type { Pause } from '../pace';
import type { LocatedTable } from '../../settings/configuredTable';
import { knownTable } from '../tables';
import type { DrillAims } from '../../settings/drillAims';
import { missedTargets, type DrillScope } from './aims';
import { earlierDrills } from './earlier';
import { keepIndex, keepTablesPage } from './keepIndexes';
import { keepInBucket, performDrill, type DrillOrder } from './performDrill';
import type { DrillReport } from './report';

/** One drill of the schedule: of a sample, in the destination account, within a function's time. */
export interface ScheduledDrill {
  readonly table: LocatedTable;
  readonly sampleItemCount: number;
  /** The destination account: the bucket, and where the scratch table is made. */
  readonly destination: {
    readonly region: string;
    readonly s3: S3ClientSettings & { readonly bucket: string };
    readonly dynamoDb: AwsSettings;
    readonly sts: AwsSettings;
  };
  /** The live table: read by key alone, so a role that may do nothing else is enough. */
  readonly live: { readonly name: string; readonly dynamoDb: AwsSettings };
  readonly aims: DrillAims;
  readonly scope: DrillScope;
  /** How long images that are still on their way are waited for. */
  readonly waitMs: number;
  /** Aborted when there is just time enough left to remove the scratch table. */
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly say: (text: string) => void;
}

/**
 * Drills, keeps the report in the bucket, and throws for everything that somebody has to look at, so that an alarm on the
 * function's errors is an alarm on the drill. Of a page that lists drills and could not be written it tells.
 *
 * @throws DcsError for differences, when the live table could not be read, when the scratch table could not be removed
 */
export async function scheduledDrill(order: ScheduledDrill): Promise<DrillReport> {
  const { destination, sampleItemCount, waitMs, signal, nowMs, pause, say } = order;
  const startedAtMs = nowMs();
  const source = s3ImageSource({ ...destination.s3, prefix: order.table.prefix });
  const { table } = await knownTable(source, order.table, { momentMs: startedAtMs });
  const live = await liveTable(order);
  const recoveryPoint = await shownRecoveryPoint(heartbeats(destination.s3), table.prefix, signal);
  const reports = s3ReportStore(destination.s3, table);
  const earlier = await earlierDrills(reports, say);
  const performed = await performDrill({
    ...{ aims: order.aims, scope: order.scope, earlier },
    ...{ source, table, sampleItemCount, waitMs, signal, nowMs, pause },
    ...{
      startedAtMs,
      momentMs: startedAtMs,
      live,
      recoveryPoint,
      target: destination,
      onLeftover: say,
      watch: { onProblem: say },
    },
  });
  const keys = await keepInBucket(reports, startedAtMs, performed.documents);
  await keepIndex(reports, { report: performed.report, jsonKey: keys.json }, earlier, say);
  await keepTablesPage(destination.s3, table, order.aims.organization, say);
  const problems = [
    ...(performed.report.differences > 0 ? [`${performed.report.differences} differences`] : []),
    ...missedTargets(performed.report),
    ...('without' in live ? [live.without] : []),
    ...(performed.problem === undefined ? [] : [performed.problem]),
  ];
  if (problems.length === 0) return performed.report;
  throw new DcsError(
    `the drill of ${table.tableName} needs somebody to look: ${problems.join('; ')}. Its report is s3://${destination.s3.bucket}/${keys.html}`,
  );
}

/** A live table that cannot be read does not keep the copy from being drilled: that is when it counts. */
async function liveTable({ live: { name, dynamoDb }, table, signal }: ScheduledDrill): Promise<DrillOrder['live']> {
  const live = dynamoDbBatchTable(table.tableName, dynamoDb, { signal });
  try {
    if (await live.describe()) return { table: live, name };
    return { without: `there is no live table ${name}` };
  } catch (error) {
    return { without: `the live table ${name} could not be read (${(error as Error).message})` };
  }
}
