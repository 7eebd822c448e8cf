import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import type { Gap } from '../../core/chain';
import { compareChanges } from '../../core/changePosition';
import { gapsWithinTables, tablesSince } from '../../core/formerTable';
import { itemChanges, type ValueChange } from '../../core/itemChanges';
import type { ImageHeader } from '../../core/image';
import { mapInOrder } from '../../core/mapInParallel';
import { readImage } from '../../core/readImage';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyUnreadable } from '../images/whyUnreadable';
import { storedImageOf } from '../images/storedImageOf';

/** One version of an item, in change order. */
export interface HistoryEntry {
  /** From 1, oldest first. */
  readonly number: number;
  readonly version: ObjectVersion;
  readonly header?: ImageHeader;
  /** How many tables of the name came after the one that it is of; 0: it is of the table that is there now. */
  readonly tablesSince: number;
  /** Why its metadata or body cannot be read. */
  readonly problem?: string;
  /** The number of the version that is the same change, stored before. */
  readonly sameAs?: number;
  /** What is missing or contradicts itself between the version before and this one. */
  readonly gaps: readonly Gap[];
  /** Since the version before; undefined where one of the two cannot be read. */
  readonly changes?: readonly ValueChange[];
}

/** Which versions are wanted: those of changes after a time, and of these the newest ones. */
export interface HistoryRange {
  readonly sinceMs?: number;
  readonly limit?: number;
}

const READS = 16;

/**
 * The whole history of one object, oldest change first. Holds all headers, and the items of a few versions.
 *
 * @param creationsMs when each table of the name was created that had a former one: `creationsAfterFormer`
 */
export async function* itemHistory(
  source: Pick<ImageSource, 'images'>,
  { versions }: ObjectHistory,
  creationsMs: readonly number[],
  range: HistoryRange = {},
): AsyncGenerator<HistoryEntry> {
  const read: { version: ObjectVersion; header?: ImageHeader; problem?: string }[] = [];
  for await (const one of mapInOrder(each(versions), READS, (version) => withHeader(source, version))) read.push(one);
  // What cannot be read has no place in the change order; it comes first, where it is seen.
  const since = ({ header, version }: (typeof read)[number]) =>
    header ? tablesSince({ header, version }, creationsMs) : 0;
  read.sort((a, b) =>
    a.header && b.header
      ? since(b) - since(a) || compareChanges(a.header.position, b.header.position)
      : Number(!!a.header) - Number(!!b.header),
  );
  const images = read.flatMap(({ header, version }) => (header ? [{ header, version }] : []));
  const gaps = gapsWithinTables(images, creationsMs);

  const wanted = wantedOf(read, range);
  // What has changed in one tells the one before it.
  const needed = read.map((entry, i) => ({ ...entry, number: i + 1 })).filter((_, i) => wanted(i) || wanted(i + 1));
  let last: Bodied | undefined;
  for await (const now of mapInOrder(each(needed), READS, (entry) => withBody(source, entry))) {
    const { number } = now;
    if (!wanted(number - 1)) {
      last = now;
      continue;
    }
    // A table begins without what a former one held.
    const isFirst = last === undefined || since(last) !== since(now);
    const before = isFirst ? undefined : last;
    const isSame = !!(
      before?.header &&
      now.header &&
      compareChanges(before.header.position, now.header.position) === 0
    );
    yield {
      number,
      version: now.version,
      header: now.header,
      tablesSince: since(now),
      problem: now.problem,
      gaps: gaps.filter((gap) => gap.before === now.header),
      ...(isSame && { sameAs: number - 1 }),
      ...(now.body && (isFirst || before?.body) && { changes: itemChanges(before?.body?.item, now.body.item) }),
    };
    last = now;
  }
}

/** One that cannot be read has the time at which it was stored. */
function wantedOf(
  read: readonly { readonly version: ObjectVersion; readonly header?: ImageHeader }[],
  { sinceMs = -Infinity, limit = Infinity }: HistoryRange,
): (i: number) => boolean {
  const since = read.flatMap(({ header, version }, i) =>
    (header?.changedAtMs ?? version.storedAtMs) > sinceMs ? [i] : [],
  );
  const wanted = new Set(limit < since.length ? since.slice(-limit) : since);
  return (i) => wanted.has(i);
}

async function* each<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}

async function withHeader(source: Pick<ImageSource, 'images'>, version: ObjectVersion) {
  try {
    return { version, header: await headerOf(source, version) };
  } catch (error) {
    return { version, problem: problemOf(error) };
  }
}

interface Bodied {
  readonly number: number;
  readonly version: ObjectVersion;
  readonly header?: ImageHeader;
  readonly problem?: string;
  readonly body?: { readonly item?: AttributeMap };
}

async function withBody(source: Pick<ImageSource, 'images'>, entry: Omit<Bodied, 'body'>): Promise<Bodied> {
  const { version, header } = entry;
  if (!header) return entry;
  if (ARCHIVE_CLASSES.has(version.storageClass)) return { ...entry, problem: `it lies in ${version.storageClass}` };
  try {
    const { item } = readImage({ ...(await storedImageOf(source, version)), storedAtMs: version.storedAtMs });
    return { ...entry, body: { item } };
  } catch (error) {
    return { ...entry, problem: problemOf(error) };
  }
}

/** What is wrong with the version is told beside it; anything else ends the command. */
function problemOf(error: unknown): string {
  const reason = whyUnreadable(error);
  if (reason === undefined) throw error;
  return reason;
}
