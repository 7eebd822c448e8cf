import type { ObjectHistory } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { CouldNotLookError } from '../../core/errors';
import type { TableLocation } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import { tableCreations } from '../formerTable';
import type { ImageSource } from '../images/imageSource';
import { itemHistory, type HistoryEntry, type HistoryRange } from './itemHistory';
import { storedImageOf } from '../images/storedImageOf';

export interface HistoryRequest {
  readonly source: Pick<ImageSource, 'name' | 'history' | 'images'>;
  /** Of the item's images. */
  readonly objectKey: string;
  readonly table: TableLocation;
  /** Undefined: all. */
  readonly range?: HistoryRange;
  readonly signal: AbortSignal;
  readonly watch?: HistoryWatch;
}

/** Told what is found, oldest change first. */
export interface HistoryWatch {
  readonly onVersion?: (entry: HistoryEntry) => void;
}

export interface HistoryCounts {
  versions: number;
  /** Changes that are missing, or that contradict each other. */
  gaps: number;
  unreadable: number;
  /** Versions that state a later time than S3 stored them. */
  ahead: number;
  /** Versions of a table that was there before under the name: they prove nothing of the one that is there now. */
  ofFormerTables: number;
}

/**
 * Goes through all versions of an item.
 *
 * @throws CouldNotLookError when there is none
 */
export async function historyOfItem(request: HistoryRequest): Promise<HistoryCounts> {
  const counts: HistoryCounts = { versions: 0, gaps: 0, unreadable: 0, ahead: 0, ofFormerTables: 0 };
  for await (const entry of await entriesOf(request)) {
    request.signal.throwIfAborted();
    counts.versions += 1;
    counts.gaps += entry.gaps.length;
    if (entry.problem !== undefined) counts.unreadable += 1;
    if (entry.header?.statedAtMs !== undefined) counts.ahead += 1;
    if (entry.tablesSince > 0) counts.ofFormerTables += 1;
    request.watch?.onVersion?.(entry);
  }
  return counts;
}

export interface VersionOfItem {
  readonly versionId: string;
  /** Undefined for a delete. */
  readonly item?: AttributeMap;
}

/**
 * One version of an item as it was.
 *
 * @param which its number in the history, or its S3 version id
 * @returns undefined when there is no such version
 * @throws CouldNotLookError when there is none at all
 */
export async function versionOfItem(request: HistoryRequest, which: string): Promise<VersionOfItem | undefined> {
  const { source, signal } = request;
  for await (const { version, number } of await entriesOf(request)) {
    signal.throwIfAborted();
    const { versionId, storedAtMs } = version;
    if (which !== String(number) && which !== versionId) continue;
    const { item } = readImage({ ...(await storedImageOf(source, version)), storedAtMs });
    return { versionId, item };
  }
  return undefined;
}

async function entriesOf(request: HistoryRequest): Promise<AsyncGenerator<HistoryEntry>> {
  const { source, table, range } = request;
  return itemHistory(source, await found(request), await tableCreations(source, table), range);
}

async function found({ source, objectKey }: HistoryRequest): Promise<ObjectHistory> {
  const history = await source.history(objectKey);
  if (!history) throw new CouldNotLookError(noImage(source.name, objectKey));
  return history;
}

/** @param from the bucket or folder */
export function noImage(from: string, objectKey: string): string {
  return `${from} has no image under ${objectKey}; check the key (dcs ls lists them), or give the item its image by dcs backfill`;
}
