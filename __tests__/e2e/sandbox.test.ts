import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { thingsToTry } from '../../local/sandbox/things';
import { outcomeOf, type Outcome } from '../support/outcome';

const PROJECT = path.resolve(__dirname, '../..');

/** Each command of each thing, with what it ends with. */
const TRY_ALL = `
pwd
for thing in try/*.sh; do
  echo "== $thing"
  grep '^npx' "$thing" | while read -r line; do
    echo "$ $line"
    eval "$line" </dev/null
    echo "code $?"
  done
done
npx dcs ls customers --items --json | grep -c undefined
exit 7`;

test('each of the seven things does what it says, and then the sandbox is gone', async () => {
  const { code, stdout, stderr } = await sandbox('--run', TRY_ALL);
  expect({ code, stderr }).toMatchObject({ code: 7 });

  const moment = '2026-11-27T01:00:00Z';
  const things = thingsToTry({
    ...{ before: moment, from: moment, to: moment, migrated: [4], writtenLater: [4] },
    ...{ deletedCustomer: 1, parkedCustomer: 2, failedCustomer: 3 },
  });
  const codes = [...stdout.matchAll(/^code (\d+)$/gm)].map(([, each]) => Number(each));
  expect(codes).toEqual(things.flatMap(({ steps }) => steps.map(({ exitCode }) => exitCode)));

  const [folder = ''] = stdout.split('\n');
  expect(stdout).toMatch(/^0$/m); // no item is left with what the migration wrote
  expect(stdout).toContain('change 29 (3 of all were changed later)');
  expect(stdout).toContain('Restored customers');
  expect(stdout).toMatch(/Redrove 1 batch/);
  expect(stdout).toMatch(/replicationFailed {2}1 {2}such as orders\/customer-3\/1001\/image\.json/);
  expect(stdout).toMatch(/Mended 1 item/);
  expect(stdout).toMatch(/visits\/customer-4\/image\.json in s3:\S+: \d versions?, no change is missing/);
  expect(stdout).toMatch(/Table visits: \d+ items\n[^]*are the same/);
  expect(stdout).toMatch(/Restored customers-2: \d+ items imported, as many as planned, in 1 round/);
  expect(folder).toMatch(/dcs-sandbox-/);
  expect(existsSync(folder)).toBe(false);
});

test('wrong options end with 2 and start nothing', async () => {
  const { code, stderr } = await sandbox('--rum', 'true');
  expect(code).toBe(2);
  expect(stderr).toContain('--rum');
});

function sandbox(...args: string[]): Promise<Outcome> {
  return outcomeOf(spawn(process.execPath, ['--import', 'tsx', 'local/sandbox/main.ts', ...args], { cwd: PROJECT }));
}
