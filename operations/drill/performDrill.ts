import { callerIdentity } from '../../aws/callerIdentity';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbBatchTable, type BatchTable } from '../../aws/batchTable';
import type { ReportStore } from '../../aws/reports';
import { dynamoDbScratchTables } from '../../aws/scratchTables';
import { keysInObjectKey } from '../../core/objectKey';
import { scratchTableName } from '../../core/scratchTable';
import { tableDefinitionKey, type TableDefinition } from '../../core/tableDefinition';
import { version } from '../../package.json';
import type { Measured } from '../heartbeat/recoveryPoint';
import { definitionAt, definitionOfKeys } from '../tables';
import { drillTable, type DrillRequest, type DrillResult } from './drillTable';
import type { Findings } from './findings';
import type { DrillAims } from '../../settings/drillAims';
import type { DrillScope } from './aims';
import type { DrillEntry } from './earlier';
import { reportPage } from './page';
import { reportOf, reportText, type DrillReport } from './report';
import { removeLeftovers, type ScratchPlace } from './scratch';

interface LiveTable {
  readonly table: Pick<BatchTable, 'getBatch' | 'scan'>;
  /** What to call it. */
  readonly name: string;
}

/** What a drill is told, whoever starts it: the command, or the function of the schedule. */
export interface DrillOrder extends Pick<
  DrillRequest,
  'source' | 'table' | 'sampleItemCount' | 'waitMs' | 'writesPerSecond' | 'signal' | 'nowMs' | 'pause' | 'watch'
> {
  readonly startedAtMs: number;
  readonly momentMs: number;
  /** Or why there is none. */
  readonly live: LiveTable | { readonly without: string };
  /** Where the scratch table is made. */
  readonly target: { readonly dynamoDb: AwsSettings; readonly region: string; readonly sts: AwsSettings };
  /** By the heartbeat; undefined where the copy is not the destination bucket. */
  readonly recoveryPoint?: Measured;
  /** What it is held to. */
  readonly aims: DrillAims;
  readonly scope?: DrillScope;
  /** Newest first. */
  readonly earlier: readonly DrillEntry[];
  readonly onLeftover: (sentence: string) => void;
}

export interface PerformedDrill {
  readonly report: DrillReport;
  /** The report as it is to be kept. */
  readonly documents: { readonly json: string; readonly html: string; readonly sha256: string };
  /** What is wrong with the removal of the scratch table. */
  readonly problem?: string;
}

/** A whole drill, from the look for leftovers to the report, which is not kept yet. */
export async function performDrill(order: DrillOrder): Promise<PerformedDrill> {
  const { source, table, momentMs, startedAtMs, live, target, nowMs, sampleItemCount } = order;
  const { arn: ranBy } = await callerIdentity(target.sts);
  const { definition: stored, passedOver } = await definitionAt(source, table, { momentMs });
  const scratch = scratchOf(order, stored ?? definitionOfKeys(table));
  for (const sentence of await removeLeftovers(scratch, nowMs())) order.onLeftover(sentence);

  const result = await drillTable({ ...order, scratch, live: 'table' in live ? live.table : undefined });
  const objectKey = tableDefinitionKey(table);
  if (passedOver.length > 0) result.findings.add({ kind: 'unreadable', objectKey, reason: passedOver.join('; ') });
  const report = reportOf(
    {
      table: table.tableName,
      ...('name' in live ? { liveTable: live.name } : { liveTable: null, withoutLive: live.without }),
      recoveryPoint: reported(order.recoveryPoint),
      ...{ aims: order.aims, scope: order.scope, earlier: order.earlier },
      from: source.name,
      definitionFrom: stored
        ? 'table.json in the copy'
        : 'the keys in the settings alone: there is no table.json that can be used',
      ...{ asOf: iso(momentMs), startedAt: iso(startedAtMs), endedAt: iso(nowMs()) },
      ...{
        sample: sampleItemCount,
        scratch: { name: scratch.name, region: target.region },
        ranBy,
        toolVersion: version,
      },
    },
    { ...result, findings: withKeys(result.findings, table) },
  );
  const { text, sha256 } = reportText(report);
  const html = reportPage(report, { name: 'the .json file of the same name, beside this page', sha256 });
  const problem = result.removal.removed ? undefined : result.removal.problem;
  return { report, documents: { json: text, html, sha256 }, problem };
}

/** Keeps both documents in the bucket. Returns their object keys. */
export async function keepInBucket(
  reports: ReportStore,
  startedAtMs: number,
  { json, html }: PerformedDrill['documents'],
): Promise<{ readonly json: string; readonly html: string }> {
  // The page last: where it is, the data is.
  const jsonKey = await reports.write('drill', startedAtMs, json, 'json');
  return { json: jsonKey, html: await reports.write('drill', startedAtMs, html, 'html') };
}

/** What is wrong with an object is told of its item, where the object key spells its keys. */
function withKeys(
  { counts, differences, differencesByKind, listed }: DrillResult['findings'],
  table: DrillOrder['table'],
): Pick<Findings, 'counts' | 'differences' | 'differencesByKind' | 'listed'> {
  const named = listed.map((difference) => {
    const keys = difference.keys ?? keysInObjectKey(table, table.keySchema, table.keyTypes, difference.objectKey);
    return keys ? { ...difference, keys } : difference;
  });
  return { counts, differences, differencesByKind, listed: named };
}

function scratchOf({ table, target, startedAtMs, signal }: DrillOrder, definition: TableDefinition) {
  const name = scratchTableName(table.tableName, startedAtMs);
  return {
    ...{ drilledTable: table.tableName, name, region: target.region, definition },
    tables: dynamoDbScratchTables(target.dynamoDb),
    table: dynamoDbBatchTable(name, target.dynamoDb, { signal }),
  } satisfies ScratchPlace;
}

function reported(measured: Measured | undefined): DrillReport['recoveryPoint'] {
  if (!measured) return null;
  return 'unknown' in measured ? measured : { at: iso(measured.atMs), ageSeconds: measured.ageSeconds };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
