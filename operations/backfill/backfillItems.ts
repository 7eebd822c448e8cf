import { randomUUID } from 'node:crypto';
import type { WriteCondition } from '../../aws/conditionalPut';
import type { ImageStore } from '../../aws/imageStore';
import { S3Error } from '../../aws/s3Error';
import type { AttributeValue } from '../../core/attributeValue';
import { canonicalValue } from '../../core/canonicalItem';
import { backfillImage, withWriteId, type StoredImage } from '../../core/image';
import { mapInParallel } from '../../core/mapInParallel';
import { keyNames, keysOf, objectKeyOf, type KeySchema, type TableLocation } from '../../core/objectKey';
import { WriteGuard, mayPass } from '../guards';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { readForWriting } from '../images/objectForWriting';
import { whyDamaged } from '../images/whyUnreadable';
import type { Pause } from '../pace';
import { patiently } from '../patiently';
import type { ReadItem, UnreadableItem } from './scanItems';

/** Everything that a backfill needs, without a settings file or a terminal. */
export interface BackfillRequest {
  readonly table: TableLocation & { readonly keySchema: KeySchema };
  /** Where the items come from, in groups. */
  readonly pages: AsyncIterable<readonly (ReadItem | UnreadableItem)[]>;
  readonly images: Pick<ImageStore, 'putIf'>;
  /** The same bucket. */
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  /** When the table was created, where there was another one of its name before: its images are of no item of today. */
  readonly createdAtMs?: number;
  /** Object keys that are known to have an image. */
  readonly known: { has(objectKey: string): boolean };
  /** Images written at a time. */
  readonly parallelism?: number;
  /** Default: what cannot be written is listed and passed over, unless it is wrong with everything. */
  readonly guard?: Pick<WriteGuard, 'succeeded' | 'reasonOf'>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly watch?: BackfillWatch;
}

/** Told what happens, as it happens. */
export interface BackfillWatch {
  readonly onItem?: (outcome: ItemOutcome) => void;
  readonly onFailed?: (failed: FailedItem) => void;
}

export interface FailedItem {
  /** Those of its key attributes that it has and that can be read. */
  readonly keys: ReadItem['item'];
  readonly reason: string;
}

export type ItemOutcome = 'written' | 'alreadyThere' | 'failed';

/** Items by what became of them; `read` is the sum of the others. */
export interface BackfillCounts {
  read: number;
  written: number;
  alreadyThere: number;
  failed: number;
}

const PARALLELISM = 64;
const TRIES = 8;

/**
 * Gives each item an image unless its object has one. Whatever is there is newer or the same: an image of the stream is
 * above every backfill image in change order, and a tombstone says that the item was deleted after it had been read.
 * Where nothing is there, what capture has yet to write comes on top.
 *
 * Stopped at any point, the same call continues: what has been written is already there.
 *
 * @param counts are kept up to date, so that they can be told of a backfill that was stopped
 * @throws S3Error when nothing can be written at all
 */
export async function backfillItems(request: BackfillRequest, counts: BackfillCounts): Promise<void> {
  const { pages, parallelism = PARALLELISM, guard = new WriteGuard(), watch } = request;
  for await (const outcome of mapInParallel(itemsOf(pages), parallelism, (read) =>
    backfillItem(request, guard, read),
  )) {
    counts.read += 1;
    counts[outcome] += 1;
    watch?.onItem?.(outcome);
  }
}

async function* itemsOf(pages: BackfillRequest['pages']): AsyncGenerator<ReadItem | UnreadableItem> {
  for await (const page of pages) yield* page;
}

async function backfillItem(
  request: BackfillRequest,
  guard: Pick<WriteGuard, 'succeeded' | 'reasonOf'>,
  read: ReadItem | UnreadableItem,
): Promise<ItemOutcome> {
  const { table, known, signal, watch } = request;
  signal.throwIfAborted();
  if ('unreadable' in read) {
    watch?.onFailed?.({ keys: {}, reason: read.unreadable });
    return 'failed';
  }
  const { item, readAtMs } = read;
  try {
    const objectKey = objectKeyOf(table, table.keySchema, keysOf(table.keySchema, item));
    if (known.has(objectKey)) return 'alreadyThere';
    const outcome = await putAndKnow(request, objectKey, backfillImage(item, readAtMs));
    guard.succeeded();
    return outcome;
  } catch (error) {
    signal.throwIfAborted();
    const reason = (error instanceof S3Error ? undefined : whyDamaged(error)) ?? guard.reasonOf(error);
    watch?.onFailed?.(failedItem(table.keySchema, read, reason));
    return 'failed';
  }
}

export function failedItem(schema: KeySchema, { item, place }: ReadItem, reason: string): FailedItem {
  return { keys: readableKeys(schema, item), reason: place ? `${place}: ${reason}` : reason };
}

function readableKeys(schema: KeySchema, item: ReadItem['item']): ReadItem['item'] {
  const isReadable = ([name, value]: [string, AttributeValue]) => {
    try {
      return keyNames(schema).includes(name) && canonicalValue(value, name) !== '';
    } catch {
      return false;
    }
  };
  return Object.fromEntries(Object.entries(item).filter(isReadable));
}

/** A write whose answer was lost is refused when it is sent again: what is there then, this backfill has written. */
async function putAndKnow(
  request: BackfillRequest,
  objectKey: string,
  image: StoredImage,
): Promise<'written' | 'alreadyThere'> {
  const writeId = randomUUID();
  const hasWritten = () => whileItMayPass(request, () => isThere(request, objectKey, image, writeId));
  try {
    if ((await putWhereNone(request, objectKey, withWriteId(image, writeId))) === 'written') return 'written';
  } catch (error) {
    if (!mayPass(error) || !(await hasWritten())) throw error;
    return 'written';
  }
  return (await hasWritten()) ? 'written' : 'alreadyThere';
}

/** No image of the table's own, that is: one of a former table does not stand in the way. */
async function putWhereNone(
  request: BackfillRequest,
  objectKey: string,
  image: StoredImage,
): Promise<'written' | 'refused'> {
  const outcome = await putPatiently(request, objectKey, image, { IfNoneMatch: '*' });
  if (outcome === 'written' || request.createdAtMs === undefined) return outcome;
  const { isOfFormerTable, condition } = await readForWriting(request.source, objectKey, request.createdAtMs);
  return isOfFormerTable ? putPatiently(request, objectKey, image, condition) : outcome;
}

async function isThere(
  { source }: BackfillRequest,
  objectKey: string,
  { body }: StoredImage,
  writeId: string,
): Promise<boolean> {
  const { versions = [] } = (await source.history(objectKey)) ?? {};
  for (const version of versions) {
    if (version.sizeBytes !== Buffer.byteLength(body)) continue;
    const header = await headerOf(source, version).catch(whenUnreadable);
    if (header?.writeId === writeId) return true;
  }
  return false;
}

function whenUnreadable(error: unknown): undefined {
  if (whyDamaged(error) === undefined) throw error;
}

function putPatiently(
  request: BackfillRequest,
  objectKey: string,
  image: StoredImage,
  condition: WriteCondition,
): Promise<'written' | 'refused'> {
  const { images, signal } = request;
  return whileItMayPass(request, () => images.putIf(objectKey, image, condition, { signal }));
}

/** A service that is slow or away for some seconds makes no list of failures. */
export function whileItMayPass<Answer>(
  { signal, pause }: Pick<BackfillRequest, 'signal' | 'pause'>,
  call: () => Promise<Answer>,
): Promise<Answer> {
  return patiently({ signal, pause, tries: TRIES, mayPass }, call);
}
