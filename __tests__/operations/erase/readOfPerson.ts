import type { ObjectHistory } from '../../../aws/objectVersions';
import { basePrefix } from '../../../core/journal/journalKeys';
import { readImage } from '../../../core/readImage';
import type { ImageSource } from '../../../operations/images/imageSource';
import { stateOfObject } from '../../../operations/images/stateOfObject';
import { storedImageOf } from '../../../operations/images/storedImageOf';
import { whyUnreadable } from '../../../operations/images/whyUnreadable';
import type { MemoryBucket } from '../../support/memoryBucket';
import { sourceOf, table } from './journalOfPerson';

/*
 * What readers find in a bucket in whose journal one person has changes.
 */

interface Found {
  /** The last state of every item, by its object key. */
  readonly states: Record<string, unknown>;
  /** The same by a base where there is one, as a restore of the newest state reads, without what is absent. */
  readonly newest: Record<string, unknown>;
  /** Of the items of others: every version, and the state before and after each change. */
  readonly histories: Record<string, unknown>;
}

const known = new WeakMap<MemoryBucket, { readonly content: string; readonly found: Promise<Found> }>();

/** Reads a bucket anew, unless everything in it is what it was at the last look. */
function foundIn(bucket: MemoryBucket): Promise<Found> {
  const content = contentOf(bucket);
  const last = known.get(bucket);
  if (last?.content === content) return last.found;
  const found = readAll(bucket);
  known.set(bucket, { content, found });
  return found;
}

/** Every version with its body, tags and lock, as text. */
export const contentOf = (bucket: MemoryBucket) =>
  JSON.stringify(bucket.keys().map((key) => [key, bucket.stored(key)]));

export const statesIn = async (bucket: MemoryBucket) => (await foundIn(bucket)).states;
export const newestIn = async (bucket: MemoryBucket) => (await foundIn(bucket)).newest;

/** Everything that a reader finds of the items of others. */
export async function othersIn(bucket: MemoryBucket) {
  const { histories, newest } = await foundIn(bucket);
  return { histories, newest: Object.fromEntries(Object.entries(newest).filter(([key]) => key in histories)) };
}

async function readAll(bucket: MemoryBucket): Promise<Found> {
  const source = sourceOf(bucket);
  const states: Record<string, unknown> = {};
  const histories: Record<string, unknown> = {};
  for await (const history of source.histories('orders/')) {
    const { objectKey } = history;
    states[objectKey] = await stateAt(source, history, Infinity);
    const isOfOther = objectKey.startsWith('orders/other/') || objectKey.startsWith('orders/person2/');
    if (isOfOther) histories[objectKey] = await wholeOf(source, history);
  }
  await source.close?.();
  const hasBase = bucket.keys().some((key) => key.startsWith(basePrefix(table)));
  const all = Object.entries(hasBase ? await newestByBase(bucket) : states);
  return { states, newest: Object.fromEntries(all.filter(([, state]) => state !== 'absent')), histories };
}

async function newestByBase(bucket: MemoryBucket) {
  const source = sourceOf(bucket);
  const states: Record<string, unknown> = {};
  for await (const history of source.histories('orders/', undefined, { momentMs: Infinity })) {
    states[history.objectKey] = await stateAt(source, history, Infinity);
  }
  await source.close?.();
  return states;
}

async function stateAt(source: ImageSource, history: ObjectHistory, momentMs: number) {
  const state = await stateOfObject({ source, table, momentMs }, history);
  return state.is === 'item' ? state.item : state.is;
}

async function wholeOf(source: ImageSource, history: ObjectHistory) {
  const versions: string[] = [];
  const moments = new Set<number>();
  for (const version of history.versions) {
    try {
      const { body, metadata } = await storedImageOf(source, version);
      versions.push(JSON.stringify([body, metadata, version.storedAtMs]));
      const { changedAtMs } = readImage({ body, metadata, storedAtMs: version.storedAtMs }).header;
      moments.add(changedAtMs - 1).add(changedAtMs);
    } catch (error) {
      versions.push(`unreadable: ${whyUnreadable(error) ?? String(error)}`);
    }
  }
  const states: unknown[] = [];
  for (const momentMs of [...moments].sort()) states.push([momentMs, await stateAt(source, history, momentMs)]);
  return { versions: versions.sort(), states };
}
