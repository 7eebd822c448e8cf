import { mkdirSync } from 'node:fs';
import { App } from 'cdktf';
import { bundledCode } from './stacks/bundledCode';
import { addStacks } from './stacks/deploy';
import { loadSettings, settingsFile } from './settings/load';

/** Writes the Terraform JSON of the two accounts to cdktf.out (or CDKTF_OUTDIR), as the settings file describes them. */
function main(): void {
  const settings = loadSettings(settingsFile(process.argv, process.env));
  const outdir = process.env.CDKTF_OUTDIR ?? 'cdktf.out';
  mkdirSync(outdir, { recursive: true }); // The framework makes the last folder of the path alone.
  const app = new App({ outdir });
  addStacks(app, settings, bundledCode(__dirname));
  app.synth();
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
