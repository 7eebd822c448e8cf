import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFile } from '../../settings/findFile';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dcs-find-'));
  mkdirSync(path.join(folder, 'a', 'b'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));
const file = (...names: string[]) => writeFileSync(path.join(folder, ...names), '{}');
const find = (userId = process.getuid?.()) => findFile('dcs.test.json', path.join(folder, 'a', 'b'), userId);

test('the settings file of the nearest folder above is found, as git finds its repository', () => {
  expect(find()).toBeUndefined();
  file('dcs.test.json');
  expect(find()).toBe(path.join('..', '..', 'dcs.test.json'));
  file('a', 'dcs.test.json');
  expect(find()).toBe(path.join('..', 'dcs.test.json'));
  file('a', 'b', 'dcs.test.json');
  expect(find()).toBe('dcs.test.json');
});

test('one above that belongs to another user is not taken unasked', () => {
  file('dcs.test.json');
  const owner = process.getuid?.();
  if (owner === undefined) return;
  // A file of root is taken by everybody.
  if (owner === 0) chownSync(path.join(folder, 'dcs.test.json'), 4_242, 4_242);
  expect(() => find(owner + 1)).toThrow('belongs to another user');
  file('a', 'b', 'dcs.test.json');
  expect(find(owner + 1)).toBe('dcs.test.json');
});
