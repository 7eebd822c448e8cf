import { build } from 'esbuild';
import path from 'node:path';
import type { BuiltPage } from './files';

/** Builds the page: one script and one style, with nothing from elsewhere. */
export async function bundlePage(): Promise<BuiltPage & { readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: path.dirname(__dirname),
    entryPoints: { page: 'ui/page/main.tsx', style: 'ui/page/page.css' },
    outdir: 'page',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const text = (extension: string) => outputFiles.find((file) => file.path.endsWith(extension))?.text ?? '';
  return { script: text('.js'), style: text('.css'), inputs: Object.keys(metafile.inputs) };
}
