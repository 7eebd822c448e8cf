import type { BatchTable } from '../../aws/batchTable';
import type { ObjectVersion } from '../../aws/objectVersions';
import { digestLeftBy } from '../../core/chain';
import { readDecidingVersions, type ReadVersion } from '../../core/decidingVersions';
import { isOfFormerTable } from '../../core/formerTable';
import { stateAt } from '../../core/history';
import { itemDigest, NO_ITEM, type ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { itemChanges } from '../../core/itemChanges';
import { newestOf, oldestOf } from '../../core/newest';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyUnreadable } from '../images/whyUnreadable';
import { lookAgain, type Open } from '../lookAgain';
import type { Pause } from '../pace';
import type { Suspect } from './compare';
import type { Difference, Findings } from './findings';

export interface SettleRequest {
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  readonly live: Pick<BatchTable, 'getBatch'>;
  readonly restored: Pick<BatchTable, 'getBatch'>;
  readonly momentMs: number;
  /** As in `StateRequest`. */
  readonly createdAtMs?: number;
  /** How long images that are still on their way are waited for. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly findings: Findings;
  /** Told how many items differ and may yet be explained, before each wait. */
  readonly onWaiting: (items: number) => void;
}

const LOOKS = 16;
const POLL_MS = 2_000;
/** Beyond these the cause is not a slow image. They are differences at once, so that memory stays flat. */
const MOST_WAITED_FOR = 10_000;

/**
 * The live table has moved on since the moment, and images arrive late: each item that differs is looked at again, in
 * the table and in the copy, until its images explain it or the time is over. What stays is a difference.
 */
export async function settle(request: SettleRequest, suspects: AsyncIterable<Suspect>): Promise<void> {
  const { findings, nowMs, signal, waitMs } = request;
  const open: Unexplained[] = [];
  await inParallel(suspects, LOOKS, async (suspect) => {
    signal.throwIfAborted();
    if (findings.isNamed(suspect.objectKey)) {
      findings.counts.compared -= 1; // It was not restored, and it is told why.
      return;
    }
    const difference = await unexplained(request, suspect);
    if (!difference) return;
    if (open.length < MOST_WAITED_FOR) open.push({ suspect, difference, sinceMs: nowMs() });
    else findings.add(difference);
  });
  const look = async (again: readonly Unexplained[]) => {
    const left: Unexplained[] = [];
    await inParallel(again, LOOKS, async (one) => {
      signal.throwIfAborted();
      const difference = await unexplained(request, one.suspect);
      if (difference) left.push({ ...one, difference });
    });
    return left;
  };
  const onOpen = (items: number) => {
    if (items > 0) request.onWaiting(items);
  };
  const stood = await lookAgain(open, { look, settleMs: waitMs, pausesMs: [POLL_MS], clock: request, onOpen });
  for (const { difference } of stood) findings.add(difference);
}

/** Looks at an item, and counts what explains it. Returns what does not. */
async function unexplained(request: SettleRequest, suspect: Suspect): Promise<Difference | undefined> {
  const found = await explanationOf(request, suspect);
  if (!('changedAfter' in found)) return found;
  request.findings.counts.changedAfter += found.changedAfter ? 1 : 0;
  request.findings.counts.late += found.late ? 1 : 0;
  return undefined;
}

interface Unexplained extends Open {
  readonly suspect: Suspect;
  readonly difference: Difference;
}

interface Explained {
  readonly changedAfter: boolean;
  readonly late: boolean;
}

/**
 * The table is read before the copy, so that the copy knows at least as much. What the live item was at the moment is
 * told by the first image of a later change: it carries the digest of the item as it was before.
 */
async function explanationOf(
  request: SettleRequest,
  { objectKey, keys, restored }: Suspect,
): Promise<Explained | Difference> {
  const [item] = await request.live.getBatch([keys]);
  const live = itemDigest(item);
  const images = await imagesOf(request, objectKey);
  const copy = digestAt(images, request.momentMs, restored);
  const late = copy !== restored;
  if (copy === live) return { changedAfter: false, late };

  const later = images.filter(({ header }) => header.changedAtMs > request.momentMs);
  const [first, last] = [oldestOf(later)?.header, newestOf(later)?.header];
  if (copy !== undefined && first?.previousDigest === copy) return { changedAfter: true, late };
  // A backfill or a repair does not say what was before it; that the copy ends where the table is has to do.
  if (first && first.previousDigest === undefined && last && digestLeftBy(last) === live) {
    return { changedAfter: true, late };
  }
  const difference = differenceOf({ restored, live, first });
  const restoredItem = difference.kind === 'different' ? (await request.restored.getBatch([keys]))[0] : undefined;
  const attributes = restoredItem && item && itemChanges(restoredItem, item).map(({ path }) => path.join('.'));
  return { objectKey, keys, ...difference, ...(attributes && { attributes }) };
}

function differenceOf({ restored, live, first }: { restored: string; live: string; first?: ImageHeader }) {
  const unexplained = first
    ? `and the change of ${new Date(first.changedAtMs).toISOString()} was made to another state than the one restored: an image is missing or wrong`
    : 'and the copy has no image of a later change that would explain it';
  if (restored === NO_ITEM) {
    return { kind: 'missing', reason: `the live table has it, the restored table does not, ${unexplained}` } as const;
  }
  if (live === NO_ITEM) {
    return { kind: 'extra', reason: `the restored table has it, the live table does not, ${unexplained}` } as const;
  }
  return { kind: 'different', reason: `the restored item is not the live one, ${unexplained}` } as const;
}

async function imagesOf(
  { source, momentMs, createdAtMs }: SettleRequest,
  objectKey: string,
): Promise<ReadVersion<ObjectVersion>[]> {
  const { versions = [] } = (await source.history(objectKey)) ?? {};
  return readDecidingVersions(versions, momentMs, async (version) => {
    const header = await headerIfReadable(source, version);
    return header && isOfFormerTable(header, version, createdAtMs) ? undefined : header;
  });
}

/** Undefined for what is no image. The restore has told of those that it needed. */
async function headerIfReadable(
  source: SettleRequest['source'],
  version: ObjectVersion,
): Promise<ImageHeader | undefined> {
  try {
    return await headerOf(source, version);
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}

/** Digest of the state that the copy now has for the moment; undefined when it does not know. */
function digestAt(
  images: readonly ReadVersion<ObjectVersion>[],
  momentMs: number,
  restored: string,
): string | undefined {
  const state = stateAt(images, momentMs);
  if (state.is === 'absent') return NO_ITEM;
  if (state.is === 'unknown') return undefined;
  // The predecessor's images say nothing of their body, and none arrive any more.
  return digestLeftBy(state.image.header) ?? restored;
}
