import { inParallel } from '../../core/inParallel';
import { heldOfItems, type HeldInJournal } from './heldInJournal';
import { requireYes, type MayDo } from '../plan/needsYes';
import { carryOutErase, type CarryOutEraseRequest, type EraseCounts } from './carryOutErase';
import { keepErasePlan, keptErasePlan, requireNamed, type ErasePlanHeader, type KeptErasePlan } from './erasePlanFile';
import { planErase, type ErasedObject } from './erasePlan';
import type { ErasePlanRequest, LeftObject } from './erasePlanRequest';
import { itemsOf, tellNamedSince } from './namedSince';
import { everythingUnder } from './places';
import { requireGone } from './requireGone';

export interface EraseRequest
  extends Omit<ErasePlanRequest, 'onLeft'>, Omit<CarryOutEraseRequest, 'plan' | 'onLeft' | 'mayBringBack'> {
  readonly header: ErasePlanHeader;
  readonly dryRun: boolean;
  /** With `dryRun`: where the plan is kept. Without: the plan that is carried out. */
  readonly planFile?: string;
  readonly mayDo: MayDo;
  readonly onUnclear: (left: LeftObject) => void;
  /** The plan is whole, and nothing has been erased. */
  readonly onPlan: (plan: readonly ErasedObject[]) => void;
  readonly onLeft: CarryOutEraseRequest['onLeft'];
}

export interface EraseOutcome {
  readonly plan: readonly ErasedObject[];
  /** Objects of which nobody can tell, or that cannot be erased yet. */
  readonly unclear: number;
  /** Versions of a journal's objects that have lines of the items, and stay. */
  readonly journalVersions: number;
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
  const { plan, left, mayBringBack } = isKept ? await carriedOn(request, planFile) : await planned(request);
  const journalVersions = left.filter(({ why }) => why === 'journal').length;
  const found = { plan, unclear: left.length - journalVersions, journalVersions };
  if (dryRun && planFile !== undefined) await keepErasePlan(planFile, header, { plan, left });
  request.onPlan(plan);
  if (dryRun || plan.length === 0) return { ...found, ...(!dryRun && { done: { erased: 0, left: 0 } }) };
  if (versionsIn(plan) > 0) await requireYes(whyAsked(plan), request.mayDo);
  return { ...found, done: await carryOutErase({ ...request, plan, mayBringBack }) };
}

type Looked = KeptErasePlan & Pick<HeldInJournal, 'mayBringBack'>;

async function planned(request: EraseRequest): Promise<Looked> {
  const left: LeftObject[] = [];
  const onLeft = (one: LeftObject) => {
    left.push(one);
    request.onUnclear(one);
  };
  const { plan, mayBringBack } = await planErase({ ...request, onLeft });
  requireNamed(plan, request.table);
  return { plan, left, mayBringBack };
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
  const held = await heldOfItems(request, new Set([...histories, ...before.flatMap(({ items = [] }) => items)]));
  held.left.forEach(onLeft);
  await tellNamedSince({ ...request, onLeft }, plan);
  return { plan: await stillThere(request, plan), left: [...left.values()], mayBringBack: held.mayBringBack };
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

function whyAsked(plan: readonly ErasedObject[]): string {
  return `it erases ${versionsIn(plan)} versions of ${plan.length} objects for good: nothing brings them back`;
}
