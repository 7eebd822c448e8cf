import { hash } from 'node:crypto';
import type { ObjectVersion } from '../../aws/objectVersions';
import {
  imageOfRunLine,
  readRunLine,
  textOfRunLine,
  byStoring as byStoringOfLines,
  type LineImage,
  type RunLine,
} from '../../core/journal/runLine';
import { madeWhenAsked } from '../../core/madeWhenAsked';
import type { StoredImage } from '../../core/image';
import { whyUnreadable } from '../images/whyUnreadable';
import type { SortedItem } from './runs/itemsOfRun';

/*
 * What a journal has of an item, as if each change were a version of the item's object. An id tells which line it is, or why there is
 * none to be read.
 */
const LINE = 'journal-';
const UNREADABLE_OBJECT = 'unreadable-object-';
const UNREADABLE_LINE = 'unreadable-line-';

/**
 * In the order in which they were stored; what was stored twice is there twice, for a copy tells readers that its change is not the
 * last one. One that cannot be read is there without its image.
 */
export function versionsOfLines(lines: readonly string[]): ObjectVersion[] {
  const images: LineImage[] = [];
  const unreadable: ObjectVersion[] = [];
  for (const text of lines) {
    const line = readRunLine(text);
    try {
      images.push(imageOfRunLine(line));
    } catch (error) {
      const reason = whyUnreadable(error);
      if (reason === undefined) throw error;
      unreadable.push(withoutImage(line.objectKey, UNREADABLE_LINE + reason, line.storedAtMs));
    }
  }
  return [...unreadable, ...images.sort(byStoringOfLines).map((one) => new LineVersion(one))].sort(byStoring);
}

/** The same of an item as a base has it, of which neither the line is put together nor its digest made once more; else {@link versionsOfLines}. */
export function versionsOfItem(item: Pick<SortedItem, 'entry' | 'lines'>): ObjectVersion[] {
  const { entry } = item;
  if (!entry) return versionsOfLines(item.lines);
  try {
    return [new LineVersion(entry.image)];
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return versionsOfLines([entry.line]);
  }
}

/** One that stands for a journal object that nobody can read: any item may have a change in it. */
export function versionInUnreadable(journalKey: string, objectKey: string, storedAtMs: number): ObjectVersion {
  return withoutImage(objectKey, UNREADABLE_OBJECT + journalKey, storedAtMs);
}

export function isJournalVersion(versionId: string): boolean {
  return [LINE, UNREADABLE_OBJECT, UNREADABLE_LINE].some((kind) => versionId.startsWith(kind));
}

/** The journal object that cannot be read, where a version stands for one. */
export function journalKeyIn(versionId: string): string | undefined {
  return versionId.startsWith(UNREADABLE_OBJECT) ? versionId.slice(UNREADABLE_OBJECT.length) : undefined;
}

/** Why a line cannot be read, where a version stands for one. */
export function reasonIn(versionId: string): string | undefined {
  return versionId.startsWith(UNREADABLE_LINE) ? versionId.slice(UNREADABLE_LINE.length) : undefined;
}

export function byStoring(a: ObjectVersion, b: ObjectVersion): number {
  return a.storedAtMs - b.storedAtMs;
}

/** Its sums are made when somebody asks: a state is decided without them, and they take as long as all else of a line. */
class LineVersion implements ObjectVersion {
  readonly objectKey: string;
  readonly storedAtMs: number;
  readonly image: StoredImage;
  readonly isLatest = false;
  readonly storageClass = 'STANDARD';
  declare readonly versionId: string;
  declare readonly sizeBytes: number;
  declare readonly etag: string;
  readonly #line: RunLine;

  constructor({ line, image }: LineImage) {
    this.objectKey = line.objectKey;
    this.storedAtMs = line.storedAtMs;
    this.image = image;
    this.#line = line;
    Object.defineProperty(this, 'versionId', LineVersion.#VERSION_ID);
    Object.defineProperty(this, 'sizeBytes', SIZE_BYTES);
    Object.defineProperty(this, 'etag', ETAG);
  }

  static readonly #VERSION_ID = madeWhenAsked((version: LineVersion) => {
    return `${LINE}${sumOf('sha256', textOfRunLine(version.#line)).slice(0, 32)}`;
  });
}

const SIZE_BYTES = madeWhenAsked(({ image }: LineVersion) => Buffer.byteLength(image.body));
const ETAG = madeWhenAsked(({ image }: LineVersion) => sumOf('md5', image.body));

function withoutImage(objectKey: string, versionId: string, storedAtMs: number): ObjectVersion {
  return { objectKey, versionId, storedAtMs, sizeBytes: 0, etag: '', isLatest: false, storageClass: 'STANDARD' };
}

function sumOf(algorithm: 'sha256' | 'md5', text: string): string {
  return hash(algorithm, text, 'hex');
}
