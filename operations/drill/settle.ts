import type { BatchTable } from '../../aws/batchTable';
import type { ObjectVersion } from '../../aws/objectVersions';
import { digestLeftBy } from '../../core/chain';
import { compareChanges } from '../../core/changePosition';
import { readDecidingVersions } from '../../core/decidingVersions';
import { stateAt } from '../../core/history';
import { itemDigest, NO_ITEM, type ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { readHeader } from '../../core/readImage';
import type { ImageSource } from '../images/imageSource';
import { whyUnreadable } from '../images/stateOfObject';
import type { Pause } from '../pace';
import type { Suspect } from './compare';
import type { Difference, Findings } from './findings';

export interface SettleRequest {
  readonly source: Pick<ImageSource, 'history' | 'images'>;
  readonly live: Pick<BatchTable, 'getBatch'>;
  readonly momentMs: number;
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
  const { findings, nowMs, pause, signal, waitMs } = request;
  let open: Open[] = [];
  const look = async (suspect: Suspect) => {
    signal.throwIfAborted();
    if (findings.isNamed(suspect.objectKey)) {
      findings.counts.compared -= 1; // It was not restored, and it has been said why.
      return;
    }
    const found = await lookAgain(request, suspect);
    if ('changedAfter' in found) {
      findings.counts.changedAfter += found.changedAfter ? 1 : 0;
      findings.counts.late += found.late ? 1 : 0;
    } else if (open.length < MOST_WAITED_FOR) open.push({ suspect, difference: found });
    else findings.add(found);
  };
  await inParallel(suspects, LOOKS, look);
  for (const untilMs = nowMs() + waitMs; open.length > 0 && nowMs() < untilMs;) {
    request.onWaiting(open.length);
    await pause(Math.min(POLL_MS, untilMs - nowMs()), signal);
    const again = open;
    open = [];
    await inParallel(again, LOOKS, ({ suspect }) => look(suspect));
  }
  for (const { difference } of open) findings.add(difference);
}

interface Open {
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
async function lookAgain(
  request: SettleRequest,
  { objectKey, keys, restored }: Suspect,
): Promise<Explained | Difference> {
  const [item] = await request.live.getBatch([keys]);
  const live = itemDigest(item);
  const headers = await headersOf(request, objectKey);
  const copy = digestAt(headers, request.momentMs, restored);
  const late = copy !== restored;
  if (copy === live) return { changedAfter: false, late };

  const later = headers.filter(({ changedAtMs }) => changedAtMs > request.momentMs);
  const [first, last] = [
    later.reduce<ImageHeader | undefined>(older, undefined),
    later.reduce<ImageHeader | undefined>(newer, undefined),
  ];
  if (copy !== undefined && first?.previousDigest === copy) return { changedAfter: true, late };
  // A backfill or a repair does not say what was before it; that the copy ends where the table is has to do.
  if (first && first.previousDigest === undefined && last && digestLeftBy(last) === live) {
    return { changedAfter: true, late };
  }
  return { objectKey, ...differenceOf({ restored, live, first }) };
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

async function headersOf({ source, momentMs }: SettleRequest, objectKey: string): Promise<ImageHeader[]> {
  const history = await source.history(objectKey);
  const read = await readDecidingVersions(history?.versions ?? [], momentMs, (version) => headerOf(source, version));
  return read.map(({ header }) => header);
}

/** Undefined for what is no image. The restore has told of those that it needed. */
async function headerOf(source: SettleRequest['source'], version: ObjectVersion): Promise<ImageHeader | undefined> {
  try {
    const head = await source.images.head(version.objectKey, version.versionId);
    return readHeader({ ...head, storedAtMs: version.storedAtMs });
  } catch (error) {
    if (whyUnreadable(error) === undefined) throw error;
    return undefined;
  }
}

/** Digest of the state that the copy now has for the moment; undefined when it does not know. */
function digestAt(headers: readonly ImageHeader[], momentMs: number, restored: string): string | undefined {
  const state = stateAt(
    headers.map((header) => ({ header })),
    momentMs,
  );
  if (state.is === 'absent') return NO_ITEM;
  if (state.is === 'unknown') return undefined;
  // The predecessor's images say nothing of their body, and none arrive any more.
  return digestLeftBy(state.image.header) ?? restored;
}

function older(first: ImageHeader | undefined, header: ImageHeader): ImageHeader {
  return first && compareChanges(first.position, header.position) <= 0 ? first : header;
}

function newer(last: ImageHeader | undefined, header: ImageHeader): ImageHeader {
  return last && compareChanges(last.position, header.position) > 0 ? last : header;
}
