import type { VersionLister } from '../../aws/objectVersions';
import { parallelHistories } from '../../aws/parallelHistories';
import { REORDER_WINDOW_MS } from '../../core/history';
import { KeySet } from '../../core/keySet';
import { isImageKey } from '../../core/objectKey';

/** About 300 MB when full. What does not fit costs a request that is refused, and nothing else. */
const MOST_KNOWN_KEYS = 10_000_000;

/**
 * The object keys of the images that are there. A thousand of them cost as much as one conditional write that is refused,
 * so that running a backfill again costs next to nothing. They only save requests: what is not among them is
 * written on condition, and the condition decides.
 *
 * @param createdAtMs when the table was created, where there was another one of its name before: of an object that was
 *   stored sooner than a day after that, it takes a look whose image it is
 */
export async function knownKeys(
  lister: VersionLister,
  prefix: string,
  {
    signal,
    onKey,
    most = MOST_KNOWN_KEYS,
    createdAtMs = -Infinity,
  }: { signal: AbortSignal; onKey?: () => void; most?: number; createdAtMs?: number },
): Promise<KeySet> {
  const keys = new KeySet();
  for await (const { objectKey, versions } of parallelHistories(lister, prefix, { signal })) {
    if (!isImageKey(objectKey) || !versions.some(({ storedAtMs }) => storedAtMs > createdAtMs + REORDER_WINDOW_MS))
      continue;
    keys.add(objectKey);
    onKey?.();
    if (keys.size >= most) break;
  }
  return keys;
}
