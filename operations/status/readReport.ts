import type { StoredReport } from '../../aws/reports';
import { count, duration, utc } from '../../core/units';
import { entryOf, isTooLate, isTooOld } from '../drill/earlier';

/** What a report says in one line. Reports of other versions may lack a field. */
export function readReport(report: Pick<StoredReport, 'text' | 'storedAtMs' | 'objectKey'>, nowMs: number) {
  const fields = parsed(report.text);
  const endedAtMs = typeof fields?.endedAt === 'string' ? Date.parse(fields.endedAt) : NaN;
  const atMs = Number.isNaN(endedAtMs) ? report.storedAtMs : endedAtMs;
  const differences = countOf(fields?.differences);
  // What a repair has mended counts as a difference that was found; the verdict is about what is left.
  const isSame = fields?.verdict === 'same' || (fields?.verdict === undefined && differences === 0);
  const sample = typeof fields?.sample === 'number' ? `, a sample of ${count(fields.sample)}` : '';
  const took =
    typeof fields?.restoreSeconds === 'number' ? `, restored in ${duration(fields.restoreSeconds * 1_000)}` : '';
  const verdict = isSame
    ? 'no difference'
    : differences === undefined
      ? 'not the same'
      : `${count(differences)} different`;
  const drill = entryOf(report);
  const [late, old] = [isTooLate(drill), isTooOld(drill)];
  const missed = `${late ? `, longer than the target of ${targetOf(drill.recoveryTargetSeconds)}` : ''}${old ? `, its recovery point older than the target of ${targetOf(drill.pointTargetSeconds)}` : ''}`;
  const words = fields === undefined ? `${report.objectKey} cannot be read` : `${verdict}${sample}${took}${missed}`;
  return {
    isSame,
    isTargetMissed: late || old,
    found: `${utc(Math.floor(atMs / 1_000) * 1_000)}, ${duration(Math.max(0, nowMs - atMs))} ago: ${words}`,
    values: { reportAt: new Date(atMs).toISOString(), differences: differences ?? null, objectKey: report.objectKey },
  };
}

function targetOf(seconds: number | null): string {
  return duration((seconds ?? 0) * 1_000);
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A number, a list, or numbers by class. */
function countOf(differences: unknown): number | undefined {
  if (typeof differences === 'number') return differences;
  if (Array.isArray(differences)) return differences.length;
  if (typeof differences !== 'object' || differences === null) return undefined;
  const numbers = Object.values(differences).filter((each) => typeof each === 'number');
  return numbers.reduce((sum, each) => sum + each, 0);
}
