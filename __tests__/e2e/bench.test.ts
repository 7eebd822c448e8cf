import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Result } from '../../bench/results';
import { WORKLOADS } from '../../bench/workloads';

const root = path.resolve(__dirname, '../..');
const ITEMS = 50;

/** The benchmark as it is started, with so few items that its figures mean nothing. */
async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = ['--import', 'tsx', 'bench/main.ts', ...args];
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, command, { cwd: root })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

test('the benchmark runs every workload, and each contender does its work', async () => {
  const { code, stdout, stderr } = await bench('--items', String(ITEMS), '--rounds', '1', '--own-only', '--json');
  expect({ code, stderr: stderr.replace(/^\w+, round 1 of 1: .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
  const { results } = JSON.parse(stdout) as { results: Result[] };
  for (const [at, { name, contenders, figures }] of WORKLOADS.entries()) {
    const ran = contenders.filter(({ isInstalled }) => !isInstalled).map((contender) => contender.name);
    expect(results[at]).toMatchObject({ workload: name, items: ITEMS, rounds: 1 });
    expect(results[at]?.contenders.map((contender) => contender.name)).toEqual(ran);
    for (const contender of results[at]?.contenders ?? []) {
      for (const figure of figures) expect(Number.isFinite(contender.figures[figure])).toBe(true);
    }
  }
});

test('--check tells a missed target by its exit status, and the table says which', async () => {
  const { code, stdout } = await bench('verify', '--items', String(ITEMS), '--rounds', '1', '--own-only', '--check');
  expect(stdout).toMatch(/^ {2}(met|missed): items per CPU s [\d.,]+ × that of v3; target at least 20 ×$/m);
  expect(code).toBe(stdout.includes('missed: ') ? 3 : 0);
});

test('what is wrong with the command line is told before anything is measured', async () => {
  expect(await bench('restor', '--rounds', '0')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^restor is no workload; did you mean restore\?.*\n--rounds is "0"/) as string,
  });
});
