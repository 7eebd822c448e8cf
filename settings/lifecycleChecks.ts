import { CLASSES_DOWNWARDS, type Lifecycle } from './lifecycle';
import type { Problem } from './problems';

type Transition = Lifecycle['currentVersionTransitions'][number];

/** S3 refuses a move to STANDARD_IA before this, and one from there sooner than this (lifecycle-transition-general-considerations). */
const DAYS_BEFORE_AND_IN_IA = 30;
/** What S3 bills of a class at least, however soon a version is deleted (storage-class-intro). */
const BILLED_DAYS = { STANDARD_IA: 30, GLACIER_IR: 90, GLACIER: 90, DEEP_ARCHIVE: 180 } as const;

/** What S3 would refuse, and what would cost more than it saves. */
export function lifecycleProblems(side: 'source' | 'destination', lifecycle: Lifecycle): Problem[] {
  const lists = ['currentVersionTransitions', 'noncurrentVersionTransitions'] as const;
  return [
    ...lists.flatMap((list) => movesDownwards(`${side}.lifecycle.${list}`, lifecycle[list])),
    ...expiresAfterItPaid(side, lifecycle),
  ];
}

function movesDownwards(path: string, transitions: readonly Transition[]): Problem[] {
  return transitions.flatMap((transition, index) => {
    const before = transitions[index - 1];
    const at = (field: keyof Transition, allowed: string, nextStep: string) => [
      { path: `${path}[${index}].${field}`, value: transition[field], allowed, nextStep },
    ];
    const least = earliest(transition, before);
    return [
      ...(before && rank(transition) <= rank(before)
        ? at('storageClass', `a class below ${before.storageClass}: S3 moves objects downwards alone`, 'take it out')
        : []),
      ...(transition.afterDays < least.days ? at('afterDays', `at least ${least.days}: ${least.why}`, 'raise it') : []),
    ];
  });
}

function earliest({ storageClass }: Transition, before: Transition | undefined) {
  const own = storageClass === 'STANDARD_IA' ? DAYS_BEFORE_AND_IN_IA : 0;
  if (!before) return { days: own, why: 'S3 moves nothing to STANDARD_IA sooner' };
  const isInIa = before.storageClass === 'STANDARD_IA';
  const days = before.afterDays + (isInIa ? DAYS_BEFORE_AND_IN_IA : 1);
  return { days, why: isInIa ? 'S3 moves nothing out of STANDARD_IA within 30 days' : 'later than the move before it' };
}

/** S3 refuses to move a version after it has deleted it; and a class is billed for its least time, used or not. */
function expiresAfterItPaid(side: string, lifecycle: Lifecycle): Problem[] {
  const { noncurrentVersionExpirationDays: value, noncurrentVersionTransitions: transitions } = lifecycle;
  const last = transitions.at(-1);
  if (value === null || !last) return [];
  const least = last.afterDays + BILLED_DAYS[last.storageClass];
  if (value >= least) return [];
  return [
    {
      path: `${side}.lifecycle.noncurrentVersionExpirationDays`,
      value,
      allowed: `at least ${least}: ${side}.lifecycle.noncurrentVersionTransitions moves to ${last.storageClass} after ${last.afterDays} days, which is billed for ${BILLED_DAYS[last.storageClass]} days at least`,
      nextStep: 'keep versions longer, or set noncurrentVersionTransitions to []',
    },
  ];
}

function rank({ storageClass }: Transition): number {
  return CLASSES_DOWNWARDS.indexOf(storageClass);
}
