import { join } from 'node:path';
import { parseSettings } from '../settings/load';
import { manyTables, variants } from './variants';
import { writeStacks } from './writeStacks';

/** Writes the Terraform JSON of every variant below a folder, and gives the outdirs: one for each. Needs the bundles. */
export function synthesizeVariants(folder: string): string[] {
  return Object.entries({ ...variants, 'many-tables': manyTables }).map(([name, settings]) => {
    const outdir = join(folder, name);
    writeStacks(parseSettings(settings, name), outdir);
    return outdir;
  });
}
