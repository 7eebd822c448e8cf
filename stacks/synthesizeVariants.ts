import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { bundledCode } from './bundledCode';
import { addStacks } from './deploy';
import { parseSettings } from '../settings/load';
import { manyTables, variants } from './variants';

/** Writes the Terraform JSON of every variant below a folder, and gives the outdirs: one for each. Needs the bundles. */
export function synthesizeVariants(folder: string): string[] {
  return Object.entries({ ...variants, 'many-tables': manyTables }).map(([name, settings]) => {
    const outdir = join(folder, name);
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir });
    addStacks(app, parseSettings(settings, name), bundledCode(join(__dirname, '..')));
    app.synth();
    return outdir;
  });
}
