import { mkdirSync } from 'node:fs';
import { App } from 'cdktf';
import { bundledCode } from './stacks/bundledCode';
import { addStacks } from './stacks/deploy';
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

function main(args: readonly string[]): void {
  const options = readProgramArguments(args, PROGRAM);
  if (!options) {
    process.stdout.write(HELP);
    return;
  }
  const settings = loadSettings(settingsFile(options.config, process.env));
  const outdir = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
  mkdirSync(outdir, { recursive: true }); // The framework makes the last folder of the path alone.
  const app = new App({ outdir });
  addStacks(app, settings, bundledCode(__dirname));
  app.synth();
}

try {
  main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
