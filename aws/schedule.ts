import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** A rule of EventBridge that starts something by the clock. */
export interface Schedule {
  /** ENABLED or DISABLED. */
  readonly state: string;
  readonly expression?: string;
  readonly targets: readonly { readonly arn: string; readonly input?: string }[];
}

/** Undefined when there is no such rule. */
export async function scheduleOf(ruleName: string, settings: AwsSettings): Promise<Schedule | undefined> {
  const client = new EventBridgeClient(sdkClientConfig(settings));
  try {
    const { State = 'DISABLED', ScheduleExpression } = await client.send(new DescribeRuleCommand({ Name: ruleName }));
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: ruleName }));
    return {
      state: State,
      expression: ScheduleExpression,
      targets: Targets.map(({ Arn = '', Input }) => ({ arn: Arn, input: Input })),
    };
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
