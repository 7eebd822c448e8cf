import { createHash, randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FileStore } from '../../../../aws/fileStore';
import type { AttributeMap } from '../../../../core/attributeValue';
import { canonicalItem } from '../../../../core/canonicalItem';
import { RefusedError } from '../../../../core/errors';
import { imageBody } from '../../../../core/image';
import { ImportFiles, type ImportManifest } from '../../../../operations/restore/import/importFiles';
import { anyCharacter } from '../../../support/anyCharacter';

const MB = 2 ** 20;

function memoryFiles(): FileStore & { readonly stored: Map<string, Buffer> } {
  const stored = new Map<string, Buffer>();
  return {
    ...{ bucket: 'files', stored },
    write(objectKey, bytes) {
      stored.set(objectKey, bytes);
      return Promise.resolve(createHash('md5').update(bytes).digest('hex'));
    },
  };
}
const item = (id: number, text: string): AttributeMap => ({ id: { N: String(id) }, text: { S: text } });
const manifestIn = ({ stored }: ReturnType<typeof memoryFiles>) =>
  JSON.parse(String(stored.get('x/manifest.json'))) as ImportManifest;

test('each item is one line of one file, whatever order and size; the manifest says how many, and each MD5', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: anyCharacter, maxLength: 200 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 2_000 }),
      async (texts, fileBytes) => {
        const store = memoryFiles();
        const files = new ImportFiles(store, 'x/items/', { mostFiles: 1_000, fileBytes });
        const items = texts.map((text, id) => item(id, text));
        const add = (each: AttributeMap, at: number) =>
          at % 2 === 0 ? files.add(each) : files.addBody(imageBody(each));
        await Promise.all(items.map(add));
        const manifest = await files.close();
        expect(manifestIn(store)).toEqual(manifest);
        const parts = [...store.stored].filter(([objectKey]) => objectKey.startsWith('x/items/'));
        expect(manifest.files.map(({ objectKey }) => objectKey).sort()).toEqual(parts.map(([key]) => key).sort());
        const lines = parts.flatMap(([, bytes]) => gunzipSync(bytes).toString('utf8').trimEnd().split('\n'));
        expect(lines.sort()).toEqual(items.map((each) => `{"Item":${canonicalItem(each)}}`).sort());
        expect(manifest.items).toBe(items.length);
        for (const { objectKey, md5 } of manifest.files) {
          const bytes = store.stored.get(objectKey) ?? Buffer.alloc(0);
          expect(md5).toBe(createHash('md5').update(bytes).digest('hex'));
        }
      },
    ),
    { numRuns: 50 },
  );
});

test('a file that is larger than what is compressed at a time holds all of its lines, in order', async () => {
  const store = memoryFiles();
  const files = new ImportFiles(store, 'x/items/', { lanes: 1 });
  const items = Array.from({ length: 300 }, (_, id) => item(id, 'ü'.repeat(1_000)));
  await Promise.all(items.map((each) => files.add(each)));
  const { files: written, bytes } = await files.close();
  expect(written).toHaveLength(1);
  const text = gunzipSync(store.stored.get(written[0]?.objectKey ?? '') ?? '').toString('utf8');
  expect(text).toBe(items.map((each) => `{"Item":${canonicalItem(each)}}\n`).join(''));
  expect(bytes).toBe(Buffer.byteLength(text));
});

test('more items than fit into the files of an import are refused, and the last file is not written', async () => {
  const store = memoryFiles();
  const files = new ImportFiles(store, 'x/items/', { mostFiles: 2, fileBytes: 1 });
  const adding = async () => {
    for (let id = 0; id < 100; id++) await files.add(item(id, 'text'));
    await files.close();
  };
  await expect(adding()).rejects.toThrow(RefusedError);
  expect(store.stored.has('x/manifest.json')).toBe(false);
});

test('a file that cannot be written fails the whole', async () => {
  const store: FileStore = { bucket: 'files', write: () => Promise.reject(new Error('no such bucket')) };
  const files = new ImportFiles(store, 'x/items/');
  await files.add(item(1, 'text'));
  await expect(files.close()).rejects.toThrow('no such bucket');
});

test('a file is full by what is stored of it, too: of what does not compress there are more of them', async () => {
  const filesOf = async (text: () => string) => {
    const files = new ImportFiles(memoryFiles(), 'x/items/', { lanes: 1, fileBytes: 4 * MB, storedBytes: 0.5 * MB });
    for (let id = 0; id < 40; id++) await files.add(item(id, text()));
    return (await files.close()).files;
  };
  expect(await filesOf(() => 'a'.repeat(50_000))).toHaveLength(1);
  const random = await filesOf(() => randomBytes(37_500).toString('base64'));
  expect(random.length).toBeGreaterThan(1);
  expect(Math.max(...random.map(({ sizeBytes }) => sizeBytes))).toBeLessThan(0.75 * MB);
});
