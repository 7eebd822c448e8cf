import { dynamoDbBatchTable } from '../../aws/batchTable';
import { s3ObjectReader } from '../../aws/objectReader';
import { dynamoDbScanner } from '../../aws/tableScan';
import { s3TextStore } from '../../aws/textStore';
import { UnusableExportError } from '../../core/tableExport';
import { connect, type CommandContext } from '../context';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { exportItems, openExport, type ExportPlace } from '../../operations/backfill/openExport';
import type { BackfillOptions } from './options';
import { readPace } from '../../operations/backfill/readPace';
import { scanItems, type ReadItem } from '../../operations/backfill/scanItems';
import { streamGap } from '../../operations/backfill/streamGap';

/** The items that are to have images, and what is known of them beforehand. */
export interface ItemsToBackfill {
  readonly from: string;
  readonly pages: AsyncIterable<ReadItem[]>;
  readonly expected: number | undefined;
  /** Read capacity units taken so far. */
  readonly capacityUnits?: () => number;
  /** @throws UnusableExportError when so many items are not all there were */
  readonly requireWhole?: (itemsRead: number) => void;
}

/** Refuses what would leave out changes. Nothing has been written yet. */
export async function itemsToBackfill(options: BackfillOptions, context: CommandContext): Promise<ItemsToBackfill> {
  const { dynamoDb } = connect(context, 'source');
  const described = await dynamoDbBatchTable(options.tableName, dynamoDb).describe();
  if (!described) throw new CouldNotLookError(`there is no table ${options.tableName} in the source account's region`);
  const place = options.fromExport;
  const { exportTimeMs, ...items } = place
    ? await itemsOfExport(place, options, context)
    : { exportTimeMs: undefined, ...itemsOfScan(options, context, described.ItemCount) };
  const gap = streamGap(described, exportTimeMs ?? context.nowMs());
  if (gap !== undefined && !options.allowGap) throw new RefusedError(gap);
  if (gap !== undefined) context.output.say(`Going on (--allow-gap), although ${gap}`);
  return items;
}

function itemsOfScan(
  { tableName, readRate, segments }: BackfillOptions,
  context: CommandContext,
  expected: number | undefined,
): ItemsToBackfill {
  const { signal, nowMs, output } = context;
  let [capacityUnits, throttled, saidAt] = [0, 0, 1];
  const pages = scanItems({
    ...{ segments, signal, nowMs },
    scanner: dynamoDbScanner(tableName, connect(context, 'source').dynamoDb),
    paced: readPace(readRate, nowMs),
    onPage: (units) => (capacityUnits += units),
    onThrottled() {
      throttled += 1;
      if (throttled < saidAt) return;
      saidAt = throttled * 10;
      output.say('The table has no read capacity left at times; waiting for it. --read-rate leaves some to others.');
    },
  });
  // DynamoDB counts the items of a table every six hours: enough for a progress bar.
  return { from: 'scan', pages, expected: expected === 0 ? undefined : expected, capacityUnits: () => capacityUnits };
}

async function itemsOfExport(
  place: ExportPlace,
  { tableName }: BackfillOptions,
  context: CommandContext,
): Promise<ItemsToBackfill & { exportTimeMs: number }> {
  const { signal, output } = context;
  const bucket = { ...connect(context, 'source').s3, bucket: place.bucket };
  const reader = s3ObjectReader(bucket);
  const progress = output.progress('checked files');
  try {
    const onFile = () => progress.add(1);
    const checked = await openExport({ reader, texts: s3TextStore(bucket), place, signal, onFile });
    const { summary } = checked;
    if (summary.tableName !== tableName)
      throw new RefusedError(
        `the export is of the table ${summary.tableName}, not of ${tableName}; name the right one`,
      );
    return {
      from: `s3://${place.bucket}/${place.folder}`,
      pages: exportItems({ reader, signal }, checked),
      expected: summary.itemCount,
      exportTimeMs: summary.exportTimeMs,
      requireWhole(itemsRead) {
        if (itemsRead === summary.itemCount) return;
        throw new UnusableExportError(
          `${itemsRead} items were read of an export with ${summary.itemCount}; run the same command again`,
        );
      },
    };
  } catch (error) {
    if (error instanceof UnusableExportError) throw new RefusedError(error.message, { cause: error });
    throw error;
  } finally {
    progress.end();
  }
}
