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
  for (const { Retry } of tasks) expect(Retry).toHaveLength(1);
  expect(text.match(/"Catch"/g)).toHaveLength(1);
  // Ended by a fold that fails, all the others would be lost with it.
  expect(text).toContain('"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Missed"}]');
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
