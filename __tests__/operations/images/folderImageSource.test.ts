import fc from 'fast-check';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { downloadTable } from '../../../operations/download/downloadTable';
import { compareKeys } from '../../../core/keyRanges';
import { MANIFEST, VERSIONS } from '../../../operations/images/copyFile';
import { folderImageSource } from '../../../operations/images/folderImageSource';
import { MemoryBucket } from '../../support/memoryBucket';
import { anyCharacter } from '../../support/anyCharacter';

const table = { prefix: 'p/', tableName: 'users' };

async function all(histories: AsyncIterable<ObjectHistory>): Promise<ObjectHistory[]> {
  const list: ObjectHistory[] = [];
  for await (const history of histories) list.push(history);
  return list;
}

async function* inKeyOrder(bucket: MemoryBucket): AsyncGenerator<ObjectHistory> {
  yield* (await all(bucket.histories('p/users/'))).sort((a, b) => compareKeys(a.objectKey, b.objectKey));
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dcs-copy-'));
});
afterEach(() => rm(folder, { recursive: true }));

const copy = (source: MemoryBucket) =>
  downloadTable({
    source,
    histories: inKeyOrder(source),
    table,
    folder,
    signal: new AbortController().signal,
    nowMs: () => 0,
  });

const objects = fc.uniqueArray(
  fc.record({
    name: fc.string({ unit: anyCharacter, minLength: 1, maxLength: 6 }),
    bodies: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 25 },
);

describe('a downloaded copy', () => {
  test('law: it has every object with every version, by listing, by name, and by content', async () => {
    await fc.assert(
      fc.asyncProperty(objects, fc.string({ unit: anyCharacter }), async (list, other) => {
        const bucket = new MemoryBucket();
        for (const { name, bodies } of list)
          for (const [i, body] of bodies.entries())
            bucket.store(`p/users/${name}/image.json`, { body, metadata: { 'dcs-event': String(i) } }, i * 1_000);
        await copy(bucket);
        const source = await folderImageSource(folder);
        const listed = await all(source.histories('p/users/'));
        expect(listed.map(({ objectKey }) => objectKey)).toEqual(
          list.map(({ name }) => `p/users/${name}/image.json`).sort(compareKeys),
        );
        for (const { name, bodies } of list) {
          const history = await source.history(`p/users/${name}/image.json`);
          expect(history?.versions.map(({ storedAtMs }) => storedAtMs)).toEqual(bodies.map((_, i) => i * 1_000));
          for (const [i, version] of (history?.versions ?? []).entries()) {
            const object = await source.images.get(version.objectKey, version.versionId);
            expect(object).toEqual({ body: bodies[i], metadata: { 'dcs-event': String(i) }, storedAtMs: i * 1_000 });
          }
        }
        if (!list.some(({ name }) => name === other))
          expect(await source.history(`p/users/${other}/image.json`)).toBeUndefined();
        await source.close?.();
      }),
      { numRuns: 60 },
    );
  });

  test('a version in an archive class is counted, and has no body', async () => {
    const bucket = new MemoryBucket();
    bucket.store('p/users/a/image.json', { body: '{}', metadata: {} }, 0, 'GLACIER');
    expect(await copy(bucket)).toMatchObject({ versions: 1, archived: 1 });
    const source = await folderImageSource(folder);
    const history = await source.history('p/users/a/image.json');
    const { objectKey, versionId } = history!.versions[0]!;
    await expect(source.images.get(objectKey, versionId)).rejects.toThrow('was in GLACIER when it was copied');
    await source.close?.();
  });

  test('one that is not whole is refused, and it is said what to do', async () => {
    const bucket = new MemoryBucket();
    bucket.store('p/users/a/image.json', { body: '{}', metadata: {} }, 0);
    await copy(bucket);
    await appendFile(path.join(folder, VERSIONS), 'x');
    await expect(folderImageSource(folder)).rejects.toThrow('its manifest says');
    await rm(path.join(folder, MANIFEST));
    await expect(folderImageSource(folder)).rejects.toThrow('Make one with dcs download TABLE --folder');
  });

  test('a newer format is refused by name', async () => {
    const bucket = new MemoryBucket();
    bucket.store('p/users/a/image.json', { body: '{}', metadata: {} }, 0);
    await copy(bucket);
    const manifest = path.join(folder, MANIFEST);
    await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"format": "1"', '"format": "9"'));
    await expect(folderImageSource(folder)).rejects.toThrow('has the format "9"; this version of dcs reads 1');
  });

  test('a copy that fails in the middle leaves no manifest, and the older one is gone', async () => {
    const bucket = new MemoryBucket();
    bucket.store('p/users/a/image.json', { body: '{}', metadata: {} }, 0);
    await copy(bucket);
    bucket.images.get = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    await expect(copy(bucket)).rejects.toThrow('no space left');
    await expect(folderImageSource(folder)).rejects.toThrow('holds no whole copy');
    await expect(readFile(path.join(folder, MANIFEST))).rejects.toThrow('ENOENT');
  });

  describe('of three objects with two versions each', () => {
    const KEYS = ['a', 'b', 'c'].map((name) => `p/users/${name}/image.json`);
    let lines: string[];
    beforeEach(async () => {
      const bucket = new MemoryBucket();
      for (const key of KEYS) for (const ms of [0, 1_000]) bucket.store(key, { body: '{}', metadata: {} }, ms);
      await copy(bucket);
      lines = (await readFile(path.join(folder, VERSIONS), 'utf8')).trimEnd().split('\n');
    });
    /** Writes the lines, and a manifest that says their size. */
    async function write(changed: readonly string[]): Promise<void> {
      const text = `${changed.join('\n')}\n`;
      await writeFile(path.join(folder, VERSIONS), text);
      const file = path.join(folder, MANIFEST);
      const manifest = JSON.parse(await readFile(file, 'utf8')) as object;
      await writeFile(file, JSON.stringify({ ...manifest, bytes: Buffer.byteLength(text) }));
    }
    async function readAll(): Promise<Record<string, string>> {
      const source = await folderImageSource(folder);
      try {
        const seen: Record<string, string> = {};
        for (const { objectKey, versions } of await all(source.histories('p/users/'))) {
          expect(await source.history(objectKey)).toBeDefined();
          const reads = versions.map(({ versionId }) => source.images.get(objectKey, versionId));
          seen[objectKey] = (await Promise.allSettled(reads))
            .map(({ status }) => (status === 'fulfilled' ? '+' : '-'))
            .join('');
        }
        return seen;
      } finally {
        await source.close?.();
      }
    }
    const DAMAGED = ['null', '7', '', '{"objectKey":"p/users/b/image.json"}', '{"objectKey', '['.repeat(20_000)];

    test.each(DAMAGED.map((line) => [line.slice(0, 30), line]))(
      'law: a damaged line (%s) makes one object unreadable, and no other',
      async (_, line) => {
        for (const at of [0, 2, 3, 5]) {
          await write(lines.map((good, i) => (i === at ? line : good)));
          const seen = await readAll();
          expect(Object.keys(seen)).toEqual(KEYS);
          expect(Object.values(seen).join('').replaceAll('+', '')).toBe('-');
        }
      },
    );

    test('a line that no image can have is damaged, and not held', async () => {
      await write([...lines.slice(0, 5), 'x'.repeat(70_000_000)]);
      const source = await folderImageSource(folder);
      const objects = await all(source.histories(''));
      const { objectKey, versionId } = objects[2]!.versions[1]!;
      await expect(source.images.get(objectKey, versionId)).rejects.toThrow(
        /a line of versions\.jsonl is damaged, at byte/,
      );
      await source.close?.();
    });

    test('lines that somebody has put in another order, or of another table than the manifest says, are refused', async () => {
      const [a1, a2, ...others] = lines as [string, string, ...string[]];
      const changed = [
        [...others, a1, a2],
        [a1, ...others, a2],
        lines.map((line) => line.replaceAll('p/users/c/', 'p/others/c/')).toSorted(),
      ];
      for (const [i, one] of changed.entries()) {
        await write(one);
        await expect(readAll()).rejects.toThrow(
          i < 2 ? 'out of order: somebody has changed it' : /copy the folder again/,
        );
      }
      await write(lines);
      const file = path.join(folder, MANIFEST);
      await writeFile(file, (await readFile(file, 'utf8')).replace('"tableName":"users"', '"tableName":"others"'));
      await expect(readAll()).rejects.toThrow('its manifest is of what is below p/others/: somebody has changed it');
    });

    test('fewer lines or objects than the manifest says are refused, though the size is right', async () => {
      await write(lines.slice(0, -1));
      await expect(readAll()).rejects.toThrow(
        /has 5 versions of 3 objects, its manifest says 6 of 3; copy the folder again/,
      );
    });

    test.each(['null', '7', '[]', '{', '{"format":"1"}', '{"format":"1","bytes":"many"}', '{"format":1}'])(
      'a manifest that is %s is refused in words',
      async (text) => {
        await writeFile(path.join(folder, MANIFEST), text);
        await expect(folderImageSource(folder)).rejects.toThrow(
          /holds no whole copy made by dcs download: manifest\.json is damaged/,
        );
      },
    );
  });
});
