import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { App } from 'cdktf';
import type { Settings } from '../settings/schema';
import { bundledCode } from './bundledCode';
import { addStacks } from './deploy';

/**
 * Writes the Terraform JSON of settings below `outdir`, and gives the folder of each stack. A module of its own: to load the
 * framework takes longer than to find that there is nothing to synthesize. Needs the bundles.
 */
export function writeStacks(settings: Settings, outdir: string): string[] {
  mkdirSync(outdir, { recursive: true }); // The framework makes the last folder of the path alone.
  const app = new App({ outdir });
  addStacks(app, settings, bundledCode(path.join(__dirname, '..')));
  app.synth();
  const stacks = path.join(outdir, 'stacks');
  return readdirSync(stacks).map((name) => path.join(stacks, name));
}
