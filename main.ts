import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { readProgramArguments, type Program } from './core/commandLine/program';
import { UsageError } from './core/errors';
import { loadSettings, settingsFile } from './settings/load';

const USAGE = 'npm run synth -- [--config FILE]';
const HELP = `Usage: ${USAGE}

Writes the Terraform JSON of the two accounts to cdktf.out (or CDKTF_OUTDIR), as the settings file describes them.

  --config FILE   Settings file. Default: DCS_CONFIG, then dcs.config.json.
`;

const PROGRAM: Program<{ readonly config: string | undefined }> = {
  usage: USAGE,
  options: { config: { type: 'string', value: 'FILE', help: 'Settings file.' } },
  read: (given) => ({ config: given.text('config') }),
};

async function main(args: readonly string[]): Promise<void> {
  const options = readProgramArguments(args, PROGRAM);
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  const settings = loadSettings(settingsFile(options.config, process.env), (notice) =>
    process.stderr.write(`${notice}\n`),
  );
  const { writeStacks } = await import('./stacks/writeStacks');
  const stacks = writeStacks(settings, process.env.CDKTF_OUTDIR ?? 'cdktf.out');
  lockProviders(stacks);
  // The CLI of CDKTF reads stdout for nothing; people read it after npm run synth.
  process.stdout.write(`Synthesized ${stacks.join(', ')}.\n`);
}

/** Gives each stack the repository's lock file: `terraform init` then takes the providers that were tested, and no other. */
function lockProviders(stacks: readonly string[]): void {
  const file = '.terraform.lock.hcl';
  for (const stack of stacks) copyFileSync(path.join(__dirname, file), path.join(stack, file));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
