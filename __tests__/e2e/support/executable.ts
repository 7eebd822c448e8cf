import { copyFile } from 'node:fs/promises';
import path from 'node:path';

const BUNDLED = path.resolve(__dirname, '../../../dist/cli/dcs.js');

/** A copy of the executable that `npm run bundle` has made, in a folder of a test's own: to bundle it takes longer than most commands. */
export async function executableIn(folder: string): Promise<string> {
  const executable = path.join(folder, 'dcs.js');
  await copyFile(BUNDLED, executable);
  return executable;
}
