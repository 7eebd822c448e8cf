import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Workload } from '../workload';

const ROOT = path.resolve(__dirname, '..', '..');
const FILE = path.join('dist', 'cli', 'dcs.js');
const STARTS = 5;

/** Each as it is typed in the folder of the project. */
const TYPED: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  [FILE]: [process.execPath, FILE],
  'npx dcs': ['npx', 'dcs'],
};

async function startMs([program, ...args]: readonly [string, ...string[]]): Promise<number> {
  const startedMs = performance.now();
  await promisify(execFile)(program, [...args, 'restore', '--help'], { cwd: ROOT });
  return performance.now() - startedMs;
}

export const command: Workload = {
  name: 'command',
  title: 'Start of the command',
  about: `\`dcs restore --help\` in fresh processes: the bundled file by itself, and through npx, which looks for it first. The middle one of ${STARTS} starts a round.`,
  contenders: Object.keys(TYPED).map((name) => ({ name, file: 'dcsCommand' })),
  items: 1,
  figures: ['startMs'],
  targets: [],
  async run(_, { name }) {
    if (!existsSync(path.join(ROOT, FILE))) throw new Error(`There is no ${FILE}: npm run bundle`);
    const typed = TYPED[name];
    if (!typed) throw new Error(`${name} is no way to start dcs`);
    const starts: number[] = [];
    for (let start = 0; start < STARTS; start += 1) starts.push(await startMs(typed));
    return { startMs: starts.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? NaN };
  },
};
