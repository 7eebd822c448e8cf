import type { FunctionConfiguration } from '../../aws/captureFunction';
import { DEPLOY, expect, ok, problem, type Checks, type Judgement } from './finding';

type Environment = Readonly<Record<string, string>>;

/** Whether a function is there and up, and works for this deployment. */
export function functionChecks(
  functionName: string,
  environment: Environment,
): Checks<FunctionConfiguration | undefined> {
  return {
    function: judgeFunction(functionName),
    'function-environment': (found) => found && judgeEnvironment(environment, found),
  };
}

export function judgeFunction(functionName: string) {
  return (found: FunctionConfiguration | undefined): Judgement => {
    if (!found) return problem(`there is no function ${functionName}`, 'a function of the stacks', DEPLOY);
    const { State = 'Active', LastUpdateStatus = 'Successful', StateReason } = found;
    const isUp = State === 'Active' && LastUpdateStatus !== 'Failed';
    const state = `${functionName}: ${State}${StateReason === undefined ? '' : `, ${StateReason}`}`;
    return expect(isUp || State === 'Inactive', state, 'Active', DEPLOY);
  };
}

/** A function with the environment of another deployment works in the wrong place and reports success. */
export function judgeEnvironment(expected: Environment, found: FunctionConfiguration): Judgement {
  const variables = found.Environment?.Variables ?? {};
  const wrong = Object.keys(expected).filter((name) => (variables[name] ?? '') !== expected[name]);
  if (wrong.length === 0) return ok('has the bucket, the prefix and the tables of the settings');
  const listed = (values: Environment) => wrong.map((name) => `${name}=${values[name] ?? ''}`).join(' ');
  return problem(listed(variables), listed(expected), DEPLOY);
}
