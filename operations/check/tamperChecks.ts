import { scheduleOf } from '../../aws/schedule';
import { trailsOf } from '../../aws/trails';
import { TAMPER_RULES } from '../../settings/names';
import type { CheckContext } from './checkContext';
import { DEPLOY, expect, look, ok, problem, warning, type Look } from './finding';

/** Whether somebody would hear of changes to what guards the copy: the rules, and the trail that they live by. */
export function tamperChecks({ settings, names, destination }: CheckContext): Look[] {
  const about = (permission: string) => ({ side: 'destination' as const, subject: 'tampering', permission });
  const isOurs = settings.encryption.type === 'customer-managed';
  const expected = TAMPER_RULES.filter((what) => what !== 'key' || isOurs).map((what) => names.tamperRule(what));
  const topicArn = names.alarmTopicArns.destination;
  return [
    look(
      about('events:DescribeRule and events:ListTargetsByRule'),
      () => Promise.all(expected.map(async (name) => ({ name, rule: await scheduleOf(name, destination.events) }))),
      {
        'tamper-rules': (found) => {
          const idle = found.filter(({ rule }) => rule?.state !== 'ENABLED' || !rule.targetArns.includes(topicArn));
          const words = idle.map(
            ({ name, rule }) =>
              `${name} ${rule ? `is ${rule.state}, tells ${rule.targetArns.join(', ') || 'nobody'}` : 'is not there'}`,
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
    look(about('cloudtrail:DescribeTrails and cloudtrail:GetTrailStatus'), () => trailsOf(destination.cloudTrail), {
      trail: (trails) => {
        const wanted = `a trail of CloudTrail that logs management events in ${settings.destination.region}`;
        const logging = trails.filter(({ isLogging }) => isLogging).map(({ arn }) => arn);
        if (logging.length > 0) return ok(logging.join(', '));
        if (trails.length === 0)
          return warning(
            'none: nobody hears of tampering',
            wanted,
            'make one: aws cloudtrail create-trail, then start-logging',
          );
        const [first] = trails;
        return problem(
          `${trails.map(({ arn }) => arn).join(', ')}: stopped`,
          wanted,
          `aws cloudtrail start-logging --name ${first?.arn ?? ''}`,
        );
      },
    }),
  ];
}
