import { build } from 'esbuild';
import path from 'node:path';

/** Every deployed function: the folder of its handler. */
export const FUNCTIONS = [
  'capture',
  'compactor',
  'drill',
  'engine-collect',
  'engine-fold',
  'engine-import',
  'engine-plan',
  'heartbeat',
  'lock-renewal',
  'replica-age',
  'table-definition',
] as const;

/**
 * Writes `<outputDirectory>/<function>/index.js`: one minified CommonJS file with everything it needs, the AWS SDK
 * included, so that what runs is what was tested. The bytes depend on the sources alone.
 */
export async function bundleFunctions(outputDirectory: string): Promise<void> {
  // One build of them all: what several functions use is read and parsed once.
  await build({
    absWorkingDir: path.dirname(__dirname),
    entryPoints: FUNCTIONS.map((name) => ({ in: `lambda/${name}/handler.ts`, out: `${name}/index` })),
    outdir: path.resolve(outputDirectory),
    bundle: true,
    minify: true,
    // An error's name is what an operator searches the log for.
    keepNames: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
}

if (require.main === module) {
  bundleFunctions(path.resolve(__dirname, '..', 'dist', 'lambda')).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
