import { costLine, type CostLine } from './lines';
import { changesOfMonth, DAYS_OF_MONTH, GB, keptDays, tableBytes, writeUnits, type Workload } from './workload';

/** Another way to keep a copy of the same table: its month, and what somebody who takes it goes without. */
export interface OtherWay {
  readonly name: string;
  readonly lines: readonly CostLine[];
  readonly lost: string;
}

/** Daily points that are kept, as point-in-time recovery reaches back. */
const BACKUPS_KEPT = 35;

/** What AWS offers for the same table. */
export function otherWays(workload: Workload): OtherWay[] {
  return [pointInTime(workload), backup(workload), incrementalExports(workload), globalTable(workload)];
}

function pointInTime(workload: Workload): OtherWay {
  return {
    name: 'Point-in-time recovery',
    lines: [pointInTimeLine(workload)],
    lost: 'a copy in another account or Region; anything older than 35 days; single items: it restores whole tables, new ones',
  };
}

function pointInTimeLine(workload: Workload): CostLine {
  return costLine('point-in-time recovery', tableBytes(workload) / GB, 'pointInTime', workload.sourceRegion);
}

/** DynamoDB backups are full ones: each is billed at the size of the table (developer guide, backup-restore-billing). */
function backup(workload: Workload): OtherWay {
  const { sourceRegion, destinationRegion } = workload;
  const tableGb = tableBytes(workload) / GB;
  const kept = tableGb * BACKUPS_KEPT;
  return {
    name: `AWS Backup, every day, ${BACKUPS_KEPT} days in both accounts`,
    lines: [
      costLine(`${BACKUPS_KEPT} backups, source account`, kept, 'backupStorage', sourceRegion),
      costLine(`${BACKUPS_KEPT} backups, destination account`, kept, 'backupStorage', destinationRegion),
      ...elsewhere(workload, 'transfer of a backup a day', tableGb * DAYS_OF_MONTH),
    ],
    lost: 'every state but one a day: up to a day of changes; the history of an item; accounts outside of one organization',
  };
}

/** Incremental exports take what changed within 15 minutes to 24 hours, and need point-in-time recovery. */
function incrementalExports(workload: Workload): OtherWay {
  const { sourceRegion, destinationRegion, changesPerSecond, itemBytes, keeping } = workload;
  const monthlyGb = (changesOfMonth(workload) * itemBytes) / GB;
  const keptGb = (changesPerSecond * 86_400 * keptDays(keeping.destination) * itemBytes + tableBytes(workload)) / GB;
  return {
    name: 'Incremental exports every 15 minutes, into the other account',
    lines: [
      pointInTimeLine(workload),
      costLine('exports, at most', monthlyGb, 'tableExport', sourceRegion),
      ...elsewhere(workload, 'transfer of exports', monthlyGb),
      costLine('storage of a full export and the increments', keptGb, 's3Storage', destinationRegion),
    ],
    lost: 'states between two exports; the last 15 minutes and more; anything that puts exports together again to a table',
  };
}

/** Replicated writes cost what writes do (developer guide, global-tables-billing). */
function globalTable(workload: Workload): OtherWay {
  const { destinationRegion } = workload;
  const changes = changesOfMonth(workload);
  return {
    name: 'A replica of a global table',
    lines: [
      costLine('replicated writes', writeUnits(workload, changes), 'writeUnit', destinationRegion),
      costLine('storage of the replica', tableBytes(workload) / GB, 'tableStorage', destinationRegion),
      ...elsewhere(workload, 'transfer of changes', (changes * workload.itemBytes) / GB),
    ],
    lost: 'every earlier state: a bad write and a delete are in the replica a second later',
  };
}

function elsewhere({ sourceRegion, destinationRegion }: Workload, what: string, gb: number): CostLine[] {
  return sourceRegion === destinationRegion ? [] : [costLine(what, gb, 'transfer', sourceRegion)];
}
