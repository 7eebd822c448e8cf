import { s3CurrentLister } from '../../aws/currentObjects';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TextStore } from '../../aws/textStore';
import type { Command } from '../command';
import { connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { FailureGuard } from '../../operations/failureGuard';
import { s3ImageSource } from '../../operations/images/s3ImageSource';
import { count, counted } from '../../core/units';
import { tableOf, type Settings } from '../../settings/forCommands';
import { parkedBatches } from '../../operations/redrive/parkedBatches';
import {
  redriveBatch,
  type BatchReport,
  type LeftRecord,
  type RedriveContext,
} from '../../operations/redrive/redriveBatch';

export interface RedriveOptions {
  /** None: all tables. */
  readonly tableNames: readonly string[];
  readonly dryRun: boolean;
}

export const redrive: Command<RedriveOptions> = {
  usage: '[TABLE...] [options]',
  description:
    'Applies the batches of changes that capture gave up on and that Lambda parked in the source bucket below aws/lambda/. Mend first what made capture give up. ' +
    'Each change goes to its place in the history of its item: nothing newer is covered, and what is there already stays as it is.\n' +
    'A batch all of which is applied gets a marker beside it and is passed over from then on; nothing is deleted. ' +
    'A batch with a record that cannot be read or applied is left, its other records are applied, and the exit code is 3. ' +
    'Stopped by Ctrl-C or a failure, the same command continues.',
  examples: [
    { does: 'See what is parked and what would become of it', command: 'dcs redrive --dry-run' },
    { does: 'Apply everything that is parked', command: 'dcs redrive' },
    { does: 'Only what is of one table', command: 'dcs redrive users' },
  ],
  positionals: [],
  furtherPositionals: 'TABLE',
  options: {
    'dry-run': { type: 'boolean', help: 'Look and count, and change nothing.' },
  },
  formerly: { table: 'TABLE' },
  read: (given) => ({ tableNames: given.positionals(), dryRun: given.flag('dry-run') }),
  run: runRedrive,
};

export async function runRedrive(options: RedriveOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal, settings } = context;
  for (const name of options.tableNames) tableOf(settings, name);
  const bucket = { ...connect(context, 'source').s3, bucket: settings.source.bucketName };
  const redriveContext = contextOf(options, context, bucket);
  const total: Total = { batches: 0, done: 0, left: 0, doneBefore: 0, applied: 0, filledIn: 0, alreadyThere: 0 };
  const progress = output.progress('batches');
  for await (const { objectKey, isRedriven } of parkedBatches(s3CurrentLister(bucket), signal)) {
    signal.throwIfAborted();
    if (isRedriven) {
      total.doneBefore += 1;
      continue;
    }
    const report = await redriveBatch(redriveContext, objectKey);
    if (!report) continue;
    add(total, report);
    progress.add(1);
    output.result({ type: 'batch', ...flat(report) }, batchLine(report));
  }
  progress.end();
  output.result({ type: 'redrive', dryRun: options.dryRun, ...total }, lastLines(options, total, output.colours));
  return total.left === 0 ? EXIT.done : EXIT.differences;
}

function contextOf(
  { tableNames, dryRun }: RedriveOptions,
  { output, signal, settings, nowMs }: CommandContext,
  bucket: Parameters<typeof s3ImageSource>[0],
): RedriveContext {
  const { largeImageStorageClass } = settings.capture;
  return {
    source: s3ImageSource(bucket),
    images: s3ImageStore({ ...bucket, largeImageStorageClass }),
    texts: s3TextStore(bucket),
    tableOf: (name) => configured(settings, name),
    onlyTables: tableNames,
    guard: new FailureGuard(),
    onLeft: (left) => output.result({ type: 'left', ...left }, leftLine(left)),
    ...{ dryRun, signal, nowMs },
  };
}

function configured(settings: Settings, tableName: string) {
  return settings.tables.some(({ name }) => name === tableName) ? tableOf(settings, tableName) : undefined;
}

/** Batches and records of the whole command. */
interface Total {
  batches: number;
  done: number;
  /** Batches that are not done. */
  left: number;
  /** Batches with a marker. */
  doneBefore: number;
  applied: number;
  filledIn: number;
  alreadyThere: number;
}

function add(total: Total, { counts, state }: BatchReport): void {
  total.batches += 1;
  if (state === 'done') total.done += 1;
  if (state === 'left') total.left += 1;
  total.applied += counts.applied;
  total.filledIn += counts.filledIn;
  total.alreadyThere += counts.alreadyThere;
}

function flat({ counts, ...report }: BatchReport): Record<string, unknown> {
  return { ...report, ...counts };
}

function leftLine({ batch, objectKey, sequenceNumber, reason }: LeftRecord): string {
  const record = sequenceNumber === undefined ? '' : `  record ${sequenceNumber}`;
  return `${batch}${record}${objectKey === undefined ? '' : `  ${objectKey}`}  left: ${reason}`;
}

function batchLine({ batch, records, counts, state, table }: BatchReport): string {
  return `${batch}  ${state}: ${counted(records, 'record')} of ${table ?? 'no known table'}, ${outcomeWords(counts)}, ${count(counts.left)} left`;
}

function outcomeWords({
  applied,
  filledIn,
  alreadyThere,
}: Pick<Total, 'applied' | 'filledIn' | 'alreadyThere'>): string {
  return `${count(applied)} applied, ${count(filledIn)} filled in below newer ones, ${count(alreadyThere)} already there`;
}

function lastLines(
  { dryRun }: RedriveOptions,
  total: Total,
  { good, bad }: CommandContext['output']['colours'],
): string {
  const before = total.doneBefore === 0 ? '' : `; ${counted(total.doneBefore, 'batch', 'batches')} done earlier`;
  const counts = `${counted(total.batches, 'batch', 'batches')}: ${outcomeWords(total)}${before}`;
  const verdict =
    total.left > 0
      ? bad(`${counted(total.left, 'batch is', 'batches are')} left; listed above`)
      : good(dryRun ? 'Nothing was changed' : 'Nothing is left');
  return `${dryRun ? 'Would redrive' : 'Redrove'} ${counts}\n${verdict}`;
}
