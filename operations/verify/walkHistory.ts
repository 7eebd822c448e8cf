import { ARCHIVE_CLASSES } from '../../aws/archive';
import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { gapsWithinTables } from '../../core/formerTable';
import { inParallel } from '../../core/inParallel';
import type { ImageHeader } from '../../core/image';
import { newestOf } from '../../core/newest';
import { isImageKey } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import { headerOf } from '../images/headerOf';
import type { ImageSource } from '../images/imageSource';
import { whyNotCurrent } from '../images/whyNotCurrent';
import { lookAgain, type Open } from '../lookAgain';
import type { Bucket } from './digestIndex';
import { replicationStatusOf, type Difference, type Places } from './recheck';
import { whyAhead } from '../images/whyAhead';
import { whyDamaged } from '../images/whyUnreadable';
import { storedImageOf } from '../images/storedImageOf';

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
const READS = 8;
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

interface ReadVersion {
  readonly version: ObjectVersion;
  readonly header?: ImageHeader;
  /** Which change it is, and what it says; the same in both buckets. */
  readonly identity?: string;
  readonly problem?: string;
}

/** What an object is looked at with. */
interface Looking {
  /** Ids of the versions that are looked at; in both buckets, the source's. */
  readonly known: ReadonlySet<string>;
  /** When each table of the name was created that had a former one. */
  readonly creationsMs: readonly number[];
}

/**
 * Reads every version of an object in both buckets: its body must be what its metadata says, the source's images must follow
 * from one another, and each of them must be in the destination, by change and digest.
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
  const differences = [
    ...unreadable('source', objectKey, inSource),
    ...unreadable('destination', objectKey, inDestination),
    ...brokenChain('source', objectKey, allInSource, looking),
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

/** What a bucket has of an object, and all of it read. */
interface WholeHistory {
  readonly history: ObjectHistory;
  readonly read: readonly ReadVersion[];
}

async function wholeHistory(source: ImageSource, objectKey: string): Promise<WholeHistory> {
  const history = (await source.history(objectKey)) ?? { objectKey, versions: [] };
  return { history, read: await readAll(source, history.versions) };
}

async function readAll(source: ImageSource, versions: readonly ObjectVersion[]): Promise<ReadVersion[]> {
  const read: ReadVersion[] = [];
  await inParallel(versions, READS, async (version) => {
    read.push(await readVersion(source, version));
  });
  return read.sort((a, b) => versions.indexOf(a.version) - versions.indexOf(b.version));
}

async function readVersion(source: ImageSource, version: ObjectVersion): Promise<ReadVersion> {
  const { storedAtMs, storageClass, etag } = version;
  try {
    if (ARCHIVE_CLASSES.has(storageClass)) {
      const header = await headerOf(source, version);
      return { version, header, identity: identityOf(header, etag) };
    }
    const object = await storedImageOf(source, version);
    const { header } = readImage({ ...object, storedAtMs });
    return { version, header, identity: identityOf(header, object.body) };
  } catch (error) {
    const problem = whyDamaged(error);
    if (problem === undefined) throw error;
    return { version, problem };
  }
}

/** A predecessor's image has neither a place in a stream nor a digest: its content is all there is. */
function identityOf({ position, digest = '' }: ImageHeader, content: string): string {
  return position.source === 'predecessor' ? content : JSON.stringify([position, digest]);
}

/**
 * What a look tells otherwise. A comparison looks at nothing that the listing says is right, where what was not captured, and lies
 * above all that was, may be older. An object under a former spelling is of no item.
 */
function notCurrent(bucket: Bucket, { history, read }: WholeHistory): Difference[] {
  const images = read.flatMap(({ version, header }) => (header ? [{ version, header }] : []));
  if (newestOf(images)?.header.event === 'PREDECESSOR') return [];
  const why = whyNotCurrent(history, images);
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

function brokenChain(
  bucket: Bucket,
  objectKey: string,
  versions: readonly ReadVersion[],
  { known, creationsMs }: Looking,
): Difference[] {
  const idOf = new Map(versions.map(({ header, version }) => [header, version.versionId]));
  const images = versions.flatMap(({ header, version }) => (header ? [{ header, version }] : []));
  return gapsWithinTables(images, creationsMs).flatMap(({ kind, after, before, repairedBy }): Difference[] => {
    const [first, second] = [idOf.get(after) ?? '', idOf.get(before) ?? ''];
    if (!known.has(second)) return [];
    const between = `${new Date(after.changedAtMs).toISOString()} and ${new Date(before.changedAtMs).toISOString()}`;
    const reason =
      kind === 'conflict'
        ? `two images claim to be the same change of ${new Date(before.changedAtMs).toISOString()} and differ`
        : `changes between ${between} are missing${repairedBy ? '; a repair has put the state right' : ''}`;
    const isRepaired = repairedBy ? { isRepaired: true } : {};
    return [{ objectKey, class: 'brokenChain', in: bucket, reason, versionIds: [first, second], ...isRepaired }];
  });
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
