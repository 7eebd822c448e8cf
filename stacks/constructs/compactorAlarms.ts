import { COMPACTOR_ALARM, journalAlarmId, type JournalAlarm } from '../../settings/alarmNames';
import { MOST_BASE_SECONDS, MOST_UNFOLDED_SECONDS } from '../../settings/compactor';
import { functionMetric, journalMetric, type JournalMetric } from '../../settings/metrics';
import type { Settings } from '../../settings/schema';
import type { AlarmSpec } from './alarmSpecs';

const HOUR = 3_600;

/** Of one table's journal. The compactor publishes each every hour; who says nothing for three hours is not there. */
export function journalAlarms(tableName: string, functionName: string, { destination }: Settings): AlarmSpec[] {
  const id = (alarm: JournalAlarm) => journalAlarmId(tableName, alarm);
  const metric = (name: JournalMetric) => journalMetric(name, tableName, destination);
  const hourly = { periodSeconds: HOUR, periods: [3, 3] } as const;
  const nothingIsLost = `Nothing is lost by it: what is in no run is read where it is, and reading back takes longer. After the first deployment this alarm is on until the first run.`;
  return [
    {
      id: id('unfolded'),
      metric: metric('UnfoldedJournalAgeSeconds'),
      threshold: MOST_UNFOLDED_SECONDS,
      ...hourly,
      description: `Objects of the journal of table ${tableName} have waited for more than two hours to be folded into a run, or nobody folds any more. ${nothingIsLost} Look at the logs of ${functionName} and at npx dcs check: does it run, does it fail, or has it more to do than it has time for? Then raise compactor.memoryMb.`,
    },
    {
      id: id('base'),
      metric: metric('BaseAgeSeconds'),
      threshold: MOST_BASE_SECONDS,
      ...hourly,
      description: `The newest base of the journal of table ${tableName} is more than two days old, and there are runs that it does not have, or nobody looks any more. ${nothingIsLost} Look at the logs of ${functionName}: does the base not come to its end in 15 minutes? Then raise compactor.memoryMb and compactor.ephemeralStorageMb.`,
    },
    {
      id: id('unreadable'),
      metric: metric('UnreadableJournalObjects'),
      threshold: 0,
      ...hourly,
      description: `Objects of the journal of table ${tableName} cannot be read, or nobody looks any more: whatever changes they hold are in no run and no base, and a restore counts each as unreadable. Look at the logs of ${functionName}, which name them with the reason. Look for the same object in the source bucket within source.lifecycle.journalExpirationDays; then run npx dcs verify ${tableName}. After the first deployment this alarm is on until the first run.`,
    },
  ];
}

export function compactorAlarm(functionName: string, { destination }: Settings): AlarmSpec {
  return {
    id: COMPACTOR_ALARM,
    metric: functionMetric('Errors', functionName, destination.region),
    threshold: 0,
    periodSeconds: HOUR,
    periods: [2, 3],
    description: `The compactor has failed in two of three hours: journals are not folded. Nothing is lost by it; what was begun is gone on with. Look at the logs of ${functionName}, which name the table and the reason: time, memory, disk, a missing permission?`,
  };
}
