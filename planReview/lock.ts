import { block, shown, type Json, type JsonObject } from './json';
import { changedLeaves } from './leaves';
import { notKnown, type Context } from './verdicts';

const JUDGED = /^rule\.default_retention\.(mode|days|years)$/;

/** What a changed default retention no longer locks, or locks for a shorter time. */
export function lockWeakened(from: Json | undefined, to: Json | undefined, context: Context): string[] {
  const [was, is] = [block(from, 'default_retention'), block(to, 'default_retention')];
  const [wereDays, areDays] = [lockedDays(was), lockedDays(is)];
  const others = changedLeaves('rule', from, to).filter(({ path }) => !JUDGED.test(path));
  return [
    ...others.flatMap((leaf) => notKnown(leaf, context) ?? []),
    ...(was.mode === 'COMPLIANCE' && is.mode !== 'COMPLIANCE'
      ? [`mode: "COMPLIANCE" becomes ${shown(is.mode)}: an administrator can delete.`]
      : []),
    ...(was.mode === 'GOVERNANCE' && is.mode !== 'GOVERNANCE' && is.mode !== 'COMPLIANCE'
      ? [`mode: "GOVERNANCE" becomes ${shown(is.mode)}.`]
      : []),
    ...(areDays >= wereDays ? [] : [`Locked for ${areDays || 0} days, not ${wereDays}.`]),
  ];
}

function lockedDays({ days, years }: JsonObject): number {
  return Number(days ?? 0) + 365 * Number(years ?? 0);
}
