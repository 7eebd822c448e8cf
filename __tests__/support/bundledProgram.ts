import { buildSync } from 'esbuild';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');

/** Makes one file below `folder` of a program of the repository, for a test that starts it often: to compile it takes longer than what it does. */
export function bundledProgram(program: string, folder: string): string {
  const outfile = path.join(folder, program.replace(/ts$/, 'js'));
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: [program],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}
