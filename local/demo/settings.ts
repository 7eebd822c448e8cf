import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Layout } from '../../settings/batches';

/** Short enough to wait for; what is deployed waits for 10 seconds unless it is told otherwise. */
const BATCHING_WINDOW_SECONDS = 1;

/** Gives `use` a settings file that stores every table in this layout: the given one, or a copy that is gone afterwards. */
export async function withLayout<Result>(
  configPath: string,
  layout: Layout,
  use: (configPath: string) => Promise<Result>,
): Promise<Result> {
  if (layout === 'images') return use(configPath);
  const settings = JSON.parse(await readFile(configPath, 'utf8')) as { tables: object[] };
  const tables = settings.tables.map((table) => ({
    ...table,
    ...{ layout, batchingWindowSeconds: BATCHING_WINDOW_SECONDS },
  }));
  const folder = await mkdtemp(path.join(tmpdir(), 'dcs-demo-'));
  try {
    const copy = path.join(folder, 'dcs.config.json');
    await writeFile(copy, JSON.stringify({ ...settings, tables }));
    return await use(copy);
  } finally {
    await rm(folder, { recursive: true });
  }
}
