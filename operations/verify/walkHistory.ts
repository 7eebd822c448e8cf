import type { ObjectHistory } from '../../aws/objectVersions';
import { inParallel } from '../../core/inParallel';
import { newestOf } from '../../core/newest';
import { isImageKey } from '../../core/objectKey';
import type { ImageSource } from '../images/imageSource';
import { whyNotCurrent } from '../images/whyNotCurrent';
import { lookAgain, type Open } from '../lookAgain';
import type { Bucket } from './digestIndex';
import { replicationStatusOf, type Difference, type Places } from './recheck';
import { whyAhead } from '../images/whyAhead';
import { brokenBetween, brokenChain, type Looking } from './chains';
import { wholeHistory, type ReadVersion, type WholeHistory } from './wholeHistory';

/** What the walk went through. */
export interface HistoryCounts {
  objects: number;
  /** Versions in each bucket. */
  sourceVersions: number;
  destinationVersions: number;
  /** Versions whose change the source no longer has: its lifecycle may be shorter. */
  onlyInDestination: number;
  /** Objects that were different at first and right at a later look. */
  late: number;
}

export interface HistoryRequest {
  readonly clock: Pick<Places, 'signal' | 'nowMs' | 'pause'>;
  readonly settleMs: number;
  /** The objects that are walked through. */
  readonly histories: AsyncIterable<ObjectHistory>;
  /** @param known ids of the versions that are looked at; others have come since */
  readonly walkObject: (objectKey: string, known: ReadonlySet<string>) => Promise<WalkedObject>;
  readonly onVersions: (versions: number) => void;
}

/** What was found in the history of one object. */
export interface WalkedObject extends Pick<
  HistoryCounts,
  'sourceVersions' | 'destinationVersions' | 'onlyInDestination'
> {
  readonly differences: readonly Difference[];
}

const OBJECTS_AT_A_TIME = 8;
const PAUSE_MS = 2_000;

/**
 * Walks the history of every object. What is wrong is looked at again until it had the time to arrive; what capture and
 * replication have added since the first look at an object is left to the next walk.
 */
export async function walkHistory(
  request: HistoryRequest,
): Promise<{ counts: HistoryCounts; differences: Difference[] }> {
  const { histories, walkObject, settleMs, onVersions } = request;
  const { nowMs, signal } = request.clock;
  const counts: HistoryCounts = {
    ...{ objects: 0, sourceVersions: 0, destinationVersions: 0, onlyInDestination: 0, late: 0 },
  };
  const open: Doubt[] = [];
  await inParallel(histories, OBJECTS_AT_A_TIME, async ({ objectKey, versions }) => {
    if (!isImageKey(objectKey)) return;
    signal.throwIfAborted();
    const known = new Set(versions.map(({ versionId }) => versionId));
    const walked = await walkObject(objectKey, known);
    counts.objects += 1;
    counts.sourceVersions += walked.sourceVersions;
    counts.destinationVersions += walked.destinationVersions;
    counts.onlyInDestination += walked.onlyInDestination;
    onVersions(versions.length);
    if (walked.differences.length > 0)
      open.push({ objectKey, sinceMs: nowMs(), known, differences: walked.differences });
  });

  const look = async (again: readonly Doubt[]) => {
    const left: Doubt[] = [];
    await inParallel(again, OBJECTS_AT_A_TIME, async (doubt) => {
      const { differences } = await walkObject(doubt.objectKey, doubt.known);
      if (differences.length === 0) counts.late += 1;
      else left.push({ ...doubt, differences });
    });
    return left;
  };
  const stood = await lookAgain(open, { look, settleMs, pausesMs: [PAUSE_MS], clock: request.clock });
  const differences = stood.flatMap((doubt) => doubt.differences);
  return { counts, differences: differences.sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1)) };
}

/** An object in whose history something was wrong. */
interface Doubt extends Open {
  readonly objectKey: string;
  readonly known: ReadonlySet<string>;
  readonly differences: readonly Difference[];
}

/**
 * Reads every version of an object in both buckets: its body must be what its metadata says, the source's images must follow
 * from one another, and each of them must be in the destination, by change and digest, and say the same there.
 */
export async function walkBoth(places: Places, objectKey: string, looking: Looking): Promise<WalkedObject> {
  const { known } = looking;
  const [source, destination] = await Promise.all([
    wholeHistory(places.source, objectKey),
    wholeHistory(places.destination, objectKey),
  ]);
  const [allInSource, inDestination] = [source.read, destination.read];
  const inSource = allInSource.filter(({ version }) => known.has(version.versionId));
  const present = new Set(inDestination.map(({ identity }) => identity));
  const captured = new Set(allInSource.map(({ identity }) => identity));
  const broken = brokenChain('source', objectKey, allInSource, looking);
  const differences = [
    ...unreadable('source', objectKey, inSource),
    ...unreadable('destination', objectKey, inDestination),
    ...broken,
    ...brokenBetween(objectKey, allInSource, inDestination, looking, broken),
    ...ahead('source', objectKey, inSource),
    ...ahead('destination', objectKey, inDestination),
    ...notCurrent('source', source),
    ...notCurrent('destination', destination),
    ...(await notReplicated(
      places,
      objectKey,
      inSource.filter(({ identity }) => identity !== undefined && !present.has(identity)),
    )),
  ];
  return {
    differences,
    sourceVersions: inSource.length,
    destinationVersions: inDestination.length,
    onlyInDestination: inDestination.filter(({ identity }) => identity !== undefined && !captured.has(identity)).length,
  };
}

/** The same of the destination alone, whose images must follow from one another. */
export async function walkDestination(
  destination: ImageSource,
  objectKey: string,
  looking: Looking,
): Promise<WalkedObject> {
  const { known } = looking;
  const whole = await wholeHistory(destination, objectKey);
  const { read: all } = whole;
  const versions = all.filter(({ version }) => known.has(version.versionId));
  const differences = [
    ...unreadable('destination', objectKey, versions),
    ...brokenChain('destination', objectKey, all, looking),
    ...ahead('destination', objectKey, versions),
    ...notCurrent('destination', whole),
  ];
  return { differences, sourceVersions: 0, destinationVersions: versions.length, onlyInDestination: 0 };
}

/**
 * What a look tells otherwise. A comparison looks at nothing that the listing says is right, where what was not captured, and lies
 * above all that was, may be older. An object under a former spelling is of no item.
 */
function notCurrent(bucket: Bucket, { history, read }: WholeHistory): Difference[] {
  const images = read.flatMap(({ version, header }) => (header ? [{ version, header }] : []));
  if (newestOf(images)?.header.event === 'PREDECESSOR') return [];
  const why = whyNotCurrent(history, images);
  // Of a current version that cannot be read nobody knows how old it is; it is named for that.
  if (why?.is === 'notCurrent' && read.at(-1)?.problem !== undefined) return [];
  // As in a verdict: the source bucket alone shows whether what the destination has is all there is.
  if (!why || (bucket === 'destination' && why.isSameState)) return [];
  return [{ objectKey: history.objectKey, class: why.is, in: bucket, reason: why.reason }];
}

function unreadable(bucket: Bucket, objectKey: string, versions: readonly ReadVersion[]): Difference[] {
  const damaged = versions.filter(({ problem }) => problem !== undefined);
  const [first] = damaged;
  if (!first) return [];
  const versionIds = damaged.map(({ version }) => version.versionId);
  return [{ objectKey, class: 'unreadable', in: bucket, reason: first.problem ?? '', versionIds }];
}

function ahead(bucket: Bucket, objectKey: string, versions: readonly ReadVersion[]): Difference[] {
  const found = versions.flatMap(({ header, version: { versionId } }) => {
    const reason = header && whyAhead(header);
    return reason === undefined ? [] : [{ versionId, reason }];
  });
  const [first] = found;
  if (!first) return [];
  const versionIds = found.map(({ versionId }) => versionId);
  return [{ objectKey, class: 'ahead', in: bucket, reason: first.reason, versionIds }];
}

async function notReplicated(
  places: Places,
  objectKey: string,
  versions: readonly ReadVersion[],
): Promise<Difference[]> {
  const byStatus = new Map<string, string[]>();
  for (const { version } of versions) {
    const status = await replicationStatusOf(places, objectKey, version.versionId);
    byStatus.set(status, [...(byStatus.get(status) ?? []), version.versionId]);
  }
  return [...byStatus].map(([replicationStatus, versionIds]) => ({
    objectKey,
    class: replicationStatus === 'FAILED' ? 'replicationFailed' : 'notReplicated',
    in: 'destination',
    reason: `images of the source bucket are not in the destination (status ${replicationStatus})`,
    ...{ versionIds, replicationStatus },
  }));
}
