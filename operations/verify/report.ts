import type { ReportStore } from '../../aws/reports';
import type { Comparison } from './compareTable';
import type { Difference } from './recheck';
import type { Repairs } from './repairAll';
import { CLASSES, type DifferenceClass } from './verdict';
import type { Walked } from './walkTable';

/** What a verify has found: the last line of its output, and the report that is stored. `docs/cli.md` has the fields. */
export interface VerifyReport {
  readonly type: 'verify';
  readonly table: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** ARN of the identity in the destination account; null when STS could not be asked. */
  readonly ranBy: string | null;
  readonly sample: number | null;
  readonly sampled?: Comparison['sample'];
  readonly history: boolean;
  readonly settleMs: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly historyCounts?: Readonly<Record<string, number>>;
  readonly differences: number;
  readonly examples: Readonly<Partial<Record<DifferenceClass, { objectKey: string; reason: string }>>>;
  readonly repairs?: { readonly written: number; readonly mended: number; readonly left: number };
  readonly verdict: 'same' | 'differences';
  /** Of the engine: what was compared is the copy at the moment of an export. */
  readonly engine?: 'distributed';
  readonly asOf?: string;
}

export function verifyReport(found: {
  readonly tableName: string;
  readonly sampleItemCount: number | undefined;
  readonly settleMs: number;
  readonly comparison: Comparison;
  readonly repairs: Repairs | undefined;
  readonly walked: Walked | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly ranBy: string | null;
}): VerifyReport {
  const { tableName, sampleItemCount, settleMs, comparison, repairs, walked, startedAtMs, endedAtMs, ranBy } = found;
  const { all, sample, journal, items, same, late } = comparison;
  const differences = [...comparison.differences, ...(comparison.others ?? []), ...(walked?.differences ?? [])];
  const left = differences.length - (repairs?.mended ?? 0);
  return {
    type: 'verify',
    table: tableName,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    ranBy,
    sample: sampleItemCount ?? null,
    sampled: sample,
    history: walked !== undefined,
    settleMs,
    counts: {
      items,
      ...(all && bucketCounts(all)),
      ...(journal && journalCounts(journal)),
      same,
      late,
      ...byClass(differences),
    },
    historyCounts: walked && { ...walked.counts },
    differences: differences.length,
    examples: examplesOf(differences),
    repairs: repairs && { written: repairs.written, mended: repairs.mended, left },
    verdict: left === 0 ? 'same' : 'differences',
  };
}

/** The text that is stored. */
export function reportText(report: VerifyReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Object key of the report, or why it could not be stored: what was found is as true without it. */
export type StoredVerify = { readonly objectKey: string } | { readonly problem: string };

export async function storeReport(
  reports: Pick<ReportStore, 'write'>,
  report: VerifyReport,
  startedAtMs: number,
): Promise<StoredVerify> {
  try {
    return { objectKey: await reports.write('verify', startedAtMs, reportText(report)) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function bucketCounts({ source, destination, vanished }: NonNullable<Comparison['all']>): Record<string, number> {
  return {
    images: source.images,
    tombstones: source.tombstones,
    unclearImages: source.unclear,
    replicas: destination.images,
    replicaTombstones: destination.tombstones,
    unclearReplicas: destination.unclear,
    vanished,
  };
}

function journalCounts({ source, destination }: NonNullable<Comparison['journal']>): Record<string, number> {
  return { journalObjects: source, journalReplicas: destination };
}

function byClass(differences: readonly Difference[]): Record<DifferenceClass, number> {
  const counts = CLASSES.map((name) => [name, differences.filter((one) => one.class === name).length] as const);
  return Object.fromEntries(counts) as Record<DifferenceClass, number>;
}

function examplesOf(differences: readonly Difference[]): VerifyReport['examples'] {
  return Object.fromEntries(
    CLASSES.flatMap((name) => {
      const first = differences.find((one) => one.class === name);
      return first ? [[name, { objectKey: first.objectKey, reason: first.reason }]] : [];
    }),
  );
}
