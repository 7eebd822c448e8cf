import { dynamoDbBatchTable } from '../../aws/batchTable';
import { isDenied } from '../../aws/couldNotLook';
import { s3ObjectReader } from '../../aws/objectReader';
import type { S3ClientSettings } from '../../aws/s3Client';
import type { AwsSettings } from '../../aws/awsSettings';
import { dynamoDbScanner } from '../../aws/tableScan';
import { dynamoDbTableExports } from '../../aws/tableExports';
import { s3TextStore } from '../../aws/textStore';
import { CouldNotLookError, RefusedError } from '../../core/errors';
import { UnusableExportError, whyOfOtherTable } from '../../core/tableExport';
import type { Pause } from '../pace';
import { exportTable, type ExportTarget, type ExportWatch } from './exportTable';
import { exportItems, openExport, type ExportPlace } from './openExport';
import { readPace } from './readPace';
import { scanItems, type ReadItem, type UnreadableItem } from './scanItems';
import { gapSince, requirePast } from './streamGap';

export interface ItemsRequest {
  readonly table: { readonly tableName: string };
  readonly dynamoDb: AwsSettings;
  /** The source bucket. That of an export is reached in the same way. */
  readonly bucket: S3ClientSettings & { readonly bucket: string };
  /** Undefined: the table is scanned, unless DynamoDB is to export it. */
  readonly fromExport?: ExportPlace;
  /** Where DynamoDB is to export the table to, for the items to be read from there. */
  readonly exportInto?: ExportTarget;
  /** Segments of the table that are scanned side by side. */
  readonly segments: number;
  /** Undefined for as fast as it goes. */
  readonly readUnitsPerSecond?: number;
  /** Go on although the stream does not show all changes since the items were read. */
  readonly allowGap: boolean;
  /** When lifecycle ends a tombstone of the source bucket; null: never, as in a journal. */
  readonly tombstoneExpirationDays: number | null;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
  readonly watch?: ItemsWatch;
}

/** What a backfill does one after the other: check the files of an export, list the images that are there, write others. */
export type BackfillStage = 'check' | 'list' | 'write';

type Described = NonNullable<Awaited<ReturnType<ReturnType<typeof dynamoDbBatchTable>['describe']>>>;

/** Told what happens, as it happens. */
export interface ItemsWatch extends ExportWatch {
  /** @param total of how many items it is, where that is known beforehand */
  readonly onStage?: (stage: BackfillStage, total?: number) => void;
  /** One more file, image or item. */
  readonly onDone?: () => void;
  /** The scan has to wait for read capacity. */
  readonly onThrottled?: () => void;
  /** Why changes may go unseen, when that was allowed. */
  readonly onGap?: (reason: string) => void;
}

/** The items that are to have images, and what is known of them beforehand. */
export interface ItemsToBackfill {
  readonly from: string;
  readonly pages: AsyncIterable<(ReadItem | UnreadableItem)[]>;
  readonly expected: number | undefined;
  /** Read capacity units taken so far. */
  readonly capacityUnits?: () => number;
  /** @throws UnusableExportError when so many items are not all there were */
  readonly requireWhole?: (itemsRead: number) => void;
}

/**
 * Refuses what would leave out changes. Nothing has been written yet.
 *
 * @throws CouldNotLookError when there is no such table or export
 * @throws RefusedError for a gap that is not allowed, and for an export that is damaged or of another table
 */
export async function itemsToBackfill(request: ItemsRequest): Promise<ItemsToBackfill> {
  const { table, dynamoDb, exportInto, allowGap, signal, nowMs, watch } = request;
  const described = await dynamoDbBatchTable(table.tableName, dynamoDb, { signal }).describe();
  if (!described) throw new CouldNotLookError(`there is no table ${table.tableName} in the source account's region`);
  const requireNoGap = (readAtMs: number): string | undefined => {
    const gap = gapSince({ ...request, described }, readAtMs);
    if (gap !== undefined && !allowGap) throw new RefusedError(gap);
    return gap;
  };
  // An export is billed: what refuses it is asked before.
  if (exportInto) requireNoGap(nowMs());
  const fromExport = exportInto ? await exported(request, exportInto, described) : request.fromExport;
  const { exportTimeMs, ...items } = fromExport
    ? await itemsOfExport(request, fromExport, described)
    : { exportTimeMs: undefined, ...itemsOfScan(request, described.ItemCount) };
  if (exportTimeMs !== undefined) requirePast(exportTimeMs, nowMs());
  const gap = requireNoGap(exportTimeMs ?? nowMs());
  if (gap !== undefined) watch?.onGap?.(gap);
  return items;
}

function exported(request: ItemsRequest, into: ExportTarget, described: Described): Promise<ExportPlace> {
  const { table, dynamoDb, bucket, allowGap, signal, nowMs, pause, watch } = request;
  return exportTable({
    exports: dynamoDbTableExports(described.TableArn ?? table.tableName, dynamoDb, signal),
    texts: s3TextStore({ ...bucket, bucket: into.bucket, anyRegion: true }),
    tableId: described.TableId,
    isUsable: (exportTimeMs) => allowGap || gapSince({ ...request, described }, exportTimeMs) === undefined,
    ...{ into, signal, nowMs, pause, watch },
  });
}

function itemsOfScan(request: ItemsRequest, itemCount: number | undefined): ItemsToBackfill {
  const { table, dynamoDb, readUnitsPerSecond, segments, signal, nowMs, pause, watch } = request;
  let capacityUnits = 0;
  const pages = scanItems({
    ...{ segments, signal, nowMs, pause },
    scanner: dynamoDbScanner(table.tableName, dynamoDb),
    paced: readPace(readUnitsPerSecond, nowMs, pause),
    onPage: (units) => (capacityUnits += units),
    onThrottled: () => watch?.onThrottled?.(),
  });
  // DynamoDB counts the items of a table every six hours: enough for a progress bar.
  const expected = itemCount === 0 ? undefined : itemCount;
  return { from: 'scan', pages, expected, capacityUnits: () => capacityUnits };
}

async function itemsOfExport(
  { table, bucket: sourceBucket, signal, pause, watch }: ItemsRequest,
  place: ExportPlace,
  { TableArn: tableArn, TableId: tableId }: Described,
): Promise<ItemsToBackfill & { exportTimeMs: number }> {
  const bucket = { ...sourceBucket, bucket: place.bucket, anyRegion: true };
  const reader = s3ObjectReader(bucket);
  watch?.onStage?.('check');
  try {
    const onFile = () => watch?.onDone?.();
    const checked = await openExport({ reader, texts: s3TextStore(bucket), place, signal, pause, onFile });
    const { summary } = checked;
    const why = whyOfOtherTable(summary, { ...table, tableArn, tableId });
    if (why !== undefined) throw new RefusedError(`the export ${why}; name the right one`);
    return {
      from: `s3://${place.bucket}/${place.folder}`,
      pages: exportItems({ reader, signal, pause }, checked),
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
    if (isDenied(error)) {
      throw new CouldNotLookError(
        `${(error as Error).message}. If ${place.bucket} is a bucket of another account, its policy has to let the source account's credentials list and read it`,
        { cause: error },
      );
    }
    if (error instanceof UnusableExportError) throw new RefusedError(error.message, { cause: error });
    throw error;
  }
}
