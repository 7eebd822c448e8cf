import { rmSync } from 'node:fs';
import { SHARED } from './make';

/** After the last test of a run. */
export default function removeSharedFolder(): void {
  const folder = process.env[SHARED];
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
