import { inParallel } from '../../core/inParallel';
import { heldOfItems, type HeldInJournal } from './heldInJournal';
import type { HeldVersion } from './standing';
import {
  idOfVersion,
  IMAGE_STAYS,
  isKept as isKeptInJournal,
  leftOfVersion,
  MAY_COME,
  type WhatStays,
} from './leftInJournal';
import { takeOutOfJournal, type TakeOutRequest } from './takeOutOfJournal';
import { eraseUnread } from './eraseUnread';
import { requireYes, type MayDo } from '../plan/needsYes';
import { carryOutErase, type CarryOutEraseRequest, type EraseCounts, type LeftVersion } from './carryOutErase';
import { keepErasePlan, keptErasePlan, requireNamed, type ErasePlanHeader, type KeptErasePlan } from './erasePlanFile';
import { planErase, type ErasedObject } from './erasePlan';
import type { ErasePlanRequest, LeftObject } from './erasePlanRequest';
import { itemsOf, tellNamedSince } from './namedSince';
import { everythingUnder } from './places';
import { requireGone } from './requireGone';
import { eraseWaiting } from './eraseWaiting';

export interface EraseRequest
  extends Omit<ErasePlanRequest, 'onLeft'>, Omit<CarryOutEraseRequest, 'plan' | 'onLeft' | 'mayBringBack'> {
  readonly header: ErasePlanHeader;
  readonly erasureId?: TakeOutRequest['erasureId'];
  readonly dryRun: boolean;
  /** With `dryRun`: where the plan is kept. Without: the plan that is carried out. */
  readonly planFile?: string;
  readonly mayDo: MayDo;
  readonly onUnclear: (left: LeftObject) => void;
  /** The plan is whole, and nothing has been erased. */
  readonly onPlan: (plan: readonly ErasedObject[]) => void;
  readonly onLeft: CarryOutEraseRequest['onLeft'];
  /** A version of a journal: in a dry run what it has of the items, and what becomes of it; else what has stayed, and why. */
  readonly onJournal: (left: LeftObject) => void;
}

export interface EraseOutcome {
  readonly plan: readonly ErasedObject[];
  /** Objects of which nobody can tell, or that cannot be erased yet. */
  readonly unclear: number;
  /** Versions of a journal's objects that have lines of the items, and how many of them an erase leaves there now. */
  readonly journal: { readonly versions: number; readonly kept: number };
  /** Undefined after a dry run. */
  readonly done?: Readonly<EraseCounts>;
}

const OBJECTS_AT_A_TIME = 8;

/**
 * Erases the whole history of some items from both buckets, and what names them beside it.
 *
 * @throws RefusedError when nobody said yes; nothing has been erased then
 */
export async function eraseItems(request: EraseRequest): Promise<EraseOutcome> {
  const { dryRun, planFile, header } = request;
  const isKept = planFile !== undefined && !dryRun;
  const looked = isKept ? await carriedOn(request, planFile) : await planned(request);
  const { plan, left, held } = looked;
  const { versions } = held;
  const kept = versions.filter((version) => isKeptInJournal(version, request, { ...request, nowMs: request.nowMs() }));
  const found = { plan, unclear: left.length, journal: { versions: versions.length, kept: kept.length } };
  const inJournal = dryRun ? versions.map((one) => leftOfVersion(one, whatStays(request))) : [];
  inJournal.forEach(request.onJournal);
  if (dryRun && planFile !== undefined) await keepErasePlan(planFile, header, { plan, left: [...left, ...inJournal] });
  request.onPlan(plan);
  if (dryRun || plan.length === 0) return { ...found, ...(!dryRun && { done: { erased: 0, left: 0 } }) };
  if (versionsIn(plan) + versions.length > 0) await requireYes(whyAsked(plan, versions.length), request.mayDo);
  const { mayBringBack } = held;
  const done =
    versions.length > 0 ? eraseWithJournal(request, looked) : carryOutErase({ ...request, plan, mayBringBack });
  return { ...found, done: await done };
}

function whatStays({ journalLifecycle: lifecycle, sourceForgets }: EraseRequest): Omit<WhatStays, 'stays' | 'kept'> {
  return { lifecycle, sourceForgets };
}

/**
 * The images first. What has to stay of one keeps the item's journal, which may have its delete, and so does what may come yet; and what the
 * journal has of an item keeps its tombstone, which goes at the end.
 */
async function eraseWithJournal(request: EraseRequest, { plan, held }: Looked): Promise<Readonly<EraseCounts>> {
  const inJournal = new Set(held.versions.flatMap(({ items }) => [...items.keys()]));
  const kept = new Map<string, string>();
  const mayBringBack = (objectKey: string) => inJournal.has(objectKey) || held.mayBringBack(objectKey);
  const onLeft = ({ objectKey, why }: LeftVersion) => {
    if (why !== 'tombstone' && why !== 'marker') kept.set(objectKey, IMAGE_STAYS);
  };
  const first = await carryOutErase({ ...request, plan, mayBringBack, onLeft });
  const named = new Set(plan.flatMap(({ is, objectKey }) => (is === 'history' ? [objectKey] : [])));
  const taking = { ...request, isErased: (objectKey: string) => named.has(objectKey) && !kept.has(objectKey) };
  const look = () => heldOfItems(request, named);
  const coming = await eraseWaiting(taking, held, look);
  for (const objectKey of coming.deletes) kept.set(objectKey, MAY_COME);
  const unread = await takeOutOfJournal(taking, coming.now, look);
  const stays = new Map([...coming.stays, ...(await eraseUnread(taking, unread))]);
  const after = await look();
  for (const version of after.versions)
    request.onJournal(leftOfVersion(version, { ...whatStays(request), stays, kept }));
  const left = await stillThere(request, plan);
  const second = await carryOutErase({ ...request, plan: left, mayBringBack: after.mayBringBack });
  const there = new Set(after.versions.map(idOf));
  const gone = held.versions.filter((version) => !there.has(idOf(version))).length;
  return { erased: first.erased + second.erased + gone, left: second.left + after.versions.length };
}

function idOf({ in: side, version: { objectKey, versionId } }: HeldVersion): string {
  return idOfVersion(side, objectKey, versionId);
}

type Looked = KeptErasePlan & { readonly held: HeldInJournal };

async function planned(request: EraseRequest): Promise<Looked> {
  const left: LeftObject[] = [];
  const onLeft = (one: LeftObject) => {
    left.push(one);
    request.onUnclear(one);
  };
  const { plan, held } = await planErase({ ...request, onLeft });
  requireNamed(plan, request.table);
  return { plan, left, held };
}

/** A plan of before, with what has to be looked at anew: the items may be back, and a journal, reports and batches may name them since. */
async function carriedOn(request: EraseRequest, planFile: string): Promise<Looked> {
  const { plan, left: before } = await keptErasePlan(planFile, request.header);
  requireNamed(plan, request.table);
  const left = new Map<string, LeftObject>();
  const onLeft = (one: LeftObject) => {
    const place = `${one.in} ${one.objectKey} ${one.versionId ?? ''}`;
    if (left.has(place)) return;
    left.set(place, one);
    request.onUnclear(one);
  };
  const isOfJournal = ({ versionId }: LeftObject) => versionId !== undefined;
  before.filter((one) => !isOfJournal(one)).forEach(onLeft);
  await requireGone(request, itemsOf(plan));
  const histories = plan.flatMap(({ is, objectKey }) => (is === 'history' ? [objectKey] : []));
  const held = await heldOfItems(request, new Set(histories));
  held.left.forEach(onLeft);
  await tellNamedSince({ ...request, onLeft }, plan);
  return { plan: await stillThere(request, plan), left: [...left.values()], held };
}

/** The same objects, without the versions that have gone since: nobody is asked for these, and nobody has erased them now. */
async function stillThere({ buckets, signal }: EraseRequest, plan: readonly ErasedObject[]): Promise<ErasedObject[]> {
  const there = new Map<ErasedObject, ErasedObject>();
  await inParallel(plan, OBJECTS_AT_A_TIME, async (object) => {
    const bucket = buckets.find(({ side }) => side === object.in);
    const found = bucket ? await everythingUnder(bucket, object.objectKey, signal) : [];
    const ids = new Set(found.map(({ versionId }) => versionId));
    there.set(object, { ...object, versions: object.versions.filter(({ versionId }) => ids.has(versionId)) });
  });
  return plan.flatMap((object) => there.get(object) ?? []);
}

function versionsIn(plan: readonly ErasedObject[]): number {
  return plan.reduce((sum, { versions: { length } }) => sum + length, 0);
}

function whyAsked(plan: readonly ErasedObject[], inJournal: number): string {
  const journal =
    inJournal > 0 ? `, and takes the items out of ${inJournal} versions of journal objects, runs and bases,` : '';
  return `it erases ${versionsIn(plan)} versions of ${plan.length} objects${journal} for good: nothing brings them back`;
}
