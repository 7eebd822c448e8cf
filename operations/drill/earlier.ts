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
  readonly restoreSeconds: number | null;
  readonly recoveryPointSeconds: number | null;
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
  const isTime = typeof startedAt === 'string' && !Number.isNaN(Date.parse(startedAt));
  return {
    objectKey,
    startedAt: new Date(isTime ? Date.parse(startedAt) : storedAtMs).toISOString(),
    verdict: verdict === 'same' || verdict === 'differences' ? verdict : null,
    items: numberIn(fields.items),
    sample: sample === null ? 'all' : numberIn(sample),
    differences: numberIn(fields.differences),
    restoreSeconds: numberIn(fields.restoreSeconds),
    recoveryPointSeconds: numberIn(parsed(JSON.stringify(fields.recoveryPoint ?? null)).ageSeconds),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
