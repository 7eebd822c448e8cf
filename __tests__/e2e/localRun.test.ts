import { execFileSync } from 'node:child_process';
import type { DeployedTable } from '../../local/deployment/synthesized';
import { startDeployment, tableOf, until } from './support/deployment';

interface Server {
  readonly pid: number;
  readonly command: string;
}

/** The servers that run below this process. */
function servers(): Server[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).trim().split('\n');
  const processes = rows.map((row) => {
    const [pid, parent, state = '', ...args] = row.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), isOver: state.startsWith('Z'), command: args.join(' ') };
  });
  const below = (parent: number): Server[] =>
    processes.flatMap((each) => (each.parent === parent && !each.isOver ? [each, ...below(each.pid)] : []));
  return below(process.pid).filter(({ command }) => /DynamoDBLocal\.jar|moto/.test(command));
}

test('a deployment that cannot be played leaves nothing running, and the error says why', async () => {
  const withoutStream = ({ createTable, ...deployed }: DeployedTable): DeployedTable => ({
    ...deployed,
    createTable: { ...createTable, StreamSpecification: undefined },
  });
  await expect(startDeployment(withoutStream)).rejects.toThrow(
    /^the table \w+ has no stream; enable it with NEW_AND_OLD_IMAGES$/,
  );
  expect(servers()).toEqual([]);
});

test('when a part ends by itself, whoever waits is told; what has broken by it does not keep the rest from stopping', async () => {
  const run = await startDeployment();
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
