import { execFileSync } from 'node:child_process';
import type { DeployedTable } from '../../local/deployment/synthesized';
import { startDeployment, tableOf, until } from './support/deployment';
import { ownParts } from './support/servers/shared';

interface Server {
  readonly pid: number;
  readonly command: string;
}

/** Those of the whole run of tests, which run below this process when it runs them all by itself. */
let ofTheRun: readonly number[] = [];
beforeAll(() => {
  ofTheRun = servers().map(({ pid }) => pid);
});

/** The servers that run below this process since this file began. */
function servers(): Server[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  const processes = rows.map((row) => {
    const [pid, parent, state = '', ...args] = row.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), isOver: state.startsWith('Z'), command: args.join(' ') };
  });
  const below = (parent: number): Server[] =>
    processes.flatMap((each) => (each.parent === parent && !each.isOver ? [each, ...below(each.pid)] : []));
  return below(process.pid).filter(
    ({ pid, command }) => /DynamoDBLocal\.jar|moto/.test(command) && !ofTheRun.includes(pid),
  );
}

test('a deployment that cannot be played leaves nothing running, and the error says why', async () => {
  const withoutStream = ({ createTable, ...deployed }: DeployedTable): DeployedTable => ({
    ...deployed,
    createTable: { ...createTable, StreamSpecification: undefined },
  });
  await expect(startDeployment(withoutStream, undefined, ownParts)).rejects.toThrow(
    /^the table \w+ has no stream; enable it with NEW_AND_OLD_IMAGES$/,
  );
  expect(servers()).toEqual([]);
});

test('when a part ends by itself, whoever waits is told; what has broken by it does not keep the rest from stopping', async () => {
  const run = await startDeployment(undefined, undefined, ownParts);
  const { pump } = tableOf(run, 'users');
  const died = expect(run.died).rejects.toThrow(/^DynamoDB Local ended with \d+\. Its last output:\n/);
  const dynamoDb = servers().find(({ command }) => /^\S*java /.test(command));
  process.kill(dynamoDb!.pid, 'SIGKILL');
  await died;
  await until(() => pump.failure !== undefined);
  // Every table has its own pump, and any of them may have been the first to see it.
  const told: unknown = await run.drained().catch((error: unknown) => error);
  expect([...run.tables.values()].map((table) => table.pump.failure)).toContain(told);
  expect(told).toBeInstanceOf(Error);

  await expect(run.stop()).rejects.toThrow();
  expect(servers()).toEqual([]);
  await run.stop(); // there is nothing left to stop
});
