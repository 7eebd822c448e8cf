import { s3CurrentLister } from '../../aws/currentObjects';
import { s3ImageStore } from '../../aws/imageStore';
import { refreshDefinition } from '../../aws/storedDefinition';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { s3TextStore } from '../../aws/textStore';
import { tablePrefix } from '../../core/objectKey';
import { keySchemaOf } from '../../core/tableDefinition';
import type { Command } from '../command';
import { connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { tableOf } from '../../settings/forCommands';
import { requireSameKeys } from '../../operations/tables';
import { backfillItems, type BackfillCounts } from '../../operations/backfill/backfillItems';
import { itemsToBackfill } from './itemsToBackfill';
import { knownKeys } from '../../operations/backfill/knownKeys';
import { BACKFILL_OPTIONS, readBackfillOptions, type BackfillOptions } from './options';
import { sayInterrupted, reportBackfill, watchBackfill } from './reporting';

export const backfill: Command<BackfillOptions> = {
  usage: 'TABLE [options]',
  description:
    'Gives every item of a table an image in the source bucket, unless it has one: for the items that were there before capture was, or that the stream has not shown. ' +
    'Nothing newer is ever overwritten: an image is written only where there is none, and a tombstone is one too. Safe while the table is written to and capture runs.\n' +
    "Stores the table's definition (table.json) as well, when it is missing or has changed.\n" +
    'Stopped by Ctrl-C or a failure, the same command continues; run again when all is done, it writes nothing. ' +
    'Items that could not be written are listed by their key, and the exit code is 3.',
  examples: [
    { does: 'A table with items has just been deployed: give all of them images', command: 'dcs backfill users' },
    { does: 'The same, with a quarter of the table’s 400 read units', command: 'dcs backfill users --read-rate 100' },
    {
      does: 'A large table: from an export, which costs it no reads',
      command: 'dcs backfill users --from-export s3://exports/users/AWSDynamoDB/01234567890123-a1b2c3d4',
    },
  ],
  positionals: ['TABLE'],
  options: BACKFILL_OPTIONS,
  read: readBackfillOptions,
  run: runBackfill,
};

export async function runBackfill(options: BackfillOptions, context: CommandContext): Promise<ExitCode> {
  const { output, settings, signal, nowMs } = context;
  const table = tableOf(settings, options.tableName);
  const { s3, dynamoDb } = connect(context, 'source');
  const bucket = { ...s3, bucket: settings.source.bucketName };

  const definition = await describeTableDefinition(table.tableName, dynamoDb);
  requireSameKeys(table, keySchemaOf(definition));
  const items = await itemsToBackfill(options, context);
  const describe = () => Promise.resolve(definition);
  const tableDefinition = await refreshDefinition({ ...table, texts: s3TextStore(bucket), describe }, table.tableName);
  if (tableDefinition === 'written') output.say(`Stored the table's definition in s3://${bucket.bucket}.`);

  const listing = output.progress('listed images');
  const known = await knownKeys(s3CurrentLister(bucket), tablePrefix(table), { signal, onKey: () => listing.add(1) });
  listing.end();

  const { largeImageStorageClass } = settings.capture;
  const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
  const [watch, startedAtMs] = [watchBackfill(output, items.expected), nowMs()];
  try {
    const images = s3ImageStore({ ...bucket, largeImageStorageClass });
    await backfillItems({ table, pages: items.pages, images, known, signal, watch }, counts);
  } catch (error) {
    watch.end();
    sayInterrupted(output, counts);
    throw error;
  }
  watch.end();
  items.requireWhole?.(counts.read);
  reportBackfill(output, {
    ...{ table: table.tableName, from: items.from, counts, tableDefinition },
    ...{ capacityUnits: items.capacityUnits?.(), elapsedMs: nowMs() - startedAtMs },
  });
  return counts.failed === 0 ? EXIT.done : EXIT.differences;
}
