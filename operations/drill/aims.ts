import type { DrillAims } from '../../settings/drillAims';
import type { DrillResult } from './drillTable';
import type { Difference } from './findings';

/** Where the table is that was drilled. */
export interface DrillScope {
  readonly sourceAccountId: string;
  readonly sourceRegion: string;
}

export type ReportedRecoveryPoint = { readonly at: string; readonly ageSeconds: number } | { readonly unknown: string };

/** What of a report says whether targets were met. */
export interface Judged {
  readonly recoveryTime?: Measure;
  readonly recoveryPoint: ReportedRecoveryPoint | null;
  readonly recoveryPointTarget?: Omit<Measure, 'seconds' | 'isEstimated'>;
}

/** What was measured, beside what is aimed at. */
export interface Measure {
  readonly seconds: number;
  /** Reckoned from a sample. An estimate is shown, and fails no drill. */
  readonly isEstimated: boolean;
  /** Null: there is none. */
  readonly targetSeconds: number | null;
  /** Null: there is no target, or it was not measured. */
  readonly isMet: boolean | null;
}

/** How long the whole table takes: measured, or reckoned by the rate at which a sample came back. */
export function recoveryTimeOf(
  { stageMs, restored, objects }: { restored: number } & Pick<DrillResult, 'stageMs' | 'objects'>,
  { recoveryTimeSeconds }: DrillAims,
): Measure {
  const { create = 0, restore = 0 } = stageMs;
  const isEstimated = objects !== undefined && objects > restored;
  const restoreMs = isEstimated && restored > 0 ? (restore * objects) / restored : restore;
  const seconds = Math.round((create + restoreMs) / 100) / 10;
  const targetSeconds = recoveryTimeSeconds ?? null;
  return { seconds, isEstimated, targetSeconds, isMet: targetSeconds === null ? null : seconds <= targetSeconds };
}

export function pointTarget(
  measured: ReportedRecoveryPoint | null,
  { recoveryPointSeconds }: DrillAims,
): Omit<Measure, 'seconds' | 'isEstimated'> {
  const targetSeconds = recoveryPointSeconds ?? null;
  const isMeasured = measured !== null && !('unknown' in measured);
  return { targetSeconds, isMet: targetSeconds === null || !isMeasured ? null : measured.ageSeconds <= targetSeconds };
}

/** Targets that were measured and missed, in words. */
export function missedTargets({ recoveryTime, recoveryPoint, recoveryPointTarget }: Judged): string[] {
  const isLate = recoveryTime?.isMet === false && !recoveryTime.isEstimated;
  const isOld = recoveryPointTarget?.isMet === false && recoveryPoint && !('unknown' in recoveryPoint);
  return [
    ...(isLate
      ? [`the restore took ${recoveryTime.seconds} s, the target is ${String(recoveryTime.targetSeconds)} s`]
      : []),
    ...(isOld
      ? [
          `the recovery point was ${recoveryPoint.ageSeconds} s old, the target is ${String(recoveryPointTarget.targetSeconds)} s`,
        ]
      : []),
  ];
}

const MOST_ATTRIBUTES = 50;

/** By the attribute itself, whatever differs inside it: which, and in how many items. */
export function attributesThatDiffer(listed: readonly Difference[]): { attribute: string; items: number }[] {
  const counts = new Map<string, number>();
  for (const { attributes = [] } of listed) {
    for (const attribute of new Set(attributes)) counts.set(attribute, (counts.get(attribute) ?? 0) + 1);
  }
  return [...counts]
    .map(([attribute, items]) => ({ attribute, items }))
    .sort((a, b) => b.items - a.items || (a.attribute < b.attribute ? -1 : 1))
    .slice(0, MOST_ATTRIBUTES);
}
