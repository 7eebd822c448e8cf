import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * The licences of the packages that stand in a bundle: their terms ask for a copy beside it.
 *
 * @param inputs the files that were bundled, relative to `root`
 */
export function licencesOf(inputs: readonly string[], root: string): string {
  const folders = new Set(
    inputs.flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  const sections = [...folders].map((folder) => licenceOf(path.join(root, folder))).sort();
  return ['dcs stands on the work of others. Their packages, and the terms of each:', ...sections].join(
    `\n\n${'-'.repeat(80)}\n\n`,
  );
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n\n${readFileSync(path.join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license ?? 'see below'})${text}`;
}
