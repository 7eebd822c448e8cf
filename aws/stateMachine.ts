import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ExecutionDoesNotExist,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
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

/** A state machine as somebody sees it who only looks. */
export interface StateMachineLook {
  /** As it is deployed, a JSON text; undefined where there is no such state machine. */
  definition(): Promise<string | undefined>;
  /** The execution that was started last; undefined where there is none, or none any more: they are kept for 90 days. */
  lastExecution(): Promise<ListedExecution | undefined>;
}

export interface ListedExecution {
  readonly name: string;
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE. */
  readonly status: string;
  readonly startedAtMs?: number;
}

export function sfnStateMachineLook(stateMachineArn: string, settings: AwsSettings): StateMachineLook {
  const client = new SFNClient(sdkClientConfig(settings));
  return {
    async definition() {
      try {
        return (await client.send(new DescribeStateMachineCommand({ stateMachineArn }))).definition;
      } catch (error) {
        if (error instanceof StateMachineDoesNotExist) return undefined;
        throw error;
      }
    },
    async lastExecution() {
      try {
        const command = new ListExecutionsCommand({ stateMachineArn, maxResults: 1 });
        const [last] = (await client.send(command)).executions ?? [];
        return last && { name: last.name ?? '', status: last.status ?? '', startedAtMs: last.startDate?.getTime() };
      } catch (error) {
        if (error instanceof StateMachineDoesNotExist) return undefined;
        throw error;
      }
    },
  };
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
