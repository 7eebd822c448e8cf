import { RefusedError } from '../../core/errors';
import { counted, utc } from '../../core/units';

/** What DescribeTable says of a table's stream. */
export interface DescribedStream {
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
  /** The moment when the stream was enabled, ISO 8601 without a zone, in UTC. */
  readonly LatestStreamLabel?: string;
  readonly CreationDateTime?: Date;
}

/** How much later than now an export may be dated: clocks differ a little. */
const CLOCKS_DIFFER_MS = 60_000;

/** @throws RefusedError for an export that is dated in the future: until then it would count as newer than what is read */
export function requirePast(exportTimeMs: number, nowMs: number): void {
  if (exportTimeMs <= nowMs + CLOCKS_DIFFER_MS) return;
  throw new RefusedError(
    `the export is dated ${utc(exportTimeMs)}, and now it is ${utc(nowMs)}: its manifest is damaged, or a clock is wrong. Copy or make it again`,
  );
}

const GO_ON = 'or go on with --allow-gap';

const DAY_MS = 24 * 3_600_000;

/** What tells of the changes since items were read: the stream, and the images that capture has made of it. */
export interface SeenChanges {
  readonly described: DescribedStream;
  /** When lifecycle ends a tombstone of the source bucket; null: never, as in a journal. */
  readonly tombstoneExpirationDays: number | null;
  readonly nowMs: () => number;
}

/** Why changes made after the items were read would go unseen; undefined when all of them are seen. */
export function gapSince(seen: SeenChanges, readAtMs: number): string | undefined {
  return streamGap(seen.described, readAtMs) ?? tombstoneGap(seen, readAtMs);
}

/** Where a tombstone has gone there is no image any more, and the item that was deleted would be given one: it would come back. */
function tombstoneGap({ tombstoneExpirationDays: days, nowMs }: SeenChanges, readAtMs: number): string | undefined {
  if (days === null || readAtMs > nowMs() - days * DAY_MS) return undefined;
  return `the export is of ${utc(readAtMs)}, and tombstones go ${counted(days, 'day')} after the delete (source.lifecycle.tombstoneExpirationDays): items that were deleted since may have none any more, and would come back. Make an export of a later moment, leave --from-export out, ${GO_ON}`;
}

/**
 * Why changes made after the items were read would go unseen; undefined when the stream shows them all. Such an item's
 * image would be out of date until the item changes again, and a deleted item would come back with a restore.
 */
function streamGap(described: DescribedStream, readAtMs: number): string | undefined {
  const { StreamSpecification: stream, LatestStreamLabel, CreationDateTime: createdAt } = described;
  if (!stream?.StreamEnabled) {
    return `the table has no stream: what changes from now on would be in no image. Enable it with NEW_AND_OLD_IMAGES and deploy capture first, ${GO_ON}`;
  }
  if (stream.StreamViewType !== 'NEW_AND_OLD_IMAGES') {
    return `the table's stream shows ${stream.StreamViewType ?? 'nothing'}, and capture needs NEW_AND_OLD_IMAGES. Disable the stream, enable it with that view type, and deploy, ${GO_ON}`;
  }
  if (createdAt !== undefined && readAtMs < createdAt.getTime() - 1_000) {
    return `the export is of ${utc(readAtMs)}, and the table was created at ${utc(createdAt.getTime())}: it is of a former table of the name. Make an export of this one, leave --from-export out, ${GO_ON}`;
  }
  const enabledAtMs = Date.parse(`${LatestStreamLabel ?? ''}Z`);
  if (!(readAtMs < enabledAtMs)) return undefined;
  return `the export is of ${utc(readAtMs)}, and the table's stream begins at ${utc(enabledAtMs)}: what changed between is in neither. Make an export of a later moment, leave --from-export out, ${GO_ON}`;
}
