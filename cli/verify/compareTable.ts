import { s3CurrentLister } from '../../aws/currentObjects';
import { s3VersionLister, type ObjectHistory } from '../../aws/objectVersions';
import { dynamoDbScanner } from '../../aws/tableScan';
import type { S3ClientSettings } from '../../aws/s3Client';
import { DcsError, CouldNotLookError } from '../../core/errors';
import { keysOf, objectKeyOf, tablePrefix } from '../../core/objectKey';
import { readPace } from '../../operations/backfill/readPace';
import { scanItems } from '../../operations/backfill/scanItems';
import { connect, type CommandContext } from '../context';
import { counted, duration } from '../../core/units';
import type { KeyTypes } from '../../settings/forCommands';
import { compareAll, type BucketListers, type Compared } from '../../operations/verify/compareAll';
import { Doubts, type Difference, type Places, type Suspect } from '../../operations/verify/doubts';
import type { VerifyOptions } from './options';
import { sampleItems, type Sample } from '../../operations/verify/sampleItems';
import { walkBoth, walkHistory, type HistoryCounts } from '../../operations/verify/walkHistory';

/** Everything that was found, and how much was looked at. */
export interface Comparison {
  /** Undefined for a sample. */
  readonly all?: Compared;
  readonly sample?: Omit<Sample, 'items'>;
  readonly items: number;
  readonly same: number;
  readonly late: number;
  /** Of the newest state of items: at most one for each. */
  readonly differences: readonly Difference[];
  /** The items of a sample. */
  readonly sampled?: readonly Suspect[];
}

/** What the walk through the history has found: any number of differences for an object. */
export interface Walked {
  readonly counts: HistoryCounts;
  readonly differences: readonly Difference[];
}

export interface CompareTableRequest {
  readonly options: VerifyOptions;
  readonly context: CommandContext;
  readonly places: Places;
  readonly buckets: Readonly<Record<'source' | 'destination', S3ClientSettings & { bucket: string }>>;
  readonly keyTypes: KeyTypes;
  readonly itemCount: number;
}

/** Compares all items, or a sample, and waits for what is on its way. */
export async function compareTable(request: CompareTableRequest): Promise<Comparison> {
  const { options, places } = request;
  const doubts = new Doubts(places, options.settleMs);
  const sampled = options.sample === undefined ? undefined : await sample(request, options.sample, doubts);
  const all = sampled ? undefined : await everything(request, doubts);
  const differences = await settled(request, doubts);

  const same = doubts.same + (all?.same ?? 0);
  const keys = all?.keys ?? sampled?.suspects.length ?? 0;
  const vanished = all?.vanished ?? 0;
  if (same + doubts.late + vanished + differences.length !== keys) {
    throw new DcsError(
      `the counts do not add up: of ${keys} items and objects ${same} are the same, ${doubts.late} became so and ${differences.length} differ; run again, and report it if it happens twice`,
    );
  }
  const { sample: sampleOf, suspects } = sampled ?? {};
  return { all, sample: sampleOf, sampled: suspects, items: all?.items ?? keys, same, late: doubts.late, differences };
}

async function everything(request: CompareTableRequest, doubts: Doubts): Promise<Compared> {
  const { options, context, places, buckets, keyTypes, itemCount } = request;
  const { output, signal, nowMs } = context;
  const listing = output.progress('listed objects');
  let scanning = listing;
  const pages = scanItems({
    ...{ segments: options.segments, signal, nowMs },
    scanner: dynamoDbScanner(options.tableName, connect(context, 'source').dynamoDb),
    paced: readPace(options.readRate, nowMs),
  });
  const compared = await compareAll({
    ...{ places, keyTypes, pages, doubts },
    buckets: { source: listersOf(buckets.source), destination: listersOf(buckets.destination) },
    onObjects: (objects) => listing.add(objects),
    onListed() {
      listing.end();
      // DynamoDB counts the items of a table every six hours: enough for a progress bar.
      scanning = output.progress('compared items', itemCount === 0 ? undefined : itemCount);
    },
    onItems: (items) => scanning.add(items),
  });
  scanning.end();
  return compared;
}

function listersOf(bucket: CompareTableRequest['buckets']['source']): BucketListers {
  return { versions: s3VersionLister(bucket), current: s3CurrentLister(bucket) };
}

async function sample(
  { options, context, places, itemCount }: CompareTableRequest,
  size: number,
  doubts: Doubts,
): Promise<{ sample: Omit<Sample, 'items'>; suspects: Suspect[] }> {
  const { table, signal } = places;
  const scanner = dynamoDbScanner(options.tableName, connect(context, 'source').dynamoDb);
  const { items, ...from } = await sampleItems({ scanner, size, itemCount, signal });
  if (items.length === 0) {
    throw new CouldNotLookError(
      `no item was drawn from ${options.tableName}: it is empty, or all was deleted meanwhile, and a sample of nothing shows nothing. Verify without --sample`,
    );
  }
  const suspects = items.map((item) => {
    const keys = keysOf(table.keySchema, item);
    return { objectKey: objectKeyOf(table, table.keySchema, keys), keys };
  });
  await doubts.add(suspects);
  return { sample: from, suspects };
}

async function settled(
  { options, context }: Pick<CompareTableRequest, 'options' | 'context'>,
  doubts: Doubts,
): Promise<Difference[]> {
  const { output } = context;
  if (doubts.size === 0) return [];
  if (options.settleMs > 0) {
    output.say(
      `${counted(doubts.size, 'item differs', 'items differ')} so far; looking again for up to ${duration(options.settleMs)} (--wait).`,
    );
  }
  const progress = output.progress('settled', doubts.size);
  let before = doubts.size;
  const differences = await doubts.settle((left) => {
    progress.add(before - left);
    before = left;
  });
  progress.end();
  return differences;
}

/** Walks the history of all objects, or of those of the sample. */
export async function walkTable(
  { options, context, places }: Pick<CompareTableRequest, 'options' | 'context' | 'places'>,
  suspects: readonly Suspect[] | undefined,
): Promise<Walked> {
  const { output, signal } = context;
  const progress = output.progress('read versions');
  const histories = suspects ? ofSample(places, suspects) : places.source.histories(tablePrefix(places.table), signal);
  const walked = await walkHistory({
    ...{ clock: places, histories, settleMs: options.settleMs },
    walkObject: (objectKey, known) => walkBoth(places, objectKey, known),
    onVersions: (versions) => progress.add(versions),
  });
  progress.end();
  return walked;
}

async function* ofSample({ source }: Places, suspects: readonly Suspect[]): AsyncGenerator<ObjectHistory> {
  for (const { objectKey } of suspects) {
    const history = await source.history(objectKey);
    if (history) yield history;
  }
}
