import { execFileSync, spawn } from 'node:child_process';
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleCommand } from '../../cli/bundle';
import { COMMANDS } from '../../cli/commands';
import { EXIT, EXIT_CODES } from '../../cli/exitCodes';
import { runDcs } from '../../cli/run';
import { outcomeOf, type Outcome } from '../support/outcome';

let folder: string;
let executable: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dcs-cli-'));
  executable = path.join(folder, 'dcs.js');
  await writeFile(executable, 'an older one, which is no program', { mode: 0o644 });
  await bundleCommand(executable);
});
afterAll(() => rm(folder, { recursive: true }));

/** The file that `npx dcs` runs, with an environment in which no account can be reached. */
const dcs = (...args: string[]): Promise<Outcome> => runNode([executable, ...args]);

function runNode(args: string[], more: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const env = { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: 'true', HOME: folder, ...more };
  return outcomeOf(spawn(process.execPath, args, { env, cwd: folder }));
}

/** What the file does, without a process for each command line. */
async function inThisProcess(...args: string[]): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const [stdout, stderr] = [out, err].map((lines) => ({ write: (text: string) => lines.push(text) }));
  const { signal } = new AbortController();
  const pause = () => Promise.resolve();
  const code = await runDcs(args, { stdout: stdout!, stderr: stderr!, env: {}, signal, nowMs: Date.now, pause });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

const account = (side: string) => ({
  accountId: side === 'source' ? '111111111111' : '222222222222',
  region: side === 'source' ? 'eu-central-1' : 'eu-west-1',
  bucketName: `b-${side}`,
  endpoint: 'http://127.0.0.1:9',
});
const settings = {
  source: account('source'),
  destination: account('destination'),
  tables: [{ name: 'users', partitionKey: { name: 'id', type: 'S' } }],
};

describe('the executable', () => {
  test('is a program: npx runs it as one, whatever was there before', async () => {
    await access(executable, constants.X_OK);
    const env = { PATH: process.env.PATH, HOME: folder };
    const outcome = await outcomeOf(spawn(executable, ['--version'], { env, cwd: folder }));
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringMatching(/^dcs \d/) as unknown });
  });

  test('help lists every command, and help of one is what its option shows', async () => {
    const { code, stdout } = await dcs('--help');
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await dcs('help', 'restore')).toEqual(await dcs('restore', '--help'));
    for (const name of Object.keys(COMMANDS))
      expect(await inThisProcess('help', name)).toEqual(await inThisProcess(name, '--help'));
  });

  test('says what its sources say: help, and what is wrong', async () => {
    for (const line of ['--help', 'restore --help', 'help exit-codes', 'restor', 'restore --merge --cpy x'])
      expect(await dcs(...line.split(' '))).toEqual(await inThisProcess(...line.split(' ')));
  });

  test.each(Object.keys(COMMANDS))('%s has help with examples and exit codes', async (name) => {
    const help = await inThisProcess(name, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(`Usage: dcs ${name} `);
    expect(help.stdout).toMatch(new RegExp(`^Examples:\n(  # .+\n)+  .*\\bdcs ${name}\\b`, 'm'));
    expect(help.stdout).toContain('Exit codes:');
  });

  test('the page of the project names every command', async () => {
    const page = await readFile('help', 'utf8');
    for (const name of Object.keys(COMMANDS)) expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('help wins over everything else that is wrong', async () => {
    const help = await inThisProcess('restore', '--bogus', '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(await inThisProcess('restore', '-h', '--bogus')).toEqual(help);
    expect(await inThisProcess('-h')).toEqual(await inThisProcess('--help'));
  });

  test('the version is that of the package, with the commit that it was made of', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 7);
    expect(await dcs('--version')).toEqual({ code: 0, stdout: `dcs ${version} (${commit})\n`, stderr: '' });
  });

  test('the licences of what was bundled stand beside it, and what only builds or tests is not in it', async () => {
    const licences = await readFile(`${executable}.LICENSES.txt`, 'utf8');
    expect(licences).toMatch(/^zod [\d.]+ \(MIT\)\n\nMIT License/m);
    expect(licences).toMatch(/^@aws-sdk\/client-s3 [\d.]+ \(Apache-2\.0\)$/m);
    expect(licences).not.toMatch(/^(cdktf|constructs|jest|esbuild) /m);
  });

  test('the word of the AWS SDK about old versions of Node is kept away, and no other warning', async () => {
    const old = path.join(folder, 'old.js');
    await writeFile(
      old,
      "Object.defineProperty(process, 'version', { value: 'v20.19.0' }); process.emitWarning('another warning');",
    );
    await writeFile(path.join(folder, 'whole.json'), JSON.stringify(settings));
    const { code, stderr } = await runNode(['--require', old, executable, 'status', '--config', 'whole.json']);
    expect(code).toBe(EXIT.couldNotLook);
    expect(stderr).toContain('another warning');
    expect(stderr).not.toContain('NodeVersionSupportWarning');
  });

  test('exit codes are printed, and documented word for word', async () => {
    const { stdout } = await inThisProcess('help', 'exit-codes');
    const printed = stdout.replace(/\s+/g, ' ');
    const documented = await readFile('docs/cli.md', 'utf8');
    for (const { code, means } of EXIT_CODES) {
      expect(printed).toContain(`${code} ${means}`);
      expect(documented).toContain(`| ${code} | ${means} |`);
    }
    expect(new Set(EXIT_CODES.map(({ code }) => code)).size).toBe(EXIT_CODES.length);
  });

  test('wrong options are refused all at once, on stderr, with exit code 2', async () => {
    const { code, stdout, stderr } = await dcs('restore', '--merge', '--mirror', '--as-of', 'tomorrow', '--cpy', 'x');
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    for (const problem of [
      '--cpy is no option here; did you mean --copy?',
      '--into is missing',
      '--merge and --mirror contradict each other',
      '--as-of is "tomorrow"',
    ]) {
      expect(stderr).toContain(problem);
    }
  });

  test('an unknown command, a missing table, one argument too many', async () => {
    expect((await inThisProcess('restor')).stderr).toContain('restor is no command; did you mean restore?');
    expect((await inThisProcess('--json', 'status')).stderr).toContain('the command comes first: dcs COMMAND --json');
    expect((await inThisProcess('history', '--key', '{}')).stderr).toContain(
      'TABLE is missing; write dcs history TABLE',
    );
    expect((await inThisProcess('history', 'a', 'b', '--key', '{}')).stderr).toContain('"b" is one argument too many');
  });

  test('settings that are missing or wrong are exit code 2', async () => {
    const missing = await dcs('history', 'users', '--key', '{"id":"a"}');
    expect(missing).toMatchObject({ code: EXIT.usage });
    expect(missing.stderr).toContain('there is no settings file dcs.config.json');
    await writeFile(path.join(folder, 'half.json'), '{"source":{}}');
    const half = await dcs('history', 'users', '--key', '{"id":"a"}', '--config', 'half.json');
    expect(half.code).toBe(EXIT.usage);
    expect(half.stderr).toContain('half.json has 3 problems:\n  source.accountId is missing');
    await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
    expect((await dcs('history', 'orders', '--key', '{"id":"a"}')).stderr).toContain(
      'orders is no table of the settings',
    );
  });

  test('an account that cannot be reached is exit code 4, with --json as a record too', async () => {
    await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
    const { code, stdout, stderr } = await dcs('history', 'users', '--key', '{"id":"a"}', '--json');
    expect(code).toBe(EXIT.couldNotLook);
    expect(stderr).toContain('LIST s3://b-destination/');
    expect(JSON.parse(stdout)).toMatchObject({ type: 'error', exitCode: EXIT.couldNotLook });
  });

  test.each([
    ["the SDK's own chain", [], { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }],
    ['the profile base', ['--destination-profile', 'base'], {}],
  ])(
    'an STS that does not answer for a role from %s names account, credentials and role: exit code 4',
    async (tried, args, keys) => {
      const credentials = path.join(folder, 'credentials');
      await writeFile(credentials, '[base]\naws_access_key_id = a\naws_secret_access_key = b\n');
      await writeFile(path.join(folder, 'dcs.config.json'), JSON.stringify(settings));
      const role = 'arn:aws:iam::222222222222:role/restore';
      const command = ['history', 'users', '--key', '{"id":"a"}', '--json', '--destination-role-arn', role, ...args];
      const env = { ...keys, AWS_SHARED_CREDENTIALS_FILE: credentials };
      const { code, stdout, stderr } = await runNode([executable, ...command], env);
      expect(code).toBe(EXIT.couldNotLook);
      expect(stderr).toContain(
        `the service that gives credentials cannot be reached for the destination account from ${tried}`,
      );
      expect(stderr).toContain(`, to assume ${role} with it: connect ECONNREFUSED 127.0.0.1:9`);
      expect(stderr).not.toContain('    at ');
      expect(JSON.parse(stdout)).toMatchObject({ type: 'error', exitCode: EXIT.couldNotLook });
    },
  );
});
