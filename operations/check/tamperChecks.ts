import { scheduleOf, type Schedule } from '../../aws/schedule';
import { trailsOf } from '../../aws/trails';
import { TAMPER_RULES } from '../../settings/names';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, inspection, type Inspection } from './finding';
import { judgeTrails } from './trailCheck';

/** Whether somebody would hear of changes to what guards the copy: the rules, and the trail that they live by. */
export function tamperChecks({ settings, names, destination }: CheckContext): Inspection[] {
  const about = (permission: string) => ({ side: 'destination' as const, subject: 'tampering', permission });
  const isOurs = settings.encryption.type === 'customer-managed';
  const expected = TAMPER_RULES.filter((what) => what !== 'key' || isOurs).map((what) => names.tamperRule(what));
  const topicArn = names.alarmTopicArns.destination;
  return [
    inspection(
      about('events:DescribeRule and events:ListTargetsByRule'),
      () => Promise.all(expected.map(async (name) => ({ name, rule: await scheduleOf(name, destination.events) }))),
      {
        'tamper-rules': (found) => {
          const told = (rule: Schedule | undefined) => (rule?.targets ?? []).map(({ arn }) => arn);
          const idle = found.filter(({ rule }) => rule?.state !== 'ENABLED' || !told(rule).includes(topicArn));
          const words = idle.map(
            ({ name, rule }) =>
              `${name} ${rule ? `is ${rule.state}, tells ${told(rule).join(', ') || 'nobody'}` : 'is not there'}`,
          );
          return expect(
            idle.length === 0,
            words.join('; ') || `${found.length} enabled`,
            `enabled, to ${topicArn}`,
            DEPLOY,
          );
        },
      },
    ),
    inspection(
      about('cloudtrail:DescribeTrails, cloudtrail:GetTrailStatus and cloudtrail:GetEventSelectors'),
      () => trailsOf(destination.cloudTrail),
      { trail: (trails) => judgeTrails(trails, { region: settings.destination.region, hasKey: isOurs }) },
    ),
  ];
}
