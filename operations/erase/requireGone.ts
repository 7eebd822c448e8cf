import { BATCH_GET_KEYS } from '../../aws/batchTable';
import type { AttributeMap } from '../../core/attributeValue';
import type { ObjectHistory } from '../../aws/objectVersions';
import { compareChanges } from '../../core/changePosition';
import type { ConfiguredTable } from '../../settings/configuredTable';
import type { ImageSource } from '../images/imageSource';
import { newestImage } from '../images/newestImage';
import { canonicalItem } from '../../core/canonicalItem';
import { RefusedError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import { plainJson } from '../../core/plainJson';
import { tableCreatedAt } from '../formerTable';
import { stateOfObject } from '../images/stateOfObject';
import type { ErasePlanRequest } from './erasePlanRequest';

const LOOKS = 32;

/**
 * Where there is no table, nothing is waited for: no delete of its items will ever be captured. What a former table of the name
 * has left is of none of today's items.
 *
 * @throws RefusedError for an item that is in the table, or whose delete has not been captured: its history would begin anew
 */
export async function requireGone(
  { table, live, buckets }: Pick<ErasePlanRequest, 'table' | 'live' | 'buckets'>,
  all: readonly AttributeMap[],
): Promise<void> {
  if (!live) return;
  for (let at = 0; at < all.length; at += BATCH_GET_KEYS) {
    const there = await live.getBatch(all.slice(at, at + BATCH_GET_KEYS));
    const [first] = there;
    if (!first) continue;
    throw new RefusedError(
      `${plainJson(keysOf(table.keySchema, first))} is in the table ${table.tableName}; delete it there first, for its history would begin anew with its next change`,
    );
  }
  for (const { source } of buckets.filter(({ side }) => side === 'source')) {
    const createdAtMs = await tableCreatedAt(source, table, Infinity);
    await inParallel(all, LOOKS, async (keys) => {
      const history = await source.history(objectKeyOf(table, table.keySchema, keys));
      if (!history) return;
      const state = await stateOfObject({ source, table, momentMs: Infinity, createdAtMs }, history);
      if (state.is !== 'item' || canonicalItem(state.keys) !== canonicalItem(keys)) return;
      if (await isDeletedLater(buckets, source, table, history, createdAtMs)) return;
      throw new RefusedError(
        `the delete of ${plainJson(keys)} has not been captured yet: the newest image in ${source.name} still holds the item. Wait until dcs verify ${table.tableName} says that they are the same`,
      );
    });
  }
}

/**
 * In the source bucket a journal ends after some weeks, so that its newest image may be one of before: the delete is in the destination bucket
 * then.
 */
async function isDeletedLater(
  buckets: ErasePlanRequest['buckets'],
  source: ImageSource,
  table: ConfiguredTable,
  { objectKey, versions }: ObjectHistory,
  createdAtMs: number | undefined,
): Promise<boolean> {
  const before = await newestImage(source, versions, createdAtMs);
  for (const { side, source: other } of buckets) {
    const history = side === 'destination' ? await other.history(objectKey) : undefined;
    if (!history || !before) continue;
    const state = await stateOfObject({ source: other, table, momentMs: Infinity, createdAtMs }, history);
    if (state.is !== 'absent') continue;
    const newest = await newestImage(other, history.versions, createdAtMs);
    if (newest && compareChanges(newest.header.position, before.header.position) > 0) return true;
  }
  return false;
}
