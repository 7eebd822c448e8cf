import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder in which the test files of one run leave what others need, too. */
export const SHARED = 'DCS_TESTS_SHARED';

let folder: string | undefined;

/** Before the first test of a run; each project of the run asks for it. */
export default function makeSharedFolder(): void {
  process.env[SHARED] = folder ??= mkdtempSync(join(tmpdir(), 'dcs-tests-'));
}
