import { s3BytesStore } from '../../aws/bytesStore';
import { s3CurrentLister } from '../../aws/currentObjects';
import { s3ImageStore, type ImageStoreSettings } from '../../aws/imageStore';
import { refreshDefinition } from '../../aws/storedDefinition';
import { describeTableDefinition } from '../../aws/tableDefinition';
import { s3TextStore } from '../../aws/textStore';
import { tablePrefix } from '../../core/objectKey';
import type { Layout } from '../../settings/batches';
import type { LocatedTable } from '../../settings/configuredTable';
import { tableCreatedAt } from '../formerTable';
import { s3ImageSource } from '../images/s3ImageSource';
import { withActualKeys } from '../sameKeys';
import { backfillJournal } from './backfillJournal';
import { backfillItems, type BackfillCounts, type FailedItem } from './backfillItems';
import { itemsToBackfill, type ItemsRequest, type ItemsWatch } from './itemsToBackfill';
import { knownKeys } from './knownKeys';

/** Everything that a backfill of a table needs, without a settings file or a terminal. */
export interface BackfillTableRequest extends ItemsRequest {
  readonly table: LocatedTable;
  readonly bucket: ImageStoreSettings;
  /** Where images go: to objects of their own, or into the journal. */
  readonly layout: Layout;
  readonly watch?: BackfillTableWatch;
}

export interface BackfillTableWatch extends ItemsWatch {
  /** The table's definition has been stored. */
  readonly onDefinition?: () => void;
  readonly onFailed?: (failed: FailedItem) => void;
  /** It ends with an error: what had been done until then. */
  readonly onStopped?: (counts: BackfillCounts) => void;
}

export interface BackfillReport {
  /** `scan`, or the place of the export. */
  readonly from: string;
  readonly counts: Readonly<BackfillCounts>;
  readonly tableDefinition: 'written' | 'unchanged';
  /** Read capacity units that the scan took. */
  readonly capacityUnits?: number;
  /** Time for reading and writing the items. */
  readonly elapsedMs: number;
}

/**
 * Stores a table's definition, and gives each of its items an image unless it has one. Stopped at any point, the same
 * call continues.
 *
 * @throws UsageError when the settings give the table other keys
 * @throws CouldNotLookError when there is no such table or export
 * @throws RefusedError for a gap that is not allowed, and for an export that is damaged or of another table
 */
export async function backfillTable(request: BackfillTableRequest): Promise<BackfillReport> {
  const { dynamoDb, bucket, layout, signal, nowMs, pause, watch } = request;
  const definition = await describeTableDefinition(request.table.tableName, dynamoDb, signal);
  const table = withActualKeys(request.table, definition.createTable);
  const items = await itemsToBackfill({ ...request, table });
  const describe = () => Promise.resolve(definition);
  const tableDefinition = await refreshDefinition({ ...table, texts: s3TextStore(bucket), describe }, table.tableName);
  if (tableDefinition === 'written') watch?.onDefinition?.();

  watch?.onStage?.('list');
  const onDone = () => watch?.onDone?.();
  const source = s3ImageSource({ ...bucket, prefix: table.prefix });
  const createdAtMs = await tableCreatedAt(source, table, Infinity);
  const known = await knownKeys(s3CurrentLister(bucket), tablePrefix(table), { signal, onKey: onDone, createdAtMs });

  watch?.onStage?.('write', items.expected);
  const counts: BackfillCounts = { read: 0, written: 0, alreadyThere: 0, failed: 0 };
  const startedAtMs = nowMs();
  try {
    const writing = { onItem: onDone, onFailed: watch?.onFailed };
    const common = { table, known, pages: items.pages, signal, pause, watch: writing };
    if (layout === 'journal') {
      const journal = { table, bytes: s3BytesStore(bucket), nowMs, signal };
      await backfillJournal({ ...common, journal }, counts);
    } else await backfillItems({ ...common, images: s3ImageStore(bucket), source, createdAtMs }, counts);
  } catch (error) {
    watch?.onStopped?.(counts);
    throw error;
  }
  items.requireWhole?.(counts.read);
  const elapsedMs = nowMs() - startedAtMs;
  return { from: items.from, counts, tableDefinition, capacityUnits: items.capacityUnits?.(), elapsedMs };
}
