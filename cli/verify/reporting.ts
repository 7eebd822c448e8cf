import type { ReportStore } from '../../aws/reports';
import type { Output } from '../output/output';
import { count, counted } from '../output/units';
import { batchReplicationCommand, type ReplicationGap } from './batchReplication';
import type { Comparison } from './compareTable';
import type { Difference } from './doubts';
import type { VerifyOptions } from './options';
import type { Repairs } from './repairAll';
import { CLASSES, type DifferenceClass } from './verdict';

/** What a verify has found: the last line of its output, and the report that is stored. `docs/cli.md` has the fields. */
export interface VerifyReport {
  readonly type: 'verify';
  readonly table: string;
  readonly startedAt: string;
  readonly endedAt: string;
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
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}): VerifyReport {
  const { options, comparison, repairs, startedAtMs, endedAtMs } = found;
  const { all, sample, items, same, late, history } = comparison;
  const differences = allDifferences(comparison);
  const left = repairs ? repairs.left.length : differences.length;
  return {
    type: 'verify',
    table: options.tableName,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: new Date(endedAtMs).toISOString(),
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

function allDifferences({ differences, history }: Comparison): Difference[] {
  return [...differences, ...(history?.differences ?? [])];
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

/** What to do about a class, beyond --repair. */
const NEXT_STEP: Readonly<Record<DifferenceClass, string>> = {
  missing:
    'see dcs status whether capture runs and dcs redrive --dry-run what is parked; --repair stores what the table holds',
  stale:
    'see dcs status whether capture runs and dcs redrive --dry-run what is parked; --repair stores what the table holds',
  extra: '--repair stores the delete in the source bucket; what only the destination has is never touched',
  notReplicated:
    'see dcs check for the replication rule; --repair stores the newest image once more, so that it replicates',
  replicationFailed:
    'see dcs check for roles and keys; --repair stores the newest image once more, so that it replicates',
  unreadable: 'dcs history shows its versions; --repair stores what the table holds',
  brokenChain: 'dcs history shows where; what is parked can be filled in by dcs redrive, what was lost cannot',
};

export function sayComparison(
  output: Output,
  options: VerifyOptions,
  comparison: Comparison,
  gap: ReplicationGap,
): void {
  const differences = allDifferences(comparison);
  // With --json everything; for people a line for each class, with an example.
  for (const difference of differences) output.result(differenceRecord(difference));
  if (output.json) return;
  for (const line of countLines(options, comparison)) output.result({ type: 'text' }, line);
  const { good, bad } = output.colours;
  for (const name of CLASSES) {
    const [first, ...others] = differences.filter((one) => one.class === name);
    if (!first) continue;
    const number = others.length + 1;
    output.result(
      { type: 'text' },
      `${bad(`${name.padEnd(18)} ${count(number)}`)}  such as ${first.objectKey}: ${first.reason}\n  next: ${NEXT_STEP[name]}`,
    );
  }
  if (differences.length === 0) output.result({ type: 'text' }, good(sameWords(options)));
  else output.result({ type: 'text' }, bad(`${counted(differences.length, 'difference')}; --json lists all of them`));
  if (comparison.history?.differences.some((one) => one.in === 'destination' && one.class !== 'unreadable')) {
    const command = batchReplicationCommand(gap);
    output.result(
      { type: 'text' },
      `Older versions that are not in the destination are for S3 Batch Replication, ROLE being one that may run it:\n  ${command}`,
    );
  }
}

function sameWords({ sample, history }: VerifyOptions): string {
  const what =
    sample === undefined
      ? 'Table, source bucket and destination bucket are the same'
      : 'The sample is the same in all three';
  return history ? `${what}, and no change is missing in its history` : what;
}

function differenceRecord({ in: bucket, ...difference }: Difference) {
  return { type: 'difference', ...difference, in: bucket };
}

function countLines({ tableName, sample }: VerifyOptions, comparison: Comparison): string[] {
  const { all, items, same, late, history } = comparison;
  const lines =
    all === undefined
      ? [
          `Sample of ${tableName}: ${counted(items, 'item')} of ${count(sample ?? 0)} asked for, from ${count(comparison.sample?.segments ?? 0)} of ${counted(comparison.sample?.ofSegments ?? 0, 'segment')} at random`,
        ]
      : [
          `Table ${tableName}: ${counted(items, 'item')}`,
          `Source bucket: ${bucketWords(all.source)}`,
          `Destination bucket: ${bucketWords(all.destination)}`,
        ];
  const walked = history
    ? [
        `History: ${counted(history.counts.sourceVersions, 'version')} of ${counted(history.counts.objects, 'object')} in the source bucket, ${count(history.counts.destinationVersions)} in the destination (${count(history.counts.onlyInDestination)} only there)`,
      ]
    : [];
  const lateWords = late === 0 ? '' : `, ${count(late)} late (different at first, right while looking)`;
  return [...lines, ...walked, `${count(same)} the same${lateWords}`];
}

function bucketWords({ images, tombstones, unclear }: NonNullable<Comparison['all']>['source']): string {
  const more = unclear === 0 ? '' : `, ${count(unclear)} that had to be looked at`;
  return `${counted(images, 'image')} of items, ${counted(tombstones, 'tombstone')}${more}`;
}

export function sayRepairs(output: Output, { written, mended, left }: Repairs): void {
  for (const { why, class: name, in: bucket, objectKey, keys, versionIds } of left) {
    const reason =
      why ?? (versionIds ? 'a repair mends the newest state alone' : 'it is still different after the repair');
    output.result(
      { type: 'left', why: name, in: bucket, objectKey, keys, versionIds, reason },
      `left: ${name} ${objectKey}: ${reason}`,
    );
  }
  const { good, bad } = output.colours;
  const text = `Mended ${counted(mended, 'item')} with ${counted(written, 'image')}`;
  if (output.json) return;
  output.result(
    { type: 'text' },
    left.length === 0 ? good(`${text}; nothing is left`) : bad(`${text}; ${count(left.length)} left, listed above`),
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
  if (output.json) output.result({ ...report, report: storedAs ?? null });
}
