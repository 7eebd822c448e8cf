import type { ReportStore } from '../../aws/reports';
import type { Output } from '../output/output';
import type { Comparison, Walked } from './compareTable';
import type { Difference } from '../../operations/verify/doubts';
import type { VerifyOptions } from './options';
import type { Repairs } from './repairAll';
import { CLASSES, type DifferenceClass } from '../../operations/verify/verdict';

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
}

export function verifyReport(found: {
  readonly options: VerifyOptions;
  readonly comparison: Comparison;
  readonly repairs: Repairs | undefined;
  readonly history: Walked | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly ranBy: string | null;
}): VerifyReport {
  const { options, comparison, repairs, history, startedAtMs, endedAtMs, ranBy } = found;
  const { all, sample, items, same, late } = comparison;
  const differences = [...comparison.differences, ...(history?.differences ?? [])];
  const left = differences.length - (repairs?.mended ?? 0);
  return {
    type: 'verify',
    table: options.tableName,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
    ranBy,
    sample: options.sample ?? null,
    sampled: sample,
    history: options.history,
    settleMs: options.settleMs,
    counts: { items, ...(all && bucketCounts(all)), same, late, ...byClass(differences) },
    historyCounts: history && { ...history.counts },
    differences: differences.length,
    examples: examplesOf(differences),
    repairs: repairs && { written: repairs.written, mended: repairs.mended, left },
    verdict: left === 0 ? 'same' : 'differences',
  };
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

/** Stores the report where `dcs status` finds it. A verify whose report cannot be stored has still verified. */
export async function storeReport(
  output: Output,
  reports: Pick<ReportStore, 'write'>,
  report: VerifyReport,
  startedAtMs: number,
  bucket: string,
): Promise<void> {
  let storedAs: string | undefined;
  try {
    storedAs = await reports.write('verify', startedAtMs, `${JSON.stringify(report, null, 2)}\n`);
    output.say(`Report: s3://${bucket}/${storedAs}`);
  } catch (error) {
    output.say(
      `The report could not be stored, so dcs status will not know of this verify: ${(error as Error).message}. Give the role in use s3:PutObject on =dcs/* of the destination bucket; the restore role has it`,
    );
  }
  output.result({ ...report, report: storedAs ?? null });
}
