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

test('the benchmark runs every workload, each contender does its work, and --check tells a missed target', async () => {
  const few = ['--items', String(ITEMS), '--rounds', '1', '--own-only'];
  const { code, stdout, stderr } = await bench(...few, '--json', '--check');
  expect(stderr.replace(/^\w+, round 1 of 1: .*\n/gm, '')).toBe('');
  const { results } = JSON.parse(stdout) as { results: Result[] };
  expect(code).toBe(results.some(({ targets }) => targets.some(({ isMet }) => !isMet)) ? 3 : 0);
  for (const [at, { name, contenders, figures }] of WORKLOADS.entries()) {
    const ran = contenders.filter(({ isInstalled }) => !isInstalled).map((contender) => contender.name);
    expect(results[at]).toMatchObject({ workload: name, items: ITEMS, rounds: 1 });
    expect(results[at]?.contenders.map((contender) => contender.name)).toEqual(ran);
    for (const contender of results[at]?.contenders ?? []) {
      for (const figure of figures) expect(Number.isFinite(contender.figures[figure])).toBe(true);
    }
  }
});

test('what is wrong with the command line is told before anything is measured', async () => {
  expect(await bench('restor', '--rounds', '0')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^restor is no workload; did you mean restore\?.*\n--rounds is "0"/) as string,
  });
});
