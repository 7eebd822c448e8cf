import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { outcomeOf, type Outcome } from '../support/outcome';

const PROJECT = path.resolve(__dirname, '../..');
const run = promisify(execFile);

let folder: string;
let installed: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dcs-package-'));
  installed = path.join(folder, 'empty');
  await mkdir(installed);
  await run('npm', ['pack', '--pack-destination', folder], { cwd: PROJECT });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'no tarball';
  // With no registry and no script: what the tarball holds has to be enough.
  await run('npm', ['install', '--offline', '--ignore-scripts', path.join(folder, tarball)], { cwd: installed });
});
afterAll(() => rm(folder, { recursive: true }));

/** What `npx dcs` runs, found as npm put it there. */
function dcs(...args: string[]): Promise<Outcome> {
  const command = path.join(installed, 'node_modules/.bin/dcs');
  const options = { cwd: installed, env: { PATH: process.env.PATH, HOME: folder } };
  return outcomeOf(spawn(command, args, options));
}

test('the package stands alone: one package of the command, its documents and licences, of a few megabytes', async () => {
  const packages = (await readdir(path.join(installed, 'node_modules'))).filter((name) => !name.startsWith('.'));
  expect(packages).toEqual(['dcs-dynamodb']);
  const root = path.join(installed, 'node_modules/dcs-dynamodb');
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const names = files.map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name))).sort();
  expect(names.filter((name) => !name.startsWith('docs/'))).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dcs.config.example.json',
    'dcs.config.schema.json',
    'dist/cli/dcs.js',
    'dist/cli/dcs.js.LICENSES.txt',
    'package.json',
  ]);
  expect(names.filter((name) => /^docs\/.*(?<!\.md)$/.test(name))).toEqual([
    'docs/scp/destination-account.json',
    ...['phone', 'plan', 'tables', 'what', 'when'].map((picture) => `docs/ui/${picture}.png`),
  ]);
  const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(root, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6_000_000);
});

test('the pages that the README names are there', async () => {
  const root = path.join(installed, 'node_modules/dcs-dynamodb');
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const named = [...readme.matchAll(/\]\((docs\/[\w-]+\.md)/g)].map(([, page = '']) => page);
  expect(named.length).toBeGreaterThan(5);
  for (const page of named) expect((await stat(path.join(root, page))).isFile()).toBe(true);
});

test('its dcs works', async () => {
  expect(await dcs('--version')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^dcs \d+\.\d+\.\d+/) as unknown,
  });
  expect((await dcs('--help')).stdout).toContain('Usage: dcs COMMAND');
  expect((await dcs('help', 'restore')).stdout).toContain('Usage: dcs restore TABLE');
  const wrong = await dcs('restore', 'users', '--merge', '--mirror');
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('contradict each other') as unknown,
  });
});
