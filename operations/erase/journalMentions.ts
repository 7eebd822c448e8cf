import { ARCHIVE_CLASSES } from '../../aws/archive';
import { parallelHistories } from '../../aws/parallelHistories';
import type { ObjectVersion } from '../../aws/objectVersions';
import { UnreadableImageError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { basePrefix, journalPrefix, runsPrefix } from '../../core/journal/journalKeys';
import { mayGo, type VersionLock } from '../../core/lockRenewal';
import type { ConfiguredTable } from '../../settings/configuredTable';
import { whyUnreadable } from '../images/whyUnreadable';
import { mayBeDelete, objectKeysOf } from './keysOfLines';
import type { ErasedBucket, ErasedSide } from './places';
import { linesOfGzip } from './scanFile';

/** What of a journal an object is. */
export type JournalPart = 'journal' | 'run' | 'base';

/** A version of an object of a journal that has lines of some item that was asked for. */
export interface JournalMention {
  readonly in: ErasedSide;
  readonly is: JournalPart;
  readonly version: ObjectVersion;
  /** How many lines each of those items has in it, by its object key. */
  readonly items: ReadonlyMap<string, number>;
  /** Of all items. */
  readonly lines: number;
  /** Those of the items of which it may have a delete. */
  readonly deletes: ReadonlySet<string>;
  readonly lock?: VersionLock;
  /** Its tag says that it may expire. */
  readonly mayExpire: boolean;
}

/** A version that nobody can read: any item may have a line in it. */
export interface UnreadableFile {
  readonly in: ErasedSide;
  readonly is: JournalPart;
  readonly version: ObjectVersion;
  readonly reason: string;
}

export interface JournalMentions {
  readonly mentions: readonly JournalMention[];
  readonly unreadable: readonly UnreadableFile[];
}

export interface MentionsRequest {
  readonly table: ConfiguredTable;
  readonly buckets: readonly ErasedBucket[];
  readonly signal: AbortSignal;
  readonly onScanned?: (files: number) => void;
}

/** Parts of runs and bases have 64 MB at most; what is twice as large is none of ours. */
const LARGEST_BYTES = 128 * 1024 * 1024;
/** Of the largest files so many are in memory at once, each 64 MB. */
const FILES_AT_A_TIME = 4;

/**
 * Every version of every object below a table's journal, its runs and its bases, in both buckets, that has a line of an item of which
 * `isAsked` says so: also what no reader looks at any more, what lies under another version or a delete marker, and what was never finished.
 * It goes by no index and no manifest, which may be wrong: each of these files is read.
 *
 * @param isAsked by the object key that the item has in the layout of images
 */
export async function journalMentions(
  request: MentionsRequest,
  isAsked: (objectKey: string) => boolean,
): Promise<JournalMentions> {
  const { table, buckets, signal, onScanned } = request;
  const mentions: JournalMention[] = [];
  const unreadable: UnreadableFile[] = [];
  const scan = async (bucket: ErasedBucket, is: JournalPart, version: ObjectVersion) => {
    signal.throwIfAborted();
    try {
      const found = await linesOf(bucket, table, version, isAsked, signal);
      if (found.items.size > 0) {
        mentions.push({ ...{ in: bucket.side, is, version }, ...found, ...(await lockOf(bucket, version)) });
      }
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      unreadable.push({ in: bucket.side, is, version, reason });
    }
    onScanned?.(1);
  };
  for (const bucket of buckets) {
    for (const [is, prefix] of placesOf(table)) {
      await inParallel(versionsBelow(bucket, prefix, signal), FILES_AT_A_TIME, (version) => scan(bucket, is, version));
    }
  }
  return { mentions, unreadable };
}

function placesOf(table: ConfiguredTable): [JournalPart, string][] {
  return [
    ['journal', journalPrefix(table)],
    ['run', runsPrefix(table)],
    ['base', basePrefix(table)],
  ];
}

async function* versionsBelow({ lister }: ErasedBucket, prefix: string, signal: AbortSignal) {
  for await (const { objectKey, versions } of parallelHistories(lister, prefix, { signal })) {
    if (objectKey.startsWith(prefix) && !NAMES_NO_ITEM.test(objectKey)) yield* versions;
  }
}

/** Of these the text has hashes and digests alone. */
const NAMES_NO_ITEM = /\/(?:part-[0-9a-f]{4}\.index\.gz|manifest\.json|covered|retired|retired-tagged)$/;

async function linesOf(
  { bytes }: ErasedBucket,
  table: ConfiguredTable,
  { objectKey, versionId, storageClass, sizeBytes }: ObjectVersion,
  isAsked: (objectKey: string) => boolean,
  signal: AbortSignal,
): Promise<Pick<JournalMention, 'items' | 'lines' | 'deletes'>> {
  if (ARCHIVE_CLASSES.has(storageClass)) throw new UnreadableImageError(`it is in ${storageClass}`);
  if (sizeBytes > LARGEST_BYTES)
    throw new UnreadableImageError(`it has ${sizeBytes} bytes, more than any of a journal`);
  const keysOf = objectKeysOf(table, objectKey);
  const items = new Map<string, number>();
  const deletes = new Set<string>();
  let lines = 0;
  const stored = await bytes.get(objectKey, { versionId, signal });
  for await (const some of linesOfGzip(stored.bytes)) {
    for (const line of some) {
      const key = keysOf(line);
      if (key === undefined) continue;
      lines += 1;
      if (!isAsked(key)) continue;
      items.set(key, (items.get(key) ?? 0) + 1);
      if (mayBeDelete(line)) deletes.add(key);
    }
  }
  return { items, lines, deletes };
}

async function lockOf(
  { locks }: ErasedBucket,
  { objectKey, versionId }: ObjectVersion,
): Promise<Pick<JournalMention, 'lock' | 'mayExpire'>> {
  if (!locks) return { mayExpire: true };
  const [{ lock }, tags] = await Promise.all([locks.look(objectKey, versionId), locks.tags(objectKey, versionId)]);
  return { lock, mayExpire: mayGo(objectKey, tags) };
}
