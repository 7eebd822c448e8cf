import type { DrillAlarm } from '../../settings/alarmNames';
import { functionMetric, type FunctionMetric } from '../../settings/metrics';
import type { Settings } from '../../settings/schema';
import type { AlarmSpec } from './alarmSpecs';

const DAY = 86_400;

/** Of the drill's function, in the destination account: that a drill failed, and that there was none. */
export function drillAlarms(functionName: string, { drill, destination }: Settings): AlarmSpec<DrillAlarm>[] {
  const metric = (name: FunctionMetric) => functionMetric(name, functionName, destination.region);
  const days = drillIntervalDays(drill.scheduleExpression);
  // One more than the interval, or a day without a drill between two drills would be one too many. CloudWatch looks back 7.
  const silentDays = days + 1;
  return [
    {
      id: 'drill-failed',
      metric: metric('Errors'),
      threshold: 0,
      periodSeconds: DAY,
      periods: [1, 1],
      description: `A restore drill failed, found differences, or could not read the live table. Look at the logs of ${functionName}, which name the table and its report; then run: npx dcs drill TABLE, and npx dcs verify TABLE. Before the first backfill there is nothing to restore, and a drill fails.`,
    },
    {
      id: 'drill-missing',
      metric: metric('Invocations'),
      threshold: 1,
      comparison: 'LessThanThreshold',
      periodSeconds: DAY,
      periods: [silentDays, silentDays],
      // A function that does not run has no metric, so nothing is what this alarm is about.
      missing: 'breaching',
      description: `There was no restore drill for ${silentDays} days. Look at the rules of EventBridge whose names start with ${functionName}: are they enabled, and may they invoke ${functionName}? After the first deployment this alarm is on until the first drill.`,
    },
  ];
}

/** Days between two drills; the settings allow no expression that this does not know. */
export function drillIntervalDays(scheduleExpression: string): number {
  const [, days = '1'] = /^rate\((\d+) days?\)$/.exec(scheduleExpression) ?? [];
  return Number(days);
}
