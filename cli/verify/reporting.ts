import type { Output } from '../output/output';
import { count, counted } from '../../core/units';
import { batchReplicationCommand, type ReplicationGap } from '../../operations/verify/batchReplication';
import type { Comparison } from '../../operations/verify/compareTable';
import type { Difference } from '../../operations/verify/recheck';
import type { VerifyOfTable } from './options';
import type { Repairs } from '../../operations/verify/repairAll';
import type { VerifyOutcome } from '../../operations/verify/verifyTable';
import { CLASSES, type DifferenceClass } from '../../operations/verify/verdict';
import type { Walked } from '../../operations/verify/walkTable';

/** What to do about a class, beyond --repair. */
const NEXT_STEP: Readonly<Record<DifferenceClass, string>> = {
  missing:
    'see dcs status whether capture runs and dcs redrive --dry-run what is parked; --repair stores what the table holds',
  stale:
    'see dcs status whether capture runs and dcs redrive --dry-run what is parked; --repair stores what the table holds',
  extra: '--repair stores the delete in the source bucket; what only the destination has is never touched',
  notReplicated:
    'see dcs check for the replication rule; --repair stores the newest image once more, so that it replicates. An object of a journal has to be copied by S3 Batch Replication before it expires (--history --replicate)',
  replicationFailed:
    'see dcs check for roles and keys; --repair stores the newest image once more, so that it replicates. An object of a journal has to be copied by S3 Batch Replication before it expires (--history --replicate)',
  hidden:
    '--repair stores the newest image once more, on top of the delete marker, from where it replicates. Or remove the marker, with the id that is told: aws s3api delete-object --bucket BUCKET --key KEY --version-id ID. In the destination only somebody of that account can have made it: find out who (docs/operations.md)',
  notCurrent:
    '--repair and dcs redrive store the newest image once more, so that it is the current version when lifecycle removes the others',
  otherTable:
    'dcs backfill stores the definition anew and gives each item of this table an image; see docs/operations.md, "A table was made again, or restored by AWS under its name"',
  unreadable: 'dcs history shows its versions; --repair stores what the table holds',
  brokenChain: 'dcs history shows where; what is parked can be filled in by dcs redrive, what was lost cannot',
  ahead:
    'it counts as of when S3 stored it; dcs history shows what it says. Set the clock of the machine that wrote it right; if none did, it is forged',
};

/** The last word about the destination alone. */
export function reportDestination(
  output: Output,
  { tableName, settleMs }: VerifyOfTable,
  destinationName: string,
  { counts, differences }: Walked,
): void {
  const { objects, destinationVersions, late } = counts;
  sayDifferences(output, differences);
  const isWhole = differences.length === 0;
  const { good, bad } = output.colours;
  const walked = `History: ${counted(destinationVersions, 'version')} of ${counted(objects, 'object')} in ${destinationName}`;
  const verdict = isWhole
    ? good('Every version can be read, and no change is missing between them')
    : bad(`${count(differences.length)} differences; --json lists all of them`);
  output.result(
    {
      ...{ type: 'verify', table: tableName, in: 'destination', settleMs },
      historyCounts: { objects, destinationVersions, late },
      differences: differences.length,
      verdict: isWhole ? 'same' : 'differences',
    },
    `${walked}\n${verdict}`,
  );
}

/** For people only; with --json the records say it all. */
function tell(output: Output, text: string): void {
  if (!output.json) output.result({ type: 'text' }, text);
}

export function sayComparison(output: Output, options: VerifyOfTable, comparison: Comparison): void {
  for (const line of countLines(options, comparison)) tell(output, line);
  sayDifferences(output, [...comparison.differences, ...(comparison.others ?? [])]);
}

export function sayHistory(output: Output, { counts, differences }: Walked, gap: ReplicationGap | undefined): void {
  const { objects, sourceVersions, destinationVersions, onlyInDestination } = counts;
  tell(
    output,
    `History: ${counted(sourceVersions, 'version')} of ${counted(objects, 'object')} in the source bucket, ${count(destinationVersions)} in the destination (${count(onlyInDestination)} only there)`,
  );
  sayDifferences(output, differences);
  if (gap && differences.some((one) => one.in === 'destination' && one.class !== 'unreadable')) {
    tell(
      output,
      `Older versions that are not in the destination are for S3 Batch Replication. --replicate has it copy them, or the operator role starts it:\n  ${batchReplicationCommand(gap)}`,
    );
  }
}

/** With --json all of them; for people a line for each class, with an example and the next step. */
function sayDifferences(output: Output, differences: readonly Difference[]): void {
  for (const { in: bucket, ...difference } of differences) {
    output.result({ type: 'difference', ...difference, in: bucket });
  }
  for (const name of CLASSES) {
    const all = differences.filter((one) => one.class === name);
    const [first] = all;
    if (!first) continue;
    sayClass(output, name, all.length, first);
  }
}

/** For people: how many there are of a class, one of them, and what to do. */
export function sayClass(
  output: Output,
  name: DifferenceClass,
  differences: number,
  { objectKey, reason }: { readonly objectKey: string; readonly reason: string },
): void {
  const number = output.colours.bad(`${name.padEnd(18)} ${count(differences)}`);
  tell(output, `${number}  such as ${objectKey}: ${reason}\n  next: ${NEXT_STEP[name]}`);
}

/** Where the report is, all of it with --json, and the verdict. */
export function reportVerify(output: Output, { report, stored }: VerifyOutcome, bucket: string): void {
  const { verdict, differences, repairs, sample, history } = report;
  output.say(
    'objectKey' in stored
      ? `Report: s3://${bucket}/${stored.objectKey}`
      : `The report could not be stored, so dcs status will not know of this verify: ${stored.problem}. Give the role in use s3:PutObject on =dcs/* of the destination bucket; the restore role has it`,
  );
  output.result({ ...report, report: 'objectKey' in stored ? stored.objectKey : null });
  const { good, bad } = output.colours;
  const ofAll = report.asOf === undefined ? 'Table, source bucket and destination bucket are' : 'Export and copy are';
  const what = sample === null ? ofAll : 'The sample is';
  const whole = history ? ', and no change is missing in its history' : '';
  if (verdict === 'same') tell(output, good(`${what} the same${whole}`));
  else tell(output, bad(`${counted(repairs?.left ?? differences, 'difference')}; --json lists all of them`));
}

function countLines({ tableName, sample }: VerifyOfTable, comparison: Comparison): string[] {
  const { all, items, same, late, journal } = comparison;
  const lines =
    all === undefined
      ? [
          `Sample of ${tableName}: ${counted(items, 'item')} of ${count(sample ?? 0)} asked for, from ${count(comparison.sample?.segments ?? 0)} of ${counted(comparison.sample?.ofSegments ?? 0, 'segment')} at random`,
        ]
      : [
          `Table ${tableName}: ${counted(items, 'item')}`,
          `Source bucket: ${bucketWords(all.source)}`,
          `Destination bucket: ${bucketWords(all.destination)}`,
          ...(journal ? [`Journal: ${journalWords(journal)}`] : []),
        ];
  const lateWords = late === 0 ? '' : `, ${count(late)} late (different at first, right while looking)`;
  return [...lines, `${count(same)} the same${lateWords}`];
}

function bucketWords({ images, tombstones, unclear }: NonNullable<Comparison['all']>['source']): string {
  const more = unclear === 0 ? '' : `, ${count(unclear)} that had to be looked at`;
  return `${counted(images, 'image')} of items, ${counted(tombstones, 'tombstone')}${more}`;
}

function journalWords({ source, destination }: NonNullable<Comparison['journal']>): string {
  return `${counted(source, 'object')} in the source bucket, ${count(destination)} in the destination`;
}

export function sayRepairs(output: Output, { written, mended, left }: Repairs): void {
  for (const { why, class: name, in: bucket, objectKey, keys } of left) {
    const reason = why ?? 'it is still different after the repair';
    output.result(
      { type: 'left', why: name, in: bucket, objectKey, keys, reason },
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
