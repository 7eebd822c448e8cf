import type { VersionLister } from '../../aws/objectVersions';
import { parallelHistories } from '../../aws/parallelHistories';
import { KeySet } from '../../core/keySet';
import { isImageKey } from '../../core/objectKey';

/** About 300 MB when full. What does not fit costs a request that is refused, and nothing else. */
const MOST_KNOWN_KEYS = 10_000_000;

/**
 * The object keys of the images that are there. A thousand of them cost as much as one conditional write that is refused,
 * so that running a backfill again costs next to nothing. They only save requests: what is not among them is
 * written on condition, and the condition decides.
 */
export async function knownKeys(
  lister: VersionLister,
  prefix: string,
  { signal, onKey, most = MOST_KNOWN_KEYS }: { signal: AbortSignal; onKey?: () => void; most?: number },
): Promise<KeySet> {
  const keys = new KeySet();
  for await (const { objectKey } of parallelHistories(lister, prefix, { signal })) {
    if (!isImageKey(objectKey)) continue;
    keys.add(objectKey);
    onKey?.();
    if (keys.size >= most) break;
  }
  return keys;
}
