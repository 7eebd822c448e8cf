import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { bundleFunctions } from '../lambda/bundle';

const CONTENDERS = path.join(__dirname, 'contenders');

/** Bundles what is measured as it is deployed, so that no loader of TypeScript is in the figures. */
export async function bundleContenders(folder: string, files: readonly string[]): Promise<void> {
  const options = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
    absWorkingDir: path.dirname(__dirname),
  } as const;
  const entryPoints = files.map((file) => path.join(CONTENDERS, `${file}.ts`));
  await Promise.all([
    build({
      ...options,
      entryPoints: [...entryPoints, path.join(__dirname, 'sink', 'main.ts')],
      outdir: folder,
      entryNames: '[name]',
    }),
    build({
      ...options,
      entryPoints: [path.join(CONTENDERS, 'v3Start.ts')],
      minify: true,
      outfile: path.join(folder, 'start', 'v3.js'),
    }),
    bundleFunctions(folder),
  ]);
}

export function startBundle(folder: string, kind: 'dcs' | 'v3'): { file: string; bytes: number } {
  const file = path.join(folder, kind === 'dcs' ? path.join('capture', 'index.js') : path.join('start', 'v3.js'));
  return { file, bytes: statSync(file).size };
}

/** The peers' packages are the benchmark's own, so that the project's installation is without them. */
export function installPeers(): void {
  if (existsSync(path.join(__dirname, 'node_modules', 'aws-sdk'))) return;
  execFileSync('npm', ['ci', '--prefix', __dirname, '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
}
