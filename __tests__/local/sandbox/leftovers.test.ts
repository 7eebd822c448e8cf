import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderPrefix, leftovers } from '../../../local/sandbox/leftovers';

/** More than any process can have: Linux allows 4,194,304 (proc(5), pid_max). */
const killed = 4_194_305;

test('what a sandbox that was killed has left is named; one beside this one is not, nor what is of somebody else', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dcs-leftovers-'));
  try {
    for (const name of [
      `${folderPrefix(killed)}a1B2c3`,
      `${folderPrefix(process.pid)}a1B2c3`,
      'dcs-sandbox-x',
      'other',
    ])
      mkdirSync(path.join(folder, name));
    expect(await leftovers(folder)).toEqual([path.join(folder, `${folderPrefix(killed)}a1B2c3`)]);
    expect(await leftovers(path.join(folder, 'none'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
