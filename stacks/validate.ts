import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { bundledCode } from './bundledCode';
import { addStacks } from './deploy';
import { parseSettings } from './settings/load';
import { variants } from './variants';

/*
 * npm run validate: has Terraform look at every synthesized stack, with the real providers and without an account. With
 * --variants it looks at every kind of deployment instead of yours.
 */

const root = join(__dirname, '..');

function main(argv: readonly string[]): void {
  const folders = argv.includes('--variants')
    ? synthesizeVariants()
    : stacksIn(process.env.CDKTF_OUTDIR ?? 'cdktf.out');
  for (const folder of folders) {
    process.stdout.write(`\n${folder}\n`);
    terraform(folder, 'init', '-backend=false', '-input=false', '-no-color');
    terraform(folder, 'validate', '-no-color');
  }
}

function stacksIn(outdir: string): string[] {
  const stacks = join(outdir, 'stacks');
  if (!existsSync(stacks)) throw new Error(`There are no stacks in ${outdir}. Next: npm run synth.`);
  return readdirSync(stacks).map((name) => join(stacks, name));
}

function synthesizeVariants(): string[] {
  const folder = join(root, 'dist', 'variants');
  rmSync(folder, { recursive: true, force: true });
  return Object.entries(variants).flatMap(([name, settings]) => {
    const outdir = join(folder, name);
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir });
    addStacks(app, parseSettings(settings, name), bundledCode(root));
    app.synth();
    return stacksIn(outdir);
  });
}

function terraform(folder: string, ...command: string[]): void {
  const cache = join(root, 'dist', 'terraform-plugins'); // The aws provider is 700 MB: once, not for each stack.
  mkdirSync(cache, { recursive: true });
  const env = { TF_PLUGIN_CACHE_DIR: cache, CHECKPOINT_DISABLE: '1', ...process.env };
  execFileSync('terraform', [`-chdir=${folder}`, ...command], { env, stdio: 'inherit' });
}

try {
  main(process.argv);
} catch (error) {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const message = missing
    ? 'terraform is not on the PATH. Next: install Terraform 1.10 or later.'
    : (error as Error).message;
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
