import { alarmsNamed, type MetricAlarm } from '../../aws/cloudWatch';
import { subscriptionsOf } from '../../aws/topic';
import { boundedName } from '../../settings/names';
import type { Settings } from '../../settings/forCommands';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, look, ok, problem, warning, type Look } from './finding';

/** Whether somebody would be told, and whether there is something to be told right now. */
export function alarmChecks({ settings, names, source }: CheckContext): Look[] {
  const { accountId, region } = settings.source;
  const topicArn = `arn:${names.partition}:sns:${region}:${accountId}:${names.alarmTopic}`;
  const about = (permission: string) => ({ side: 'source' as const, subject: 'alarms', permission });
  return [
    look(about('cloudwatch:DescribeAlarms'), () => alarmsNamed(`${settings.name}-`, source.cloudWatch), {
      alarms: (alarms) => {
        const expected = alarmNames(settings);
        const missing = expected.filter((name) => !alarms.some(({ AlarmName }) => AlarmName === name));
        if (missing.length === 0) return ok(`all ${expected.length} are there`);
        return problem(`missing: ${missing.join(', ')}`, `${expected.length} alarms`, DEPLOY);
      },
      'alarm-state': (alarms) => {
        const off = alarms.filter(({ StateValue }) => StateValue === 'ALARM');
        const described = off.map(({ AlarmName, StateReason }) => `${AlarmName ?? ''} (${StateReason ?? 'no reason'})`);
        const remedy = 'do what the description of the alarm says';
        return expect(off.length === 0, described.join('; ') || 'none is going off', 'none in ALARM', remedy);
      },
      'alarm-actions': (alarms) => {
        const mute = alarms.filter((alarm) => !tells(alarm, topicArn)).map(({ AlarmName }) => AlarmName ?? '');
        const enable = `aws cloudwatch enable-alarm-actions --alarm-names ${mute.join(' ')}`;
        return expect(
          mute.length === 0,
          mute.length === 0 ? 'enabled' : `told to nobody: ${mute.join(', ')}`,
          `enabled, to ${topicArn}`,
          `${enable}; or ${DEPLOY}`,
        );
      },
    }),
    look(about('sns:ListSubscriptionsByTopic'), () => subscriptionsOf(topicArn, source.sns), {
      'alarm-topic': (subscriptions) => {
        if (!subscriptions) return problem(`there is no topic ${topicArn}`, 'the topic of the alarms', DEPLOY);
        const isConfirmed = (arn = '') => arn.startsWith('arn:');
        const unconfirmed = subscriptions.filter(({ SubscriptionArn }) => !isConfirmed(SubscriptionArn));
        const waiting = unconfirmed.map(({ Endpoint }) => Endpoint ?? '').join(', ');
        const expected = 'somebody who hears of alarms';
        const confirm = 'open the link in the e-mail that AWS has sent them';
        if (subscriptions.length > unconfirmed.length)
          return waiting === ''
            ? ok(`${subscriptions.length} confirmed`)
            : warning(`not confirmed: ${waiting}`, 'confirmed', confirm);
        if (waiting !== '') return problem(`nobody has confirmed: ${waiting}`, expected, confirm);
        const remedy = `add an address to alarms.emails and ${DEPLOY}, or subscribe something to ${topicArn}`;
        return settings.alarms.emails.length > 0
          ? problem('no subscription', expected, DEPLOY)
          : warning('no subscription', expected, remedy);
      },
    }),
  ];
}

const OF_CAPTURE = ['lag', 'errors', 'throttles', 'parked', 'dropped', 'parking-failed'];
const OF_REPLICATION = ['replication-latency', 'replication-failed', 'replication-pending'];

/** The alarms that the deployment makes. */
export function alarmNames({ name, tables, replication }: Pick<Settings, 'name' | 'tables' | 'replication'>): string[] {
  const ofTables = tables.flatMap((table) =>
    OF_CAPTURE.map((what) => `capture-${boundedName([table.name], 100)}-${what}`),
  );
  const ids = [...ofTables, ...(replication.enabled ? OF_REPLICATION : []), 'table-definition-errors'];
  return ids.map((id) => `${name}-${id}`);
}

function tells({ ActionsEnabled, AlarmActions = [] }: MetricAlarm, topicArn: string): boolean {
  return ActionsEnabled === true && AlarmActions.includes(topicArn);
}
