import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readProgramArguments, type Program } from '../core/commandLine/program';
import { UsageError } from '../core/errors';

const USAGE = 'npm run validate -- [--variants]';
const HELP = `Usage: ${USAGE}

Has Terraform look at every stack that npm run synth has written to cdktf.out (or CDKTF_OUTDIR), with the real providers and
without an account.

  --variants   Look at every kind of deployment instead of yours.
`;

const PROGRAM: Program<{ readonly isOfVariants: boolean }> = {
  usage: USAGE,
  options: { variants: { type: 'boolean', help: 'Look at every kind of deployment instead of yours.' } },
  read: (given) => ({ isOfVariants: given.flag('variants') }),
};

const root = join(__dirname, '..');

async function main(args: readonly string[]): Promise<void> {
  const options = readProgramArguments(args, PROGRAM);
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  const outdirs = options.isOfVariants ? await variants() : [process.env.CDKTF_OUTDIR ?? 'cdktf.out'];
  const folders = outdirs.flatMap(stacksIn);
  const invalid = folders.filter((folder) => !isValid(folder));
  if (invalid.length === 0) return;
  throw new Error(`Not valid, for the reasons above: ${invalid.join(', ')} (${invalid.length} of ${folders.length}).`);
}

async function variants(): Promise<string[]> {
  const folder = join(root, 'dist', 'variants');
  rmSync(folder, { recursive: true, force: true });
  const { synthesizeVariants } = await import('./synthesizeVariants');
  return synthesizeVariants(folder);
}

function stacksIn(outdir: string): string[] {
  const stacks = join(outdir, 'stacks');
  if (!existsSync(stacks)) throw new Error(`There are no stacks in ${outdir}. Next: npm run synth.`);
  return readdirSync(stacks).map((name) => join(stacks, name));
}

function isValid(folder: string): boolean {
  process.stdout.write(`\n${folder}\n`);
  if (!terraform(folder, 'init', '-backend=false', '-input=false', '-no-color')) {
    throw new Error(
      'Nothing more was looked at: terraform init did not get this stack ready, for the reason above. Next: where the ' +
        'registry cannot be reached, name a mirror of the providers in a CLI configuration file (TF_CLI_CONFIG_FILE).',
    );
  }
  return terraform(folder, 'validate', '-no-color');
}

function terraform(folder: string, ...command: string[]): boolean {
  const cache = join(root, 'dist', 'terraform-plugins'); // The aws provider is 700 MB: once, not for each stack.
  mkdirSync(cache, { recursive: true });
  const env = { TF_PLUGIN_CACHE_DIR: cache, CHECKPOINT_DISABLE: '1', ...process.env };
  const { error, status } = spawnSync('terraform', [`-chdir=${folder}`, ...command], { env, stdio: 'inherit' });
  if (error) throw error;
  return status === 0;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing
    ? 'terraform is not on the PATH. Next: install Terraform 1.10 or later.'
    : (error as Error).message;
  process.stderr.write(`\n${message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
