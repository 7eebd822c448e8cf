import type { ObjectVersion } from '../aws/objectVersions';
import { UsageError } from '../core/errors';
import { inParallel } from '../core/inParallel';
import { isImageKey, tablePrefix, type TableLocation } from '../core/objectKey';
import { tableDefinitionKey } from '../core/tableDefinition';
import { utc } from '../core/units';
import { headerOf } from './images/headerOf';
import type { ImageSource } from './images/imageSource';
import { whyUnreadable } from './images/whyUnreadable';

export interface GivenMoment {
  /** For people: `--as-of is "…"`. */
  readonly words: string;
  readonly ms: number;
}

/**
 * Refuses a moment of which the copy knows nothing: a state before capture began would be an empty table.
 *
 * @throws UsageError with the earliest moment that can be restored
 */
export async function requireCaptured(
  source: ImageSource,
  table: TableLocation,
  { words, ms }: GivenMoment,
  signal?: AbortSignal,
): Promise<void> {
  const earliestMs = await captureBegan(source, table, ms, signal);
  if (earliestMs === undefined) return;
  throw new UsageError([
    `${words}; that is before anything of ${table.tableName} was captured: the earliest moment that can be restored is ${utc(earliestMs)}`,
  ]);
}

/** So many of the images that were stored first are asked for their times: a stream begins with up to 24 hours of changes. */
const FIRST_STORED = 256;
const READS = 32;

/**
 * When capture began, where that was after a moment; undefined where it had begun, or there is nothing at all.
 *
 * It had begun when the table's definition was first stored, and when the first changes were made that have images. Lists no
 * further than to the first object that was stored by the moment.
 */
async function captureBegan(
  source: ImageSource,
  table: TableLocation,
  momentMs: number,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const definition = await source.history(tableDefinitionKey(table));
  let earliestMs = definition?.versions[0]?.storedAtMs ?? Infinity;
  if (earliestMs <= momentMs) return undefined;
  let first: ObjectVersion[] = [];
  for await (const { objectKey, versions } of source.histories(tablePrefix(table), signal)) {
    signal?.throwIfAborted();
    if (!isImageKey(objectKey)) continue;
    if (versions.some(({ storedAtMs }) => storedAtMs <= momentMs)) return undefined;
    first.push(...versions.slice(0, FIRST_STORED));
    if (first.length > 8 * FIRST_STORED) first = firstStored(first);
  }
  await inParallel(firstStored(first), READS, async (version) => {
    const ms = await changedAtMs(source, version);
    earliestMs = Math.min(earliestMs, ms);
  });
  return earliestMs <= momentMs || earliestMs === Infinity ? undefined : earliestMs;
}

function firstStored(versions: readonly ObjectVersion[]): ObjectVersion[] {
  return versions.toSorted((a, b) => a.storedAtMs - b.storedAtMs).slice(0, FIRST_STORED);
}

async function changedAtMs(source: ImageSource, version: ObjectVersion): Promise<number> {
  try {
    return (await headerOf(source, version)).changedAtMs;
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return Infinity;
  }
}
