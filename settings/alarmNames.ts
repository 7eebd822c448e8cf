import { journalTables } from './compactor';
import { renewedLocks } from './lockRule';
import { boundedName, type AlarmPlace } from './names';
import type { Settings } from './schema';
import type { TableSettings } from './tables';

/*
 * Every alarm that the deployment makes, by name: what synthesizes them and what looks for them cannot disagree. What each
 * watches is in stacks/.
 */

export type CaptureAlarm = (typeof OF_CAPTURE)[number];
export type ReplicationAlarm = 'replication-latency' | 'replication-pending';
export type LockAlarm = 'locks-unlocked' | 'locks-overdue';
export type DrillAlarm = 'drill-failed' | 'drill-missing';
export type EngineAlarm = 'engine-failed';
export type JournalAlarm = (typeof OF_JOURNAL)[number];
export const TABLE_DEFINITION_ALARM = 'table-definition-errors';
export const REPLICATION_FAILED_ALARM = 'replication-failed';
export const REPLICA_AGE_ALARM = 'replica-age';
export const COMPACTOR_ALARM = 'compactor-errors';

const OF_CAPTURE = [
  'stalled',
  'not-polled',
  'failed-events',
  'lag',
  'errors',
  'throttles',
  'parked',
  'dropped',
  'parking-failed',
] as const;
const OF_JOURNAL = ['unfolded', 'base', 'unreadable'] as const;
const OF_REPLICATION: readonly ReplicationAlarm[] = ['replication-latency', 'replication-pending'];
const OF_LOCKS: readonly LockAlarm[] = ['locks-unlocked', 'locks-overdue'];
const OF_ENGINE: readonly EngineAlarm[] = ['engine-failed'];
const OF_DRILL: readonly DrillAlarm[] = ['drill-failed', 'drill-missing'];

/** Id of a table's capture within its stack, which its alarms begin with. */
export function captureId(tableName: string): string {
  return `capture-${tableId(tableName)}`;
}

/** A table in an id within a stack. */
export function tableId(tableName: string): string {
  return boundedName([tableName], 100);
}

export function captureAlarmId(tableName: string, alarm: CaptureAlarm): string {
  return `${captureId(tableName)}-${alarm}`;
}

export function journalAlarmId(tableName: string, alarm: JournalAlarm): string {
  return `journal-${tableId(tableName)}-${alarm}`;
}

/** The name of an alarm in its account, from its id within the stack. */
export function alarmName({ name }: Pick<Settings, 'name'>, id: string): string {
  return `${name}-${id}`;
}

/** The alarms of each place. */
export function alarmNames(
  settings: Pick<Settings, 'name' | 'replication' | 'drill' | 'engine' | 'destination'> & {
    tables: readonly Pick<TableSettings, 'name' | 'layout'>[];
  },
): Readonly<Record<AlarmPlace, readonly string[]>> {
  const { tables, replication, drill, engine } = settings;
  const ofCapture = tables.flatMap(({ name }) => OF_CAPTURE.map((alarm) => captureAlarmId(name, alarm)));
  // Without an enabled rule its metrics do not exist, and an alarm on them could never go off.
  const ofReplication = replication.enabled ? OF_REPLICATION : [];
  const failed = replication.enabled ? [REPLICATION_FAILED_ALARM] : [];
  const journals = journalTables(tables).map(({ name }) => name);
  const ofJournals = journals.flatMap((name) => OF_JOURNAL.map((alarm) => journalAlarmId(name, alarm)));
  const named = (ids: readonly string[]) => ids.map((id) => alarmName(settings, id));
  return {
    source: named([...ofCapture, ...failed, TABLE_DEFINITION_ALARM]),
    replication: named(ofReplication),
    destination: named([
      REPLICA_AGE_ALARM,
      ...(renewedLocks(settings.destination) ? OF_LOCKS : []),
      ...(drill.enabled ? OF_DRILL : []),
      ...(engine.enabled ? OF_ENGINE : []),
      ...ofJournals,
      ...(journals.length > 0 ? [COMPACTOR_ALARM] : []),
    ]),
  };
}
