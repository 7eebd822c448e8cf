import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../cli/commands';
import { FUNCTIONS } from '../lambda/bundle';
import { minimal } from '../stacks/variants';

const root = join(__dirname, '..');

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

describe('npm run synth', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dcs-main-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A checkout of what synth needs, with stub bundles, in a folder of its own. */
  function checkout(name: string): string {
    const copy = join(folder, name);
    mkdirSync(copy);
    for (const part of [
      'main.ts',
      'stacks',
      'settings',
      'core',
      'package.json',
      'tsconfig.json',
      'cdktf.json',
      '.terraform.lock.hcl',
    ]) {
      cpSync(join(root, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'dcs.config.json'), JSON.stringify(minimal));
    return copy;
  }

  function bundle(copy: string): void {
    for (const name of FUNCTIONS) {
      mkdirSync(join(copy, 'dist', 'lambda', name), { recursive: true });
      writeFileSync(join(copy, 'dist', 'lambda', name, 'index.js'), 'exports.handler = async () => ({});\n');
    }
  }

  /** What the script runs after the bundles are made. */
  const synth = (copy: string, ...args: string[]) => {
    const [, flags = ''] = / && node (.*)$/.exec(scripts.synth ?? '') ?? [];
    return spawnSync(process.execPath, [...flags.split(' '), ...args], { cwd: copy, encoding: 'utf8' });
  };

  function filesOf(copy: string): Record<string, string> {
    const files = readdirSync(join(copy, 'cdktf.out'), { recursive: true, withFileTypes: true });
    return Object.fromEntries(
      files
        .filter((file) => file.isFile())
        .map((file) => join(file.parentPath, file.name))
        .sort()
        .map((file) => [file.slice(copy.length), readFileSync(file, 'utf8')]),
    );
  }

  test('gives the same bytes in two checkouts in different folders', () => {
    const [one, other] = [checkout('one'), checkout('another folder')];
    for (const copy of [one, other]) {
      bundle(copy);
      expect(synth(copy)).toMatchObject({ status: 0, stderr: '' });
    }
    const files = filesOf(one);
    expect(Object.keys(files)).toContain('/cdktf.out/stacks/dcs/cdk.tf.json');
    expect(files['/cdktf.out/stacks/dcs/.terraform.lock.hcl']).toBe(
      readFileSync(join(root, '.terraform.lock.hcl'), 'utf8'),
    );
    expect(filesOf(other)).toEqual(filesOf(one));
  });

  test('is what the CLI of CDKTF runs, too', () => {
    const { app } = JSON.parse(readFileSync(join(root, 'cdktf.json'), 'utf8')) as { app: string };
    expect(app).toBe(scripts.synth);
  });

  test('without bundles says what to run', () => {
    expect(synth(checkout('one'))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no index\.js in .*dist.lambda.* Next: npm run bundle\./) as unknown,
    });
  });

  test('with wrong options tells every one of them, and writes nothing', () => {
    const copy = checkout('one');
    const { status, stderr } = synth(copy, '--confg', 'wrong.json', '--config');
    expect(status).toBe(2);
    expect(stderr).toContain('--confg is no option here; did you mean --config?');
    expect(stderr).toContain('--config is without its value; write --config FILE');
    expect(readdirSync(copy)).not.toContain('cdktf.out');
  });

  test('with wrong settings tells every problem and writes nothing', () => {
    const copy = checkout('one');
    writeFileSync(join(copy, 'wrong.json'), JSON.stringify({ ...minimal, destination: minimal.source }));
    const { status, stderr } = synth(copy, '--config', 'wrong.json');
    expect(status).toBe(2);
    expect(stderr).toContain('wrong.json has 4 problems:');
    expect(readdirSync(copy)).not.toContain('cdktf.out');
  });
});

describe('help', () => {
  const help = readFileSync(join(root, 'help'), 'utf8');
  /** Run by npm itself, not by people. */
  const lifecycleScripts = ['prepare'];

  test('names every script, and no script that is not there', () => {
    const named = [...help.matchAll(/npm (?:run )?([\w:-]+)/g)]
      .map(([, name]) => name)
      .filter((name) => name !== 'pack');
    const there = Object.keys(scripts).filter((name) => !lifecycleScripts.includes(name));
    expect([...new Set(named)].sort()).toEqual(there.sort());
  });

  test('names the commands of the CDKTF CLI that exist and are of use here', () => {
    const named = [...new Set([...help.matchAll(/^ +cdktf (\w+)/gm)].map(([, name]) => name))];
    expect(named.sort()).toEqual(['deploy', 'destroy', 'diff', 'list', 'output', 'synth']);
    // The CLI does not start on Node 24: one of its packages has no build for it.
    if (Number(process.versions.node.split('.')[0]) > 22) return;
    const cli = join(root, 'node_modules', 'cdktf-cli', 'bundle', 'bin', 'cdktf');
    const usage = execFileSync(process.execPath, [cli, '--help'], {
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_CLI_CONFIG_FILE: '/dev/null' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for (const name of named) expect(usage).toMatch(new RegExp(`cdktf ${name}\\b`));
  });

  test('names every verb of dcs', () => {
    const operate = /npx dcs --help +(.*(?:\n {20,}.*)*)/.exec(help)?.[1]?.split(/,\s+/);
    for (const verb of Object.keys(COMMANDS)) expect(operate).toContain(verb);
  });

  test('fits on one screen of a wide terminal', () => {
    const lines = help.trimEnd().split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(104);
    expect(lines.length).toBeLessThanOrEqual(60);
  });
});
