import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import type { Construct } from 'constructs';
import { tableId } from '../../settings/alarmNames';
import type { Names } from '../../settings/names';
import type { Settings } from '../../settings/schema';

export interface TableSchedulesProps {
  readonly provider: AwsProvider;
  readonly settings: Settings;
  readonly names: Names;
  readonly lambda: LambdaFunction;
  /** The name of the rule of a table; every one starts as that of the table called "". */
  readonly ruleOf: (tableName: string) => string;
}

export interface TableSchedule {
  readonly tableName: string;
  readonly description: string;
  readonly scheduleExpression: string;
  /** JSON. */
  readonly input: string;
}

/** A rule for each table, in the destination account, so that each has the function's whole time. */
export function scheduleTables(
  scope: Construct,
  props: TableSchedulesProps,
  schedules: readonly TableSchedule[],
): void {
  const { provider, lambda, ruleOf } = props;
  permitSchedules(scope, props);
  for (const { tableName, description, scheduleExpression, input } of schedules) {
    const id = tableId(tableName);
    const schedule = new CloudwatchEventRule(scope, `schedule-${id}`, {
      ...{ provider, scheduleExpression, name: ruleOf(tableName), description: description.slice(0, 512) },
    });
    const [rule, arn] = [schedule.name, lambda.arn];
    new CloudwatchEventTarget(scope, `target-${id}`, { provider, rule, targetId: 'function', arn, input });
  }
}

/** One for the rules of all tables: a function's policy holds 20 KB, which is about fifty of them. */
function permitSchedules(scope: Construct, { names, provider, settings, lambda, ruleOf }: TableSchedulesProps): void {
  const { accountId, region } = settings.destination;
  new LambdaPermission(scope, 'permission', {
    provider,
    statementId: 'schedules',
    action: 'lambda:InvokeFunction',
    functionName: lambda.functionName,
    principal: 'events.amazonaws.com',
    sourceArn: `arn:${names.partition}:events:${region}:${accountId}:rule/${ruleOf('')}*`,
    sourceAccount: accountId,
  });
}
