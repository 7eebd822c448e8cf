import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundledProgram } from '../support/bundledProgram';

const PROJECT = path.resolve(__dirname, '../..');
let programs: string;
let program: string;
beforeAll(() => {
  programs = mkdtempSync(path.join(tmpdir(), 'dcs-validate-'));
  program = bundledProgram('stacks/validate.ts', programs);
});
afterAll(() => rmSync(programs, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-validate-'));
  mkdirSync(path.join(folder, 'bin'));
  symlinkSync(process.execPath, path.join(folder, 'bin/node'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function stacks(...names: string[]): void {
  for (const name of names) mkdirSync(path.join(folder, 'out/stacks', name), { recursive: true });
}

/** A terraform in the place of the real one. `$1` is -chdir=FOLDER, `$2` the command. */
function terraformIs(script: string): void {
  const program = path.join(folder, 'bin/terraform');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
}

const validate = (...args: string[]) => node(program, ...args);
const node = (...args: string[]) =>
  spawnSync(process.execPath, args, {
    cwd: PROJECT,
    env: { PATH: path.join(folder, 'bin'), CDKTF_OUTDIR: path.join(folder, 'out') },
    encoding: 'utf8',
  });

test('the script of the package runs it', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, words = ''] = / && node (.*)$/.exec(scripts.validate ?? '') ?? [];
  expect(node(...words.split(' '), '--help')).toMatchObject({ status: 0, stdout: validate('--help').stdout });
});

test('an unknown option is refused before Terraform runs', () => {
  stacks('one');
  terraformIs('echo "ran"');
  const { status, stdout, stderr } = validate('--variant');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain('--variant is no option here; did you mean --variants?');
});

test('every stack is looked at, by init without the backend and validate', () => {
  stacks('one', 'two');
  terraformIs('echo "${1##*/} $2 $3"');
  const { status, stdout } = validate();
  expect(status).toBe(0);
  for (const name of ['one', 'two'])
    expect(stdout).toMatch(new RegExp(`^${name} init -backend=false\n${name} validate`, 'm'));
});

test('stacks that are not valid are named, after the others have been looked at', () => {
  stacks('broken', 'sound');
  terraformIs('echo "${1##*/} $2"; case "$1 $2" in *broken*validate) exit 1;; esac');
  const { status, stdout, stderr } = validate();
  expect(status).toBe(1);
  expect(stdout).toContain('sound validate');
  expect(stderr).toMatch(/Not valid, for the reasons above: \S+broken \(1 of 2\)\./);
});

test('providers that cannot be had: what Terraform says, and what to do; nothing counts as valid', () => {
  stacks('one', 'two');
  terraformIs('[ "$2" != init ] || { echo "could not connect to registry.terraform.io" >&2; exit 1; }');
  const { status, stdout, stderr } = validate();
  expect(status).toBe(1);
  expect(stdout).not.toContain('two');
  expect(stderr).toContain('could not connect to registry.terraform.io');
  expect(stderr).toContain('Next: where the registry cannot be reached, name a mirror');
});

test('without terraform, or without stacks, it says what to do', () => {
  expect(validate()).toMatchObject({ status: 1, stderr: expect.stringContaining('Next: npm run synth.') as unknown });
  stacks('one');
  expect(validate()).toMatchObject({ status: 1, stderr: expect.stringContaining('install Terraform 1.10') as unknown });
});
