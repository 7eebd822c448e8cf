import { batchKeyOfMarker } from '../../core/parkedBatch';
import { isInForce, type VersionLock } from '../../core/lockRenewal';
import { inParallel } from '../../core/inParallel';
import { utc } from '../../core/units';
import type { ErasedObject } from './erasePlan';
import { everythingUnder, type ErasedBucket, type ErasedSide } from './places';

export interface CarryOutEraseRequest {
  readonly plan: readonly ErasedObject[];
  readonly buckets: readonly ErasedBucket[];
  /** Passes over locks of GOVERNANCE mode. Nobody passes over those of COMPLIANCE mode. */
  readonly bypassGovernance: boolean;
  /** Whether an item would be there again without the image that says it is deleted, since its journal stays. */
  readonly mayBringBack: (objectKey: string) => boolean;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onErased?: (versions: number) => void;
  readonly onLeft: (left: LeftVersion) => void;
}

/** What is in a bucket when all is done. */
export interface LeftVersion {
  readonly in: ErasedSide;
  readonly objectKey: string;
  readonly versionId: string;
  readonly why: 'locked' | 'denied' | 'tombstone' | 'marker' | 'appeared';
  /** Until when Object Lock keeps it. */
  readonly untilMs?: number;
  readonly reason: string;
}

export interface EraseCounts {
  erased: number;
  /** Versions that a listing shows afterwards. */
  left: number;
}

type Version = ErasedObject['versions'][number];

/** Erases what a plan names, version by version, and lists each object again: what is then left is told, with the reason. */
export async function carryOutErase(request: CarryOutEraseRequest): Promise<Readonly<EraseCounts>> {
  const counts: EraseCounts = { erased: 0, left: 0 };
  // The source first: what still waits there for replication comes to no bucket any more.
  const places = (['source', 'destination'] as const).flatMap((side) =>
    request.buckets.filter((one) => one.side === side),
  );
  for (const bucket of places) await eraseIn(request, bucket, counts);
  return counts;
}

async function eraseIn(request: CarryOutEraseRequest, bucket: ErasedBucket, counts: EraseCounts): Promise<void> {
  const plan = request.plan.filter((object) => object.in === bucket.side);
  const isMarker = ({ is, objectKey }: ErasedObject) => is === 'batch' && batchKeyOfMarker(objectKey) !== undefined;
  await eraseObjects(
    request,
    bucket,
    plan.filter((object) => !isMarker(object)),
    counts,
  );
  // Without its marker a batch that has to stay would be applied again, and store the item anew.
  await eraseObjects(request, bucket, plan.filter(isMarker), counts);
}

async function eraseObjects(
  request: CarryOutEraseRequest,
  bucket: ErasedBucket,
  objects: readonly ErasedObject[],
  counts: EraseCounts,
): Promise<void> {
  await inParallel(objects, 8, async (object) => {
    request.signal.throwIfAborted();
    const reasons = await erased(request, bucket, object);
    const after = await everythingUnder(bucket, object.objectKey, request.signal);
    const there = new Set(after.map(({ versionId }) => versionId));
    for (const { versionId } of after) request.onLeft(leftOf(object, versionId, reasons.get(versionId)));
    const gone = object.versions.filter(({ versionId }) => !there.has(versionId)).length;
    counts.erased += gone;
    counts.left += after.length;
    request.onErased?.(gone);
  });
}

type Reason = Pick<LeftVersion, 'why' | 'untilMs' | 'reason'>;

/**
 * Images first. A tombstone goes with the last of them: without it, an image that has to stay would be the newest, and a restore
 * would bring the item back.
 */
async function erased(
  request: CarryOutEraseRequest,
  bucket: ErasedBucket,
  object: ErasedObject,
): Promise<Map<string, Reason>> {
  const reasons = new Map<string, Reason>();
  const batchKey = object.is === 'batch' ? batchKeyOfMarker(object.objectKey) : undefined;
  if (batchKey !== undefined && (await isThere(bucket, batchKey, request.signal)))
    return new Map(object.versions.map(({ versionId }) => [versionId, { why: 'marker', reason: MARKER }]));
  const contents = object.versions.filter(({ kind }) => kind === 'content');
  const others = object.versions.filter(({ kind }) => kind !== 'content');
  const erase = async (some: readonly Version[]) => {
    const named = some.map(({ versionId, lock }) => ({ objectKey: object.objectKey, versionId, lock }));
    for (const [{ versionId }, reason] of await eraseSome(request, bucket, named)) reasons.set(versionId, reason);
  };
  await erase(contents);
  // Also what was stored since the plan was made counts: a late replica of an image is the newest without its tombstone.
  if (request.mayBringBack(object.objectKey)) {
    for (const { versionId } of others) reasons.set(versionId, { why: 'tombstone', reason: IN_JOURNAL });
    return reasons;
  }
  const there = others.length > 0 ? await everythingUnder(bucket, object.objectKey, request.signal) : [];
  if (reasons.size === 0 && there.every(({ kind }) => kind !== 'content')) await erase(others);
  else for (const { versionId } of others) reasons.set(versionId, { why: 'tombstone', reason: TOMBSTONE });
  return reasons;
}

const TOMBSTONE = 'it says that the item is deleted, and holds nothing of it; it goes with the last image';
const IN_JOURNAL =
  'it says that the item is deleted, and holds nothing of it; its journal, which stays, would bring the item back without it';

async function isThere(bucket: ErasedBucket, objectKey: string, signal: AbortSignal): Promise<boolean> {
  return (await everythingUnder(bucket, objectKey, signal)).some(({ kind }) => kind !== 'marker');
}

const MARKER = 'it says that its batch has been applied, and goes when the batch is gone';

/** A version to be erased, with the lock that it had when it was looked at. */
interface NamedVersion {
  readonly objectKey: string;
  readonly versionId: string;
  readonly lock?: VersionLock;
}

/** Deletes those versions that no lock keeps, and says of the others why they stay. */
export async function eraseSome<Named extends NamedVersion>(
  { bypassGovernance, nowMs }: Pick<CarryOutEraseRequest, 'bypassGovernance' | 'nowMs'>,
  { deletes, locks }: ErasedBucket,
  versions: readonly Named[],
): Promise<Map<Named, Reason>> {
  const reasons = new Map<Named, Reason>();
  const isKept = ({ lock }: Named) =>
    lock && isInForce(lock, nowMs()) && !(bypassGovernance && lock.mode === 'GOVERNANCE');
  for (const version of versions) if (isKept(version) && version.lock) reasons.set(version, lockedUntil(version.lock));
  const free = versions.filter((version) => !isKept(version));
  if (free.length === 0) return reasons;
  const named = free.map(({ objectKey, versionId }) => ({ objectKey, versionId }));
  for (const refused of await deletes.deleteAll(named, bypassGovernance)) {
    const version = free.find((one) => one.objectKey === refused.objectKey && one.versionId === refused.versionId);
    const lock = await locks?.look(refused.objectKey, refused.versionId).then(({ lock: found }) => found);
    const isLocked = lock && isInForce(lock, nowMs());
    const denied = `S3 refused: ${refused.code}, ${refused.message}. It takes s3:DeleteObjectVersion${bypassGovernance ? ' and s3:BypassGovernanceRetention' : ''}, and no legal hold`;
    if (version) reasons.set(version, isLocked ? lockedUntil(lock) : { why: 'denied', reason: denied });
  }
  return reasons;
}

function lockedUntil({ mode, untilMs }: VersionLock): Reason {
  const way =
    mode === 'COMPLIANCE'
      ? 'nobody can delete it before; erase again then'
      : '--bypass-governance deletes it all the same';
  return {
    why: 'locked',
    untilMs,
    reason: `Object Lock keeps it until ${utc(Math.ceil(untilMs / 1_000) * 1_000)} (${mode}); ${way}`,
  };
}

function leftOf({ in: side, objectKey }: ErasedObject, versionId: string, reason: Reason | undefined): LeftVersion {
  const appeared = { why: 'appeared', reason: 'it was stored after the plan was made; make the plan again' } as const;
  return { in: side, objectKey, versionId, ...(reason ?? appeared) };
}
