import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { AwsSettings } from './awsSettings';
import { sdkClientConfig } from './sdkClient';

/** How an execution of a state machine goes. */
export interface ExecutionState {
  readonly status: 'running' | 'succeeded' | 'failed';
  /** The name of what failed it, and its words. */
  readonly error?: string;
  readonly cause?: string;
}

/** A state machine of AWS Step Functions. */
export interface StateMachine {
  readonly arn: string;
  /** Asked twice with the same name and input while it runs, it is the same execution. */
  start(name: string, input: object): Promise<void>;
  /** Undefined where there is no execution of that name. */
  state(name: string): Promise<ExecutionState | undefined>;
}

export function sfnStateMachine(
  stateMachineArn: string,
  settings: AwsSettings,
  abortSignal?: AbortSignal,
): StateMachine {
  const client = new SFNClient(sdkClientConfig(settings, { attempts: 8 }));
  const stop = { abortSignal };
  const executionArn = (name: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  return {
    arn: stateMachineArn,
    async start(name, input) {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }), stop);
    },
    async state(name) {
      try {
        const found = await client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }), stop);
        if (found.status === 'RUNNING' || found.status === 'PENDING_REDRIVE') return { status: 'running' };
        if (found.status === 'SUCCEEDED') return { status: 'succeeded' };
        return { status: 'failed', error: found.error ?? found.status, cause: wordsOf(found.cause) };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
  };
}

/** What a function threw comes as JSON. Source: Step Functions developer guide, "Error handling", Lambda. */
function wordsOf(cause: string | undefined): string | undefined {
  try {
    return (JSON.parse(cause ?? '') as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
}
