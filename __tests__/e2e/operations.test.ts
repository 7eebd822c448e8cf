import type { LocalRun } from '../../local/localRun';
import { startDeploymentForOwnTables } from './support/deployment';
import { commandsShown, readPage } from './runbooks/page';
import { walkAll } from './runbooks/stories';
import { shapeOf } from './runbooks/walk';

let run: LocalRun;
beforeAll(async () => {
  run = await startDeploymentForOwnTables();
});
afterAll(() => run.stop());

test('every runbook of docs/operations.md works as it is written there (npm run docs:operations prints its outputs anew)', async () => {
  const steps = await walkAll(run);
  for (const { command, output, code, expectedCode } of steps)
    expect({ command, code, output: code === expectedCode ? '' : output }).toEqual({
      command,
      code: expectedCode,
      output: '',
    });
  expect(commandsShown(readPage())).toEqual(Object.fromEntries(steps.map(({ id, command }) => [id, shapeOf(command)])));
});
