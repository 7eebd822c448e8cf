import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { zipSync } from 'fflate';

/** The package of a function, in the folder of its stack. */
export interface CodePackage {
  /** From the folder of the stack, which is where Terraform runs. */
  readonly filename: string;
  /** SHA-256 of the package, in base64: Lambda's own digest of it. */
  readonly sourceCodeHash: string;
}

/**
 * Makes the package at synth, beside the stack's JSON: a saved plan, and a run on another machine, find the very bytes that
 * the plan is about. The same files give the same bytes whatever the checkout, the clock and the machine.
 */
export function codePackage(scope: Construct, functionName: string, codeDirectory: string): CodePackage {
  const bytes = zipOf(codeDirectory);
  const digest = createHash('sha256').update(bytes).digest();
  const filename = `packages/${functionName}-${digest.toString('hex').slice(0, 16)}.zip`;
  const { outdir, manifest } = App.of(scope);
  const file = path.join(outdir, manifest.forStack(TerraformStack.of(scope)).workingDirectory, filename);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return { filename, sourceCodeHash: digest.toString('base64') };
}

/** By the digest of what was packed. To pack is most of what a synth computes, and many stacks and tables have the same code. */
const packed = new Map<string, Buffer>();

const UNIX = 3;
const READABLE_BY_ALL = 0o100644 << 16; // Lambda runs the code as another user than the one who packed it.

/** All files below a folder by their names, with the date of none of them. */
function zipOf(directory: string): Buffer {
  if (!existsSync(path.join(directory, 'index.js'))) {
    throw new Error(
      `There is no index.js in ${directory}, which should hold the code of a function. Next: npm run bundle.`,
    );
  }
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name))).sort();
  const contents = paths.map((name) => {
    return [name.split(path.sep).join('/'), readFileSync(path.join(directory, name))] as const;
  });
  const digest = digestOf(contents);
  const bytes = packed.get(digest) ?? pack(contents);
  packed.set(digest, bytes);
  return bytes;
}

type Contents = readonly (readonly [name: string, bytes: Buffer])[];

/** Of the lengths too: what ends one file cannot begin the next one. */
function digestOf(contents: Contents): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of contents) hash.update(JSON.stringify([name, bytes.length])).update(bytes);
  return hash.digest('hex');
}

function pack(contents: Contents): Buffer {
  // A zip holds local time: the first moment that it can hold, wherever this runs.
  const options = { mtime: new Date(1980, 0, 1), level: 9, os: UNIX, attrs: READABLE_BY_ALL } as const;
  return Buffer.from(zipSync(Object.fromEntries(contents), options));
}
