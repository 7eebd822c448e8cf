import { ARCHIVE_CLASSES, type ThawTier } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { inParallel } from '../../core/inParallel';
import { versionsToRead } from '../../core/history';
import { bytes, counted } from '../../core/units';
import { stateUnlessArchived } from '../images/stateUnlessArchived';
import type { Pause } from '../pace';
import type { AskBack, ThawOptions } from './askBack';
import type { KeptListing } from './keptListing';
import { historiesOf, type PlanRequest } from './plan';

/** What a restore is going to meet, from a listing and without reading what can be read at once. */
export interface Survey {
  /** Objects of items. */
  readonly objects: number;
  /** Versions that are needed and lie in an archive class. */
  readonly archived: readonly ArchiveCount[];
}

export interface ArchiveCount {
  readonly storageClass: string;
  readonly versions: number;
  readonly sizeBytes: number;
}

const LOOKS = 32;

/**
 * Lists everything, before anything is touched. Objects that may need an archived version are looked at.
 *
 * @param askBack is told of each version that nobody has asked back
 * @param listing keeps what is listed, so that the plan need not list again
 */
export async function survey(
  request: PlanRequest,
  askBack: Pick<AskBack, 'add'> | undefined,
  onObject: (history: ObjectHistory) => void,
  listing?: KeptListing,
): Promise<Survey> {
  const archived = new Map<string, ArchiveCount>();
  let objects = 0;
  await inParallel(historiesOf(request), LOOKS, async (history) => {
    request.signal?.throwIfAborted();
    objects += 1;
    onObject(history);
    if (!request.keys) await listing?.add(history);
    if (!mayNeedArchived(request, history)) return;
    const state = await stateUnlessArchived(request, history);
    if (state.is !== 'archived') return;
    const { storageClass, sizeBytes } = state.version;
    const sum = archived.get(storageClass) ?? { storageClass, versions: 0, sizeBytes: 0 };
    archived.set(storageClass, { storageClass, versions: sum.versions + 1, sizeBytes: sum.sizeBytes + sizeBytes });
    if (!state.isThawing) await askBack?.add(state.version);
  });
  return { objects, archived: [...archived.values()] };
}

function mayNeedArchived({ momentMs }: PlanRequest, { versions }: ObjectHistory): boolean {
  if (!versions.some(({ storageClass }) => ARCHIVE_CLASSES.has(storageClass))) return false;
  return versionsToRead(versions, momentMs).some(({ storageClass }) => ARCHIVE_CLASSES.has(storageClass));
}

export const POLL_MS = 60_000;

/** Waits until an archived version can be read; asks for it where nobody has. */
export function whenThawed(
  { source, signal }: PlanRequest & { signal: AbortSignal },
  thaw: ThawOptions,
  pause: Pause,
): (version: ObjectVersion) => Promise<void> {
  return async (version) => {
    const { archive } = source;
    for (;;) {
      signal.throwIfAborted();
      const state = await archive?.state(version);
      if (state === 'readable' || state === undefined) return;
      if (state === 'archived') await archive?.thaw(version, thaw);
      else await pause(POLL_MS, signal);
    }
  };
}

/** How long S3 takes, by class and tier. Source: S3 user guide, "Archive retrieval options". */
const HOURS: Readonly<Record<string, Readonly<Record<ThawTier, string>>>> = {
  GLACIER: { Expedited: '1 to 5 minutes', Standard: '3 to 5 hours', Bulk: '5 to 12 hours' },
  DEEP_ARCHIVE: { Expedited: 'not possible', Standard: 'within 12 hours', Bulk: 'within 48 hours' },
};
/** US dollars for 1,000 requests in us-east-1, tier Standard; the price of the bytes comes on top and differs by region. */
const REQUEST_PRICE: Readonly<Record<string, number>> = { GLACIER: 0.03, DEEP_ARCHIVE: 0.1 };

/** One line for each class: how much, how long, and what the requests cost. */
export function thawWords({ archived }: Survey, tier: ThawTier): string[] {
  return archived.map(({ storageClass, versions, sizeBytes }) => {
    const hours = HOURS[storageClass]?.[tier] ?? 'unknown';
    const dollars = ((REQUEST_PRICE[storageClass] ?? 0) * versions) / 1_000;
    return (
      `${counted(versions, 'image')} (${bytes(sizeBytes)}) in ${storageClass}: ${hours} with tier ${tier}; ` +
      `about $${dollars.toFixed(2)} for the requests in us-east-1, and your region's retrieval price for ${bytes(sizeBytes)}`
    );
  });
}
