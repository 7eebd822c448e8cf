import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { printable } from '../../core/printable';
import { variable } from '../../core/variable';
import type { AskedMoment } from './sameMoment';
import { makeFolder, writePlainFile } from '../plainFile';

/** A restore into a new table that has not come to its end, so that the same command can continue it. */
export interface UnfinishedRestore extends AskedMoment {
  /** Tells this table from one of the same name that somebody made later. */
  readonly tableId: string;
}

/** Notes about unfinished restores, one file for each table, on the machine where the command runs. */
export interface UnfinishedNotes {
  read(tableId: string): Promise<UnfinishedRestore | undefined>;
  write(note: UnfinishedRestore): Promise<void>;
  remove(tableId: string): Promise<void>;
}

/**
 * Below DCS_STATE_DIR, or `.dcs` in the home directory.
 *
 * @param onDamaged told why a note cannot be used: it is passed over
 */
export function unfinishedNotes(env: NodeJS.ProcessEnv, onDamaged: (words: string) => void): UnfinishedNotes {
  const folder = path.join(variable(env, 'DCS_STATE_DIR') ?? path.join(homedir(), '.dcs'), 'unfinished-restores');
  const fileOf = (tableId: string) =>
    path.join(folder, `${createHash('sha256').update(tableId).digest('hex').slice(0, 32)}.json`);
  return {
    async read(tableId) {
      const file = fileOf(tableId);
      try {
        return noteIn(await readFile(file, 'utf8'), tableId);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        const why = printable((error as Error).message);
        onDamaged(`The note of an unfinished restore in ${file} is passed over: ${why}.`);
        return undefined;
      }
    },
    async write(note) {
      await makeFolder(folder);
      await writePlainFile(fileOf(note.tableId), JSON.stringify(note));
    },
    async remove(tableId) {
      const file = fileOf(tableId);
      try {
        await rm(file, { force: true });
      } catch (error) {
        // There is none below what is no folder. Any other deletes nothing when it is read: the restore goes on.
        if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return;
        onDamaged(
          `The note of a restore in ${file} cannot be removed: ${(error as Error).message}. Remove it yourself.`,
        );
      }
    },
  };
}

/** Beyond this, before 1970 and after, there is no date (ECMAScript, Time Values and Time Range). */
const LATEST_MS = 8.64e15;

/** The newest state has no moment; JSON has null for it. */
function noteIn(text: string, tableId: string): UnfinishedRestore {
  const note = JSON.parse(text) as Partial<Record<keyof UnfinishedRestore, unknown>> | null;
  const momentMs = note?.momentMs === null ? Infinity : note?.momentMs;
  if (note?.tableId !== tableId) throw new Error('it is of another table');
  const isMoment =
    note.momentMs === null || (Number.isSafeInteger(momentMs) && Math.abs(momentMs as number) <= LATEST_MS);
  if (!isMoment) throw new Error('it has no moment');
  const { relativeWords } = note;
  const isNoted = relativeWords === null || typeof relativeWords === 'string';
  return { tableId, momentMs: momentMs as number, ...(isNoted && { relativeWords }) };
}
