import fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { printable } from '../../../core/printable';
import { unfinishedNotes, type UnfinishedRestore } from '../../../operations/restore/unfinished';
import { anyCharacter } from '../../support/anyCharacter';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'dcs-notes-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tableId = 'a-table';

/** What is read where a note of the table should be, and what was said of it. */
async function readFrom(bytes: string | Buffer) {
  const words: string[] = [];
  const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, (said) => words.push(said));
  await notes.write({ tableId, momentMs: 0 });
  const [file = ''] = readdirSync(path.join(folder, 'unfinished-restores'));
  writeFileSync(path.join(folder, 'unfinished-restores', file), bytes);
  return { note: await notes.read(tableId), words: words.join('\n') };
}

test.each([Infinity, 0, 1_700_000_000_123, Date.UTC(2026, 5, 1)])(
  'a restore as of %d is continued',
  async (momentMs) => {
    const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, (words) => expect(words).toBe(''));
    await notes.write({ tableId, momentMs });
    expect(await notes.read(tableId)).toEqual({ tableId, momentMs });
    expect(await notes.read('another')).toBeUndefined();
    await notes.remove(tableId);
    expect(await notes.read(tableId)).toBeUndefined();
  },
);

test.each([
  ['a number that no date can be', '{"tableId":"a-table","momentMs":1e30}', 'it has no moment'],
  ['one that JSON makes endless', '{"tableId":"a-table","momentMs":1e400}', 'it has no moment'],
  ['one that is below no date', '{"tableId":"a-table","momentMs":-1e400}', 'it has no moment'],
  ['a part of a millisecond', '{"tableId":"a-table","momentMs":1700000000000.5}', 'it has no moment'],
  ['a text', '{"tableId":"a-table","momentMs":"2026-06-01T00:00:00Z"}', 'it has no moment'],
  ['nothing about a moment', '{"tableId":"a-table"}', 'it has no moment'],
  ['another table', '{"tableId":"b-table","momentMs":0}', 'it is of another table'],
  ['no table', '{"momentMs":0}', 'it is of another table'],
  ['null', 'null', 'it is of another table'],
  ['a list', '[]', 'it is of another table'],
  ['half of a note', '{"tableId":"a-table","mom', 'is passed over'],
  ['nothing', '', 'is passed over'],
  ['a mark of byte order', '\ufeff{"tableId":"b-table","momentMs":0}', 'is passed over'],
  ['UTF-16', Buffer.from('{"tableId":"a-table","momentMs":0}', 'utf16le'), 'is passed over'],
  ['very deep', '['.repeat(200_000), 'is passed over'],
])('what has %s is passed over, with a word', async (_, bytes, why) => {
  const { note, words } = await readFrom(bytes);
  expect(note).toBeUndefined();
  expect(words).toContain(why);
});

test('what is no file, or lies below no folder, is no note', async () => {
  const words: string[] = [];
  const notes = unfinishedNotes({ DCS_STATE_DIR: folder }, (said) => words.push(said));
  await notes.write({ tableId, momentMs: 0 });
  const [file = ''] = readdirSync(path.join(folder, 'unfinished-restores'));
  rmSync(path.join(folder, 'unfinished-restores', file));
  mkdirSync(path.join(folder, 'unfinished-restores', file));
  expect(await notes.read(tableId)).toBeUndefined();
  expect(words).toHaveLength(1);
  writeFileSync(path.join(folder, 'plain'), '');
  const below = unfinishedNotes({ DCS_STATE_DIR: path.join(folder, 'plain') }, (said) => words.push(said));
  expect(await below.read(tableId)).toBeUndefined();
});

test('whatever lies there, a moment that it gives can be one, and what is said of it is one line', async () => {
  const moments = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(null, '1', [], {}, true));
  const texts = fc.oneof(
    fc.string({ unit: anyCharacter }),
    fc.string({ unit: fc.constantFrom('\u001b[31m', '\n', '\u202e', '{', '"', '}', 'x') }),
    fc.record({ tableId: fc.constantFrom(tableId, 'b'), momentMs: moments }).map((note) => JSON.stringify(note)),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const { note, words } = await readFrom(text);
      if (note) expect(isUsable(note)).toBe(true);
      expect(words).toBe(printable(words));
    }),
  );
});

function isUsable({ tableId: id, momentMs }: UnfinishedRestore): boolean {
  return id === tableId && (momentMs === Infinity || !Number.isNaN(new Date(momentMs).getTime()));
}
