import type { Command } from '../command';
import { bucketIn, connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { layoutOf, tableOf } from '../../settings/configuredTable';
import { partsOf } from '../../settings/parts';
import { backfillByMap, backfillWork } from '../../operations/costs/work/backfill';
import { runEstimate } from '../costs/estimate';
import { backfillTable } from '../../operations/backfill/backfillTable';
import { forEachTable, TABLES } from '../severalTables';
import { runBackfillByEngine } from './engine';
import { BACKFILL_OPTIONS, readBackfillOptions, type BackfillOptions } from './options';
import { reportBackfill, watchBackfill } from './reporting';

export const backfill: Command<BackfillOptions> = {
  usage: 'TABLE... [options]',
  description:
    'Gives every item of a table an image in the source bucket, unless it has one: for the items that were there before capture was, or that the stream has not shown. ' +
    'Nothing newer is ever overwritten: an image is written only where there is none, and a tombstone is one too. Safe while the table is written to and capture runs.\n' +
    "Stores the table's definition (table.json) as well, when it is missing or has changed.\n" +
    'Stopped by Ctrl-C or a failure, the same command continues; run again when all is done, it writes nothing. ' +
    'Of a table with a journal, items without an image are added to that, each time anew. ' +
    'Items that could not be written are listed by their key, and the exit code is 3.',
  examples: [
    { does: 'A table with items has just been deployed: give all of them images', command: 'dcs backfill users' },
    { does: 'The same for every table of the settings', command: 'dcs backfill --all' },
    { does: 'The same, with a quarter of the table’s 400 read units', command: 'dcs backfill users --read-rate 100' },
    {
      does: 'A large table: from an export that DynamoDB makes, which costs it no reads',
      command: 'dcs backfill users --export s3://exports/users',
    },
    {
      does: 'The same, from an export that is there',
      command: 'dcs backfill users --from-export s3://exports/users/AWSDynamoDB/01234567890123-a1b2c3d4',
    },
    {
      does: 'A table that outgrows one machine: functions of the engine write the images, from an export',
      command: 'dcs backfill users --engine distributed --follow',
    },
  ],
  ...TABLES,
  options: BACKFILL_OPTIONS,
  read: readBackfillOptions,
  whenStopped: ({ follow }) => (follow ? 'goesOn' : 'continues'),
  run: runBackfill,
};

export function runBackfill(options: BackfillOptions, context: CommandContext): Promise<ExitCode> {
  return forEachTable(options.tables, context, (name, ofTable) =>
    backfillOne({ ...options, tableName: name }, ofTable),
  );
}

async function backfillOne(
  options: BackfillOptions & { readonly tableName: string },
  context: CommandContext,
): Promise<ExitCode> {
  const { estimate, readRate, exportInto } = options;
  if (estimate) {
    const fromExport = options.fromExport !== undefined || exportInto !== undefined;
    return runEstimate(options.tableName, estimate, context, (of) =>
      options.engine ? backfillByMap(of) : backfillWork(of, { fromExport, readRate }),
    );
  }
  if (options.engine) return runBackfillByEngine(options, context);
  const { output, signal, pause } = context;
  const settings = partsOf(context.settings, ['source', 'tables']);
  const { fromExport, segments, allowGap } = options;
  const table = tableOf(settings, options.tableName);
  const { dynamoDb } = connect(context, 'source');
  const { largeImageStorageClass } = settings.capture;
  const layout = layoutOf(settings, table.tableName);
  // What a journal has of a delete stays in the destination bucket.
  const tombstoneExpirationDays = layout === 'journal' ? null : settings.source.lifecycle.tombstoneExpirationDays;
  const bucket = { ...bucketIn(context, 'source'), largeImageStorageClass };
  const { nowMs } = await context.serviceClock('source');
  const { end, ...watch } = watchBackfill(output, bucket.bucket);
  const report = await backfillTable({
    ...{ table, layout, dynamoDb, bucket, signal, nowMs, pause, watch },
    ...{ fromExport, exportInto, segments, readUnitsPerSecond: options.readRate, allowGap, tombstoneExpirationDays },
  });
  end();
  reportBackfill(output, table.tableName, report);
  return report.counts.failed === 0 ? EXIT.done : EXIT.differences;
}
