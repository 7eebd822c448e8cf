import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmod, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundlePage } from '../ui/bundle';
import { licencesOf } from './licences';

const ROOT = path.dirname(__dirname);

/**
 * Writes the executable that `bin` in package.json names: one file with everything it needs, so that it starts quickly
 * and has nothing behind it. `npm ci` and `npm pack` make it (script `prepare`), and so does `npm run bundle`.
 */
export async function bundleCommand(outfile: string): Promise<void> {
  const commit = commitOf(ROOT);
  const { inputs: ofPage, ...page } = await bundlePage();
  const define: Record<string, string> = {
    DCS_PAGE: JSON.stringify(page),
    ...(commit !== undefined && { DCS_COMMIT: JSON.stringify(commit) }),
  };
  const unfinished = `${outfile}.${process.pid}`;
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/main.ts'],
    outfile: unfinished,
    bundle: true,
    // Names stay: they stand in the stack of an unexpected failure.
    minifyWhitespace: true,
    minifySyntax: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
    define,
    legalComments: 'none', // The whole texts stand beside it.
    metafile: true,
    logLevel: 'warning',
  });
  await chmod(unfinished, 0o755); // npx runs it as a program.
  // In one step: whoever starts the command meanwhile has the one before, or this one.
  await rename(unfinished, outfile);
  await writeFile(`${outfile}.LICENSES.txt`, licencesOf([...Object.keys(metafile.inputs), ...ofPage], ROOT));
}

/** The first seven digits of the commit that is checked out; undefined where `folder` is not the top of a repository. */
function commitOf(folder: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--show-prefix', 'HEAD'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [prefix, hash = ''] = status === 0 ? stdout.split('\n') : [];
  return prefix === '' ? hash.slice(0, 7) : undefined;
}

if (require.main === module) {
  bundleCommand(path.resolve(__dirname, '..', 'dist', 'cli', 'dcs.js')).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
