import type { BytesStore } from '../../aws/bytesStore';
import { TooLargeTextError, type TextStore } from '../../aws/textStore';
import { S3Error } from '../../aws/s3Error';
import { DcsError, UnreadableRecordError, UsageError } from '../../core/errors';
import { inParallel } from '../../core/inParallel';
import { readParkedBatch, redrivenMarkerKey, UnreadableBatchError } from '../../core/parkedBatch';
import { recordImage, recordObjectKey, type CapturedTable, type StreamRecord } from '../../core/streamRecord';
import { tableCreatedAt } from '../formerTable';
import { WriteGuard } from '../guards';
import { putInJournal, type JournalPlace } from '../journal/putInJournal';
import { applyChanges, type ApplyContext, type Change, type ChangeOutcome } from './applyChanges';
import { rememberHeads } from './rememberHeads';

export interface RedriveContext extends ApplyContext {
  readonly texts: TextStore;
  /** Undefined for a table that is not in the settings. @throws DcsError when its keys are nowhere to be found */
  readonly tableOf: (tableName: string) => CapturedTable | undefined | Promise<CapturedTable | undefined>;
  /** Where changes of a table go that has a journal; undefined for one whose changes are images. */
  readonly journalOf: (tableName: string) => Pick<BytesStore, 'putOnce'> | undefined;
  /** Only batches of these tables; none: of all. */
  readonly onlyTables: readonly string[];
  readonly guard: WriteGuard;
  /** Told of each record, or whole batch, that could not be applied. */
  readonly onLeft: (left: LeftRecord) => void;
}

export interface LeftRecord {
  readonly batch: string;
  readonly objectKey?: string;
  readonly sequenceNumber?: string;
  readonly reason: string;
}

/** What became of one batch. */
export interface BatchReport {
  readonly batch: string;
  readonly table?: string;
  readonly records: number;
  /** Records by outcome; `left` could not be applied. An unreadable batch counts as one that is left. */
  readonly counts: Readonly<Record<ChangeOutcome | 'left', number>>;
  /** `done`: all of it is in the bucket, and it is marked so. `left`: it is found again next time. */
  readonly state: 'done' | 'planned' | 'left';
}

const ITEMS_AT_A_TIME = 16;

/**
 * Applies one parked batch, items side by side, the changes of each in order. A record that cannot be read holds up no other:
 * the batch is left as it is, and what has been applied is found to be there next time.
 *
 * @returns undefined for a batch of another table than those that are asked for
 */
export async function redriveBatch(context: RedriveContext, batch: string): Promise<BatchReport | undefined> {
  const counts = { applied: 0, filledIn: 0, alreadyThere: 0, left: 0 };
  const leave = (left: Omit<LeftRecord, 'batch'>) => {
    counts.left += 1;
    context.onLeft({ batch, ...left });
  };
  const parked = await readBatch(context, batch);
  if (parked instanceof DcsError) {
    leave({ reason: parked.message });
    return { batch, records: 0, counts, state: 'left' };
  }
  const { tableName, records, statedRecords, receivedAtMs: statedAtMs = Infinity } = parked;
  if (context.onlyTables.length > 0 && !context.onlyTables.includes(tableName)) return undefined;
  const table = await tableOfBatch(context, tableName);
  if (table instanceof DcsError) {
    leave({ reason: table.message });
    return { batch, table: tableName, records: records.length, counts, state: 'left' };
  }

  if (statedRecords !== undefined) {
    leave({
      reason: `it has ${records.length} records, Lambda says that it parked ${statedRecords}: those that are there are applied, and it is kept`,
    });
  }
  const nowMs = context.nowMs();
  const items = changesByItem(table, records, { receivedAtMs: Math.min(statedAtMs, nowMs), nowMs }, leave);
  const bytes = context.journalOf(tableName);
  if (bytes) await redriveIntoJournal({ ...context, table, bytes }, items, counts, leave);
  else await redriveIntoImages(context, table, items, counts, leave);
  const state = counts.left > 0 ? 'left' : context.dryRun ? 'planned' : 'done';
  if (state === 'done') await context.texts.write(redrivenMarkerKey(batch), markerText(context, tableName, counts));
  return { batch, table: tableName, records: records.length, counts, state };
}

type Leave = (left: Omit<LeftRecord, 'batch'>) => void;
type Counts = Record<ChangeOutcome | 'left', number>;

async function redriveIntoImages(
  context: RedriveContext,
  table: CapturedTable,
  items: ReadonlyMap<string, readonly Change[]>,
  counts: Counts,
  leave: Leave,
): Promise<void> {
  const createdAtMs = await tableCreatedAt(context.source, table, Infinity);
  await inParallel(items, ITEMS_AT_A_TIME, async ([objectKey, changes]) => {
    try {
      const source = rememberHeads(context.source);
      for (const outcome of await applyChanges({ ...context, source, createdAtMs }, objectKey, changes))
        counts[outcome] += 1;
      context.guard.succeeded();
    } catch (error) {
      context.signal.throwIfAborted();
      const reason =
        error instanceof DcsError && !(error instanceof S3Error) ? error.message : context.guard.reasonOf(error);
      for (const change of changes)
        leave({ objectKey, sequenceNumber: change.metadata['dcs-sequence-number'], reason });
    }
  });
}

/** All that can be read is one object of the journal: the change order puts each change in its place. */
async function redriveIntoJournal(
  context: RedriveContext & JournalPlace,
  items: ReadonlyMap<string, readonly Change[]>,
  counts: Counts,
  leave: Leave,
): Promise<void> {
  const entries = [...items].flatMap(([objectKey, changes]) => changes.map((image) => ({ objectKey, image })));
  // Stryker disable next-line ConditionalExpression: of none nothing is written below, either
  if (entries.length === 0) return;
  if (context.dryRun) {
    counts.applied += entries.length;
    return;
  }
  try {
    const outcome = await putInJournal(context, 'redrive', entries);
    counts[outcome === 'written' ? 'applied' : 'alreadyThere'] += entries.length;
    context.guard.succeeded();
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = context.guard.reasonOf(error);
    for (const { objectKey, image } of entries)
      leave({ objectKey, sequenceNumber: image.metadata['dcs-sequence-number'], reason });
  }
}

async function tableOfBatch(context: RedriveContext, tableName: string): Promise<CapturedTable | DcsError> {
  try {
    const table = await context.tableOf(tableName);
    return table ?? new DcsError(`it is of the table ${tableName}, which is not in the settings; add it there`);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

async function readBatch({ texts }: RedriveContext, batch: string) {
  try {
    const text = await texts.read(batch);
    if (text === undefined) return new UnreadableBatchError('it has gone since it was listed');
    return readParkedBatch(text);
  } catch (error) {
    if (error instanceof UnreadableBatchError || error instanceof TooLargeTextError) return error;
    throw error;
  }
}

/** The changes that can be read, by object key. */
function changesByItem(
  table: CapturedTable,
  records: readonly StreamRecord[],
  { receivedAtMs, nowMs }: { readonly receivedAtMs: number; readonly nowMs: number },
  leave: (left: Omit<LeftRecord, 'batch'>) => void,
): Map<string, Change[]> {
  const items = new Map<string, Change[]>();
  for (const record of records) {
    try {
      const objectKey = recordObjectKey(table, record);
      items.set(objectKey, [...(items.get(objectKey) ?? []), recordImage(table, record, receivedAtMs, nowMs)]);
    } catch (error) {
      if (!(error instanceof UnreadableRecordError)) throw error;
      leave({ sequenceNumber: statedNumber(record), reason: error.message });
    }
  }
  return items;
}

function statedNumber(record: StreamRecord | null): string | undefined {
  const stated: unknown = record?.dynamodb?.SequenceNumber;
  return typeof stated === 'string' ? stated : undefined;
}

function markerText(
  { nowMs }: RedriveContext,
  table: string,
  { applied, filledIn, alreadyThere }: BatchReport['counts'],
) {
  const redrivenAt = new Date(nowMs()).toISOString();
  return `${JSON.stringify({ redrivenAt, table, applied, filledIn, alreadyThere })}\n`;
}
