import { alarmsNamed, type MetricAlarm } from '../../aws/cloudWatch';
import { subscriptionsOf } from '../../aws/topic';
import { alarmName, alarmNames } from '../../settings/alarmNames';
import type { AlarmPlace } from '../../settings/names';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, ok, problem, warning, type Inspection } from './finding';

/**
 * Whether somebody would be told of what goes wrong in a place, and whether there is something to be told right now.
 * None where the settings make no alarm.
 */
export function alarmChecks({ settings, names, ...context }: CheckContext, place: AlarmPlace): Inspection[] {
  const expected = alarmNames(settings)[place];
  if (expected.length === 0) return [];
  const side = place === 'replication' ? 'source' : place;
  const { region } = settings[place === 'source' ? 'source' : 'destination'];
  const cloudWatch = { ...context[side].cloudWatch, region };
  const sns = { ...context[side].sns, region };
  const topicArn = names.alarmTopicArns[place];
  const subject = place === 'replication' ? `source alarms in ${region}` : `${side} alarms`;
  const about = (permission: string) => ({ side, subject, permission }) as const;
  return [
    inspection(about('cloudwatch:DescribeAlarms'), () => alarmsNamed(alarmName(settings, ''), cloudWatch), {
      alarms: (alarms) => {
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
    inspection(about('sns:ListSubscriptionsByTopic'), () => subscriptionsOf(topicArn, sns), {
      'alarm-topic': (subscriptions) => {
        if (!subscriptions) return problem(`there is no topic ${topicArn}`, 'the topic of the alarms', DEPLOY);
        const isConfirmed = (arn = '') => arn.startsWith('arn:');
        const unconfirmed = subscriptions.filter(({ SubscriptionArn }) => !isConfirmed(SubscriptionArn));
        const waiting = unconfirmed.map(({ Endpoint }) => Endpoint ?? '').join(', ');
        const somebody = 'somebody who hears of alarms';
        const confirm = 'open the link in the e-mail that AWS has sent them';
        if (subscriptions.length > unconfirmed.length)
          return waiting === ''
            ? ok(`${subscriptions.length} confirmed`)
            : warning(`not confirmed: ${waiting}`, 'confirmed', confirm);
        if (waiting !== '') return problem(`nobody has confirmed: ${waiting}`, somebody, confirm);
        const remedy = `add an address to alarms.emails and ${DEPLOY}, or subscribe something to ${topicArn}`;
        return settings.alarms.emails.length > 0
          ? problem('no subscription', somebody, DEPLOY)
          : warning('no subscription', somebody, remedy);
      },
    }),
  ];
}

function tells({ ActionsEnabled, AlarmActions = [] }: MetricAlarm, topicArn: string): boolean {
  return ActionsEnabled === true && AlarmActions.includes(topicArn);
}
