import validate from 'asl-validator';
import { engineDefinition, ENGINE_WORKERS } from '../../settings/engineDefinition';
import { engineNamesOf } from '../../settings/engineNames';

const destination = { accountId: '222222222222', region: 'eu-west-1', bucketName: 'example-dcs-destination' };
const { bucketName, functionArns } = engineNamesOf({ name: 'dcs', destination, engine: {} });
const definition = () =>
  engineDefinition({ partition: 'aws', bucketName, functionArns, maxConcurrency: 50, foldTimeoutSeconds: 900 }) as {
    States: Record<string, { Next?: string; Default?: string; Retry?: object[] }>;
  };

test('is Amazon States Language', () => {
  expect(validate(definition())).toMatchObject({ isValid: true });
});

test.each(['Collect', 'Publish', 'Look', 'Compare'])('what leads to %s leads nowhere without it', (state) => {
  const { States, ...machine } = definition();
  const others = Object.fromEntries(Object.entries(States).filter(([name]) => name !== state));
  expect(validate({ ...machine, States: others })).toMatchObject({ isValid: false });
});

test('each worker has a state, each call of one is tried again, and none but the folds may fail', () => {
  const text = JSON.stringify(definition());
  for (const worker of ENGINE_WORKERS) expect(text).toContain(functionArns[worker]);
  const tasks = Object.values(definition().States).filter((state) => (state as { Type?: string }).Type === 'Task');
  expect(tasks.length).toBeGreaterThan(0);
  expect(text.match(/"Catch"/g)).toHaveLength(1);
  // Ended by a fold that fails, all the others would be lost with it.
  expect(text).toContain('"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Missed"}]');
});

interface Choice {
  readonly And?: readonly Choice[];
  readonly Variable?: string;
  readonly IsPresent?: boolean;
  readonly NumericGreaterThan?: number;
  readonly StringEquals?: string;
  readonly Next?: string;
}

/** As Step Functions decides: to look at what is not there fails the execution (Amazon States Language, "Choice State"). */
function holds({ And, Variable = '', ...choice }: Choice, input: Readonly<Record<string, unknown>>): boolean {
  if (And) return And.every((each) => holds(each, input));
  const value = input[Variable.slice(2)];
  if (choice.IsPresent !== undefined) return (value !== undefined) === choice.IsPresent;
  if (value === undefined) throw new Error(`States.Runtime: Invalid path '${Variable}'`);
  return choice.StringEquals === undefined ? Number(value) > choice.NumericGreaterThan! : value === choice.StringEquals;
}

test.each([
  ['with work left', { tasks: 3, then: 'import' }, 'Fold'],
  ['of a restore', { tasks: 0, then: 'import' }, 'Publish'],
  ['of a verify', { tasks: 0, then: 'end' }, 'AllCompared'],
  ['of a function from before there were verifies', { tasks: 0 }, 'Publish'],
])('after a round %s the machine goes on to %j: %s', (_, answer, next) => {
  const { Choices, Default } = definition().States.IsAllFolded as { Choices: Choice[]; Default: string };
  expect(Choices.find((choice) => holds(choice, answer))?.Next ?? Default).toBe(next);
});

/** Of every state that calls a function, those of the Map's children among them. */
function tasksIn(value: unknown): { Retry: Retrier[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = (value as { Type?: string }).Type === 'Task' ? [value as { Retry: Retrier[] }] : [];
  return [...own, ...Object.values(value).flatMap(tasksIn)];
}
interface Retrier {
  readonly ErrorEquals: string[];
  readonly MaxAttempts: number;
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
}

// A new account runs 10 functions at a time, and a Map begins 50 folds of up to 15 minutes: the last ones wait for an hour.
test('who has to wait because the account runs as many functions as it may, waits for hours', () => {
  const throttled = 'Lambda.TooManyRequestsException';
  const tasks = tasksIn(definition());
  expect(tasks).toHaveLength(8);
  for (const { Retry } of tasks) {
    const first = Retry.find(({ ErrorEquals }) =>
      ErrorEquals.some((error) => [throttled, 'States.ALL'].includes(error)),
    );
    const waits = Array.from({ length: first?.MaxAttempts ?? 0 }, (_, attempt) =>
      Math.min(first!.MaxDelaySeconds, first!.IntervalSeconds * first!.BackoffRate ** attempt),
    );
    const onAverage = waits.reduce((sum, seconds) => sum + seconds / 2, 0); // Of full jitter.
    expect(onAverage).toBeGreaterThan(4 * 3_600);
    expect(first!.MaxAttempts * 5).toBeLessThan(25_000 / 2); // Events: an execution ends at 25,000 of them.
  }
});

test('names are of the destination account, and the bucket can be named', () => {
  expect(engineNamesOf({ name: 'dcs', destination, engine: {} })).toMatchObject({
    bucketName: 'example-dcs-destination-engine',
    stateMachineArn: 'arn:aws:states:eu-west-1:222222222222:stateMachine:dcs-engine',
    functions: { fold: 'dcs-engine-fold' },
  });
  const long = { ...destination, bucketName: 'b'.repeat(63) };
  expect(engineNamesOf({ name: 'dcs', destination: long, engine: {} }).bucketName).toHaveLength(63);
  expect(engineNamesOf({ name: 'dcs', destination, engine: { bucketName: 'mine' } }).bucketName).toBe('mine');
});
