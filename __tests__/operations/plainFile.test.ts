import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RefusedError } from '../../core/errors';
import { downloadTable } from '../../operations/download/downloadTable';
import { makeFolder, writePlainFile } from '../../operations/plainFile';
import { unfinishedNotes } from '../../operations/restore/unfinished';
import { MemoryBucket } from '../support/memoryBucket';

let folder: string;
let elsewhere: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-files-'));
  elsewhere = path.join(folder, 'of-somebody-else');
  writeFileSync(elsewhere, 'precious');
});
afterEach(() => {
  expect(readFileSync(elsewhere, 'utf8')).toBe('precious');
  rmSync(folder, { recursive: true });
});

test('an older file is replaced', async () => {
  const file = path.join(folder, 'file');
  await writePlainFile(file, 'one, which is longer');
  await writePlainFile(file, 'two');
  expect(readFileSync(file, 'utf8')).toBe('two');
});

test('a link is never written through, and a folder is no file', async () => {
  const link = path.join(folder, 'link');
  symlinkSync(elsewhere, link);
  await expect(writePlainFile(link, 'x')).rejects.toThrow(/link is a link, and nothing is written there; remove it/);
  const dangling = path.join(folder, 'dangling');
  symlinkSync(path.join(folder, 'nowhere'), dangling);
  await expect(writePlainFile(dangling, 'x')).rejects.toThrow(RefusedError);
  await expect(writePlainFile(folder, 'x')).rejects.toThrow('is no plain file');
});

test('a folder that is a link is refused', async () => {
  const link = path.join(folder, 'linked');
  mkdirSync(path.join(folder, 'real'));
  symlinkSync(path.join(folder, 'real'), link);
  await expect(makeFolder(link)).rejects.toThrow(/linked is a link; name the folder that it leads to/);
});

test('folders above one are made with it, and one that is there stays', async () => {
  const deep = path.join(folder, 'a', 'b', 'c');
  for (let time = 0; time < 2; time++) await makeFolder(deep);
  await writePlainFile(path.join(deep, 'file'), 'text');
});

test('what lies below a file cannot be made, and neither can what its folder does not take', async () => {
  await expect(makeFolder(path.join(elsewhere, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder(elsewhere)).rejects.toMatchObject({ code: 'EEXIST' });
  // A folder of the system in which nothing can be made, and where Node.js tries for ever; elsewhere there is none.
  if (process.platform !== 'linux') return;
  for (const place of ['/proc/dcs', '/proc/dcs/a/b'])
    await expect(makeFolder(place)).rejects.toThrow("mkdir '/proc/dcs'");
});

test.each(['versions.jsonl', 'manifest.json', 'manifest.json.part'])(
  'a copy is not written over what %s leads to',
  async (name) => {
    const copy = path.join(folder, 'copy');
    mkdirSync(copy);
    symlinkSync(elsewhere, path.join(copy, name));
    const source = new MemoryBucket();
    const { signal } = new AbortController();
    const download = downloadTable({
      ...{ source, histories: source.histories(''), table: { prefix: '', tableName: 'users' }, folder: copy, signal },
      nowMs: () => 0,
    });
    await expect(download).rejects.toThrow(RefusedError);
  },
);

test('a note of a restore is not written over what its place leads to', async () => {
  mkdirSync(path.join(folder, 'state'));
  symlinkSync(folder, path.join(folder, 'state', 'unfinished-restores'));
  const notes = unfinishedNotes({ DCS_STATE_DIR: path.join(folder, 'state') }, () => undefined);
  await expect(notes.write({ tableId: 't', momentMs: 0 })).rejects.toThrow(RefusedError);
});
