import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target';
import type { LambdaFunction } from '@cdktf/provider-aws/lib/lambda-function';
import { LambdaPermission } from '@cdktf/provider-aws/lib/lambda-permission';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { Names } from '../../settings/names';
import type { Settings, Side } from '../../settings/schema';
import { NodeFunction, type NodeFunctionProps } from './NodeFunction';
import { roleIn } from './roleIn';

type OfFunction = Omit<NodeFunctionProps, 'logGroupName' | 'runtime' | 'logRetentionDays' | 'roleIn'>;

export interface ScheduledFunctionProps extends OfFunction {
  readonly settings: Settings;
  readonly names: Names;
  /** The account that it runs in. */
  readonly side: Side;
  readonly scheduleExpression: string;
  /** What each run does. */
  readonly scheduleDescription: string;
  /** What each run is called with, a run each. Default: one, with the event of the schedule. */
  readonly inputs?: readonly string[];
  /** What has to stand before the first run. */
  readonly after?: ITerraformDependable[];
}

/** A function that EventBridge runs on one schedule; its rule, its role and its log group are called as it is. */
export class ScheduledFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: ScheduledFunctionProps) {
    super(scope, id);
    const { provider, settings, names, functionName } = props;
    const { lambda } = new NodeFunction(this, 'function', {
      ...props,
      logGroupName: names.logGroup(functionName),
      runtime: settings.capture.runtime,
      logRetentionDays: settings.capture.logRetentionDays,
      roleIn: roleIn(settings, props.side),
    });
    this.lambda = lambda;
    const schedule = new CloudwatchEventRule(this, 'schedule', {
      provider,
      name: functionName,
      description: props.scheduleDescription,
      scheduleExpression: props.scheduleExpression,
      dependsOn: props.after,
    });
    (props.inputs ?? [undefined]).forEach((input, index) => {
      const more = index === 0 ? '' : `-${index + 1}`;
      const [rule, targetId] = [schedule.name, `function${more}`];
      new CloudwatchEventTarget(this, `target${more}`, { provider, rule, targetId, arn: lambda.arn, input });
    });
    new LambdaPermission(this, 'permission', {
      provider,
      statementId: 'schedule',
      action: 'lambda:InvokeFunction',
      functionName: lambda.functionName,
      principal: 'events.amazonaws.com',
      sourceArn: schedule.arn,
      sourceAccount: settings[props.side].accountId,
    });
  }
}
