import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { AttributeMap } from '../../core/attributeValue';
import { digestLeftBy } from '../../core/chain';
import { CLOCK_SLACK_MS } from '../../core/history';
import { itemDigest, type ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { headerOf } from '../images/headerOf';
import { newestImage } from '../images/newestImage';
import type { StateRequest } from '../images/stateOfObject';
import { whyUnreadable } from '../images/whyUnreadable';

const READS = 16;

/**
 * Whether what a table holds now was written after the moment. An item is older only where an image says that it was just so
 * by then, and no image that it is so again: what no image tells of counts as later, since it may not have been captured yet.
 *
 * @param now undefined: the table does not have the item
 */
export async function isWrittenLater(
  request: StateRequest,
  { versions }: ObjectHistory,
  now: AttributeMap | undefined,
): Promise<boolean> {
  const { momentMs, storedByMs = Infinity } = request;
  const trusted = versions.filter(({ storedAtMs }) => storedAtMs <= storedByMs);
  const digest = itemDigest(now);
  const isLaterThere = trusted.some(({ storedAtMs }) => storedAtMs > momentMs);
  const newest = isLaterThere ? await newestHeader(request, trusted) : undefined;
  if (newest && digestLeftBy(newest) === digest) return newest.changedAtMs > momentMs;
  if (!now) return false;
  const byThen = trusted.filter(({ storedAtMs }) => storedAtMs <= momentMs + CLOCK_SLACK_MS);
  return !(await isOneOf(request, byThen, digest));
}

async function newestHeader(
  { source, createdAtMs }: StateRequest,
  versions: readonly ObjectVersion[],
): Promise<ImageHeader | undefined> {
  try {
    return (await newestImage(source, versions, createdAtMs))?.header;
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}

/** Whether the item was so by the moment. The images that were stored last are the likeliest, and come first. */
async function isOneOf(
  { source, momentMs }: StateRequest,
  versions: readonly ObjectVersion[],
  digest: string,
): Promise<boolean> {
  const lastFirst = versions.toSorted((a, b) => b.storedAtMs - a.storedAtMs);
  for (let at = 0; at < lastFirst.length; at += READS) {
    const found: ObjectVersion[] = [];
    await inParallel(lastFirst.slice(at, at + READS), READS, async (version) => {
      try {
        const header = await headerOf(source, version);
        if (header.changedAtMs <= momentMs && digestLeftBy(header) === digest) found.push(version);
      } catch (error) {
        if (whyUnreadable(error) === undefined) throw error;
      }
    });
    if (found.length > 0) return true;
  }
  return false;
}
