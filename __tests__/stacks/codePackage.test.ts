import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runInThisContext } from 'node:vm';
import * as cdktf from 'cdktf';
import { unzipSync } from 'fflate';
import { codePackage } from '../../stacks/constructs/codePackage';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-package-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Code in a folder of its own, written in the order of its names, or the other way round. */
function code(name: string, files: Readonly<Record<string, string>>): string {
  const directory = path.join(folder, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  return directory;
}

function packaged(directory: string, outdir: string, pack = codePackage) {
  const app = new cdktf.App({ outdir: path.join(folder, outdir) });
  const stack = new cdktf.TerraformStack(app, 'stack');
  const made = pack(stack, 'capture', directory);
  app.synth();
  return { ...made, bytes: readFileSync(path.join(folder, outdir, 'stacks/stack', made.filename)) };
}

const FILES = { 'index.js': 'exports.handler = 1;', 'more/data.json': '{}' };

test('the package is beside the JSON of the stack, holds every file, and its hash is that of its bytes', () => {
  const { filename, sourceCodeHash, bytes } = packaged(code('a', FILES), 'out');
  expect(filename).toMatch(/^packages\/capture-[0-9a-f]{16}\.zip$/);
  expect(sourceCodeHash).toBe(createHash('sha256').update(bytes).digest('base64'));
  const texts = Object.entries(unzipSync(bytes)).map(([name, data]) => [name, Buffer.from(data).toString()]);
  expect(Object.fromEntries(texts)).toEqual(FILES);
});

/** As in another process, which has packed nothing yet. */
async function inAnotherProcess(): Promise<typeof codePackage> {
  let fresh: typeof codePackage | undefined;
  await jest.isolateModulesAsync(async () => {
    jest.doMock('cdktf', () => cdktf);
    ({ codePackage: fresh } = await import('../../stacks/constructs/codePackage'));
  });
  return fresh!;
}

test('the same files give the same bytes, whatever their age, mode and place, and the time zone', async () => {
  const one = packaged(code('a', FILES), 'one');
  const again = code('b', Object.fromEntries(Object.entries(FILES).reverse()));
  utimesSync(path.join(again, 'index.js'), 1, 1);
  chmodSync(path.join(again, 'index.js'), 0o700);
  const here = new Date(0).getHours();
  // A test has a copy of the environment, which Node takes no time zone from.
  const env = runInThisContext('process.env') as NodeJS.ProcessEnv;
  const zone = env.TZ;
  env.TZ = here === 12 ? 'UTC' : 'Pacific/Auckland';
  try {
    expect(new Date(0).getHours()).not.toBe(here);
    expect(packaged(again, 'two', await inAnotherProcess()).bytes.equals(one.bytes)).toBe(true);
  } finally {
    if (zone === undefined) delete env.TZ;
    else env.TZ = zone;
  }
});

test.each([
  ['another text', { ...FILES, 'index.js': 'exports.handler = 2;' }],
  ['another name', { 'index.js': FILES['index.js'], 'more/date.json': '{}' }],
])('%s is another package', (_what, files) => {
  const { filename, sourceCodeHash } = packaged(code('a', FILES), 'one');
  const other = packaged(code('b', files), 'two');
  expect(other.filename).not.toBe(filename);
  expect(other.sourceCodeHash).not.toBe(sourceCodeHash);
});

test('files that everybody may read: Lambda runs them as another user', () => {
  const { bytes } = packaged(code('a', { 'index.js': '' }), 'out');
  const directoryEntry = bytes.indexOf(Buffer.from('PK\u0001\u0002'));
  expect((bytes.readUInt32LE(directoryEntry + 38) >>> 16).toString(8)).toBe('100644');
});

test('code that is changed after it was packed is packed anew', () => {
  const before = packaged(code('a', FILES), 'one');
  const after = packaged(code('a', { ...FILES, 'index.js': 'exports.handler = 2;' }), 'two');
  expect(Buffer.from(unzipSync(after.bytes)['index.js']!).toString()).toBe('exports.handler = 2;');
  expect(packaged(code('a', FILES), 'three').bytes.equals(before.bytes)).toBe(true);
});

test('without code it is said how to make it', () => {
  expect(() => packaged(code('a', { 'other.js': '' }), 'out')).toThrow('Next: npm run bundle.');
});
