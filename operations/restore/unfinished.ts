import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** A restore into a new table that has not come to its end, so that the same command can continue it. */
export interface UnfinishedRestore {
  /** Tells this table from one of the same name that somebody made later. */
  readonly tableId: string;
  readonly momentMs: number;
}

/** Notes about unfinished restores, one file for each table, on the machine where the command runs. */
export interface UnfinishedNotes {
  read(tableId: string): Promise<UnfinishedRestore | undefined>;
  write(note: UnfinishedRestore): Promise<void>;
  remove(tableId: string): Promise<void>;
}

/** Below DCS_STATE_DIR, or `.dcs` in the home directory. */
export function unfinishedNotes(env: NodeJS.ProcessEnv): UnfinishedNotes {
  const folder = path.join(env.DCS_STATE_DIR ?? path.join(homedir(), '.dcs'), 'unfinished-restores');
  const fileOf = (tableId: string) =>
    path.join(folder, `${createHash('sha256').update(tableId).digest('hex').slice(0, 32)}.json`);
  return {
    async read(tableId) {
      try {
        return JSON.parse(await readFile(fileOf(tableId), 'utf8')) as UnfinishedRestore;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(note) {
      await mkdir(folder, { recursive: true });
      await writeFile(fileOf(note.tableId), JSON.stringify(note));
    },
    remove: (tableId) => rm(fileOf(tableId), { force: true }),
  };
}

/** What identifies a table: its id, or where there is none its name and time of creation. */
export function tableIdOf(description: { TableId?: string; TableArn?: string; CreationDateTime?: Date }): string {
  return description.TableId ?? `${description.TableArn ?? ''} ${String(description.CreationDateTime?.getTime())}`;
}
