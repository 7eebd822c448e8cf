import { ARCHIVE_CLASSES } from '../../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../../aws/objectVersions';
import { digestOf } from '../../../core/digest';
import { CLOCK_SLACK_MS } from '../../../core/history';
import { mapInParallel } from '../../../core/mapInParallel';
import { headerOf } from '../../images/headerOf';
import type { ImageSource } from '../../images/imageSource';
import { storedImageOf } from '../../images/storedImageOf';
import { whyDamaged } from '../../images/whyUnreadable';

/**
 * How far the moment of an export and the time of a change may be apart although one is before the other: streams tell the time of a change
 * to the second, and as approximate (DynamoDB Streams API reference, StreamRecord), and exports that of theirs by another clock.
 */
export const NEAR_MS = 10_000;
const READS = 64;

/** The digests of what an item was changed into within seconds of a moment. What cannot be read says nothing. */
export async function changedIntoNear(
  source: Pick<ImageSource, 'images'>,
  { versions }: ObjectHistory,
  momentMs: number,
): Promise<ReadonlySet<string>> {
  const near = new Set<string>();
  // A change is stored after it was made, as far as two clocks agree.
  const candidates = versions.filter(({ storedAtMs }) => storedAtMs >= momentMs - NEAR_MS - CLOCK_SLACK_MS);
  const digests = mapInParallel(asyncOf(candidates), READS, (version) => digestIfNear(source, version, momentMs));
  for await (const digest of digests) if (digest !== undefined) near.add(digest);
  return near;
}

async function digestIfNear(
  source: Pick<ImageSource, 'images'>,
  version: ObjectVersion,
  momentMs: number,
): Promise<string | undefined> {
  try {
    const { changedAtMs, digest } = await headerOf(source, version);
    if (Math.abs(changedAtMs - momentMs) > NEAR_MS) return undefined;
    return ARCHIVE_CLASSES.has(version.storageClass) ? digest : digestOf((await storedImageOf(source, version)).body);
  } catch (error) {
    if (whyDamaged(error) === undefined) throw error;
    return undefined;
  }
}

async function* asyncOf<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  yield* await Promise.resolve(values);
}
