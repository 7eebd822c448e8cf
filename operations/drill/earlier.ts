import { couldNotLook } from '../../aws/couldNotLook';
import type { ReportStore, StoredReport } from '../../aws/reports';

/** What a report comes to in one line. Null: that report does not say. */
export interface DrillEntry {
  /** Object key of the JSON. */
  readonly objectKey: string;
  readonly startedAt: string;
  readonly verdict: 'same' | 'differences' | null;
  readonly items: number | null;
  /** Null: of a sample or not, nobody can tell; `all`: no sample. */
  readonly sample: number | 'all' | null;
  readonly differences: number | null;
  /** Of the items that were restored. */
  readonly restoreSeconds: number | null;
  /** How long all items take: measured, or reckoned from a sample. */
  readonly recoverySeconds: number | null;
  /** An estimate is shown, and is never too late. */
  readonly isEstimated: boolean;
  /** As they were set at the time of the drill. Null: there was none. */
  readonly recoveryTargetSeconds: number | null;
  readonly recoveryPointSeconds: number | null;
  readonly pointTargetSeconds: number | null;
}

/** Whether a target was measured and missed. */
export function isTooLate(entry: DrillEntry): boolean {
  return !entry.isEstimated && isOver(entry.recoverySeconds, entry.recoveryTargetSeconds);
}

export function isTooOld({ recoveryPointSeconds, pointTargetSeconds }: DrillEntry): boolean {
  return isOver(recoveryPointSeconds, pointTargetSeconds);
}

function isOver(seconds: number | null, targetSeconds: number | null): boolean {
  return seconds !== null && targetSeconds !== null && seconds > targetSeconds;
}

/** So many of the newest are read. */
export const MOST_LISTED = 100;

/** Drills before this one, newest first. What keeps them from being looked at keeps no drill from being made. */
export async function earlierDrills(
  reports: Pick<ReportStore, 'newestOf'>,
  onProblem: (problem: string) => void,
): Promise<DrillEntry[]> {
  try {
    return (await reports.newestOf('drill', MOST_LISTED)).map(entryOf);
  } catch (error) {
    if (!couldNotLook(error)) throw error;
    onProblem(`Earlier drills could not be looked at: ${(error as Error).message}`);
    return [];
  }
}

/** Reports of other versions, and what is none at all, say what they say. */
export function entryOf({ objectKey, storedAtMs, text }: StoredReport): DrillEntry {
  const fields = parsed(text);
  const { sample, startedAt, verdict } = fields;
  const [time, pointTarget] = [objectIn(fields.recoveryTime), objectIn(fields.recoveryPointTarget)];
  const restoreSeconds = numberIn(fields.restoreSeconds);
  const isTime = typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt));
  return {
    objectKey,
    startedAt: new Date(isTime ? Date.parse(startedAt) : storedAtMs).toISOString(),
    verdict: verdict === 'same' || verdict === 'differences' ? verdict : null,
    items: numberIn(fields.items),
    sample: sample === null ? 'all' : numberIn(sample),
    differences: numberIn(fields.differences),
    restoreSeconds,
    // Reports of before there were targets: what was restored is all of it, unless it was a sample.
    recoverySeconds: numberIn(time.seconds) ?? (sample === null ? restoreSeconds : null),
    isEstimated: time.isEstimated === true,
    recoveryTargetSeconds: numberIn(time.targetSeconds),
    recoveryPointSeconds: numberIn(objectIn(fields.recoveryPoint).ageSeconds),
    pointTargetSeconds: numberIn(pointTarget.targetSeconds),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
