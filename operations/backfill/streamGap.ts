import { utc } from '../../core/units';

/** What DescribeTable says of a table's stream. */
export interface DescribedStream {
  readonly StreamSpecification?: { readonly StreamEnabled?: boolean; readonly StreamViewType?: string };
  /** The moment when the stream was enabled, ISO 8601 without a zone, in UTC. */
  readonly LatestStreamLabel?: string;
}

const GO_ON = 'or go on with --allow-gap';

/**
 * Why changes made after the items were read would go unseen; undefined when the stream shows them all. Such an item's
 * image would be out of date until the item changes again, and a deleted item would come back with a restore.
 */
export function streamGap({ StreamSpecification: stream, LatestStreamLabel }: DescribedStream, readAtMs: number) {
  if (!stream?.StreamEnabled) {
    return `the table has no stream: what changes from now on would be in no image. Enable it with NEW_AND_OLD_IMAGES and deploy capture first, ${GO_ON}`;
  }
  if (stream.StreamViewType !== 'NEW_AND_OLD_IMAGES') {
    return `the table's stream shows ${stream.StreamViewType ?? 'nothing'}, and capture needs NEW_AND_OLD_IMAGES. Disable the stream, enable it with that view type, and deploy, ${GO_ON}`;
  }
  const enabledAtMs = Date.parse(`${LatestStreamLabel ?? ''}Z`);
  if (!(readAtMs < enabledAtMs)) return undefined;
  return `the export is of ${utc(readAtMs)}, and the table's stream begins at ${utc(enabledAtMs)}: what changed between is in neither. Make an export of a later moment, leave --from-export out, ${GO_ON}`;
}
