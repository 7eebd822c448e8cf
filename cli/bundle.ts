import { build } from 'esbuild';
import path from 'node:path';

/**
 * Writes the executable that `bin` in package.json names: one file, so that it starts quickly. `npm ci` makes it
 * (script `prepare`), and so does `npm run bundle`.
 */
export async function bundleCommand(outfile: string): Promise<void> {
  await build({
    absWorkingDir: path.dirname(__dirname),
    entryPoints: ['cli/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'warning',
  });
}

if (require.main === module) {
  bundleCommand(path.resolve(__dirname, '..', 'dist', 'cli', 'dcs.js')).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
