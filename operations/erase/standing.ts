import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import type { TableLocation } from '../../core/objectKey';
import { ABANDONED_MS, begunAtMs } from '../journal/compact/attempts';
import type { Catalog } from '../journal/runs/catalog';
import type { JournalMention, UnreadableFile } from './journalMentions';

/**
 * What an object of a journal is to who reads it. `read`: its lines count. `unread`: they do not, whatever happens, for others have taken its place.
 * `busy`: it may be what a compactor is at work on. `unknown`: its manifest cannot be read.
 */
export type Standing = 'read' | 'unread' | 'busy' | 'unknown';

/** A version of a journal with lines of some items, and what it is to readers. */
export interface HeldVersion extends JournalMention {
  readonly standing: Standing;
}

/** One that nobody can read. */
export interface HeldFile extends UnreadableFile {
  readonly standing: Standing;
}

/** @param catalog of the destination bucket, looked up before the mentions */
export function standingIn(
  table: TableLocation,
  catalog: Catalog,
  nowMs: number,
): (mention: Pick<JournalMention, 'is' | 'version'>) => Standing {
  const named = (folders: readonly { readonly name: string }[]) => new Set(folders.map(({ name }) => name));
  const inForce = named(catalog.runs);
  const replaced = named(catalog.superseded);
  const [bases, retired] = [named(catalog.bases), named(catalog.retired)];
  const begun = new Map(catalog.unfinished.map((folder) => [folder.prefix, begunAtMs(folder)]));
  const ofFolder = (prefix: string): Standing => {
    const since = begun.get(prefix);
    return since === undefined ? 'unknown' : since < nowMs - ABANDONED_MS ? 'unread' : 'busy';
  };
  return ({ is, version: { objectKey } }) => {
    if (is === 'journal') return catalog.consumed.has(objectKey) ? 'unread' : 'read';
    const below = is === 'run' ? runsPrefix(table) : basePrefix(table);
    const name = nameIn(objectKey, below);
    if (is === 'run' ? inForce.has(name) : bases.has(name)) return 'read';
    if (is === 'run' ? replaced.has(name) : retired.has(name)) return 'unread';
    return ofFolder(`${below}${name}/`);
  };
}

/** Of the folder of a run or a base. */
export function nameIn(objectKey: string, below: string): string {
  return objectKey.slice(below.length).split('/', 1)[0] ?? '';
}

/** @returns the key below `journal/` */
export function journalKeyBelow(table: TableLocation, objectKey: string): string {
  return objectKey.slice(journalPrefix(table).length);
}
