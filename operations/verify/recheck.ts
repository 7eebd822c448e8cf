import { BATCH_GET_KEYS, type BatchTable } from '../../aws/batchTable';
import type { StatusReader } from '../../aws/replicationStatus';
import { S3Error } from '../../aws/s3Error';
import type { AttributeMap } from '../../core/attributeValue';
import { inParallel } from '../../core/inParallel';
import { keysOf, objectKeyOf } from '../../core/objectKey';
import type { ImageSource } from '../images/imageSource';
import { isJournalVersion } from '../journal/journalVersions';

import { lookAgain, type Open } from '../lookAgain';
import type { Pause } from '../pace';
import { Following } from './following';
import { stateInBucket, stateInTable, type StatesOfItem, type TableInBucket, type StateInTable } from './statesOfItem';
import { verdictOf, type DifferenceClass, type Verdict } from './verdict';

/** Where an item is looked at: the table strongly consistent, and both buckets. */
export interface Places {
  readonly table: TableInBucket;
  readonly items: Pick<BatchTable, 'getBatch'>;
  readonly source: ImageSource;
  readonly destination: ImageSource;
  /** As in {@link StatesOfItem}. */
  readonly sourceForgets?: boolean;
  readonly statusOf: StatusReader;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly pause: Pause;
}

/** An item that is to be looked at. */
export interface Suspect {
  readonly objectKey: string;
  /** Undefined for an object whose item nobody can name: no item of the table can be in it. */
  readonly keys?: AttributeMap;
}

/** A difference that has stood every look. */
export interface Difference extends Suspect {
  readonly class: DifferenceClass;
  readonly in: Verdict['in'];
  readonly reason: string;
  /** S3's status of the newest image in the source bucket, where the destination lacks it. */
  readonly replicationStatus?: string;
  /** Of the history: the versions it is about. Undefined for a difference of the item's newest state. */
  readonly versionIds?: readonly string[];
  /** A broken chain whose state a repair has put right: the changes between are lost. */
  readonly isRepaired?: boolean;
}

/** A suspect that was different, and since when. */
interface Doubt extends Suspect, Open {
  readonly following: Following;
  verdict: Verdict;
  look: StatesOfItem;
}

const ITEMS_AT_A_TIME = 24;
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Items that looked wrong, and are looked at again until they are right or had the time to become it. What is on its way
 * (a change that capture or replication has not brought yet) is no difference.
 *
 * An item that never holds still is right when its images are seen to follow ({@link Following}).
 */
export class Recheck {
  /** Right at the first look. */
  same = 0;
  /** Different at first, right at a later look. */
  late = 0;
  private open: Doubt[] = [];

  constructor(
    private readonly places: Places,
    private readonly settleMs: number,
  ) {}

  get size(): number {
    return this.open.length;
  }

  /** Looks at items for the first time. */
  async add(suspects: readonly Suspect[]): Promise<void> {
    for (const { suspect, look } of await statesOfItems(this.places, suspects)) {
      const verdict = verdictOf(look);
      if (!verdict) this.same += 1;
      else {
        this.open.push({ ...suspect, sinceMs: look.atMs, following: new Following(look), verdict, look });
      }
    }
  }

  /**
   * Looks again at everything that is different, until each has had its time.
   *
   * @param onOpen told how many are different and have not had their time, first of all and after each look
   */
  async settle(onOpen?: (open: number) => void): Promise<Difference[]> {
    const look = (open: readonly Doubt[]) => this.stillWrong(open);
    const { settleMs, places: clock } = this;
    const stood = await lookAgain(this.open, { look, settleMs, pausesMs: PAUSES_MS, clock, onOpen });
    this.open = [];
    return this.named(stood);
  }

  private async stillWrong(open: readonly Doubt[]): Promise<Doubt[]> {
    const left: Doubt[] = [];
    for (const { suspect: doubt, look } of await statesOfItems(this.places, open)) {
      const verdict = verdictOf(look);
      if (!verdict || (await doubt.following.isSeenIn(look, this.places))) this.late += 1;
      else left.push(Object.assign(doubt, { verdict, look }));
    }
    return left;
  }

  /** Asks S3 why the destination lacks what the source has. */
  private async named(recheck: readonly Doubt[]): Promise<Difference[]> {
    const differences: Difference[] = [];
    await inParallel(recheck, ITEMS_AT_A_TIME, async ({ objectKey, keys, verdict, look: { source } }) => {
      if (
        verdict.class !== 'notReplicated' ||
        // Stryker disable next-line ConditionalExpression: for the compiler; what is not replicated is in the source
        source.is !== 'state'
      ) {
        differences.push({ objectKey, keys, ...verdict });
        return;
      }
      const status = await replicationStatusOf(this.places, objectKey, source.version.versionId);
      const failed = status === 'FAILED' ? ({ class: 'replicationFailed' } as const) : {};
      differences.push({ objectKey, keys, ...verdict, ...failed, replicationStatus: status });
    });
    // Stryker disable next-line EqualityOperator: each object is named once
    return differences.sort((a, b) => (a.objectKey < b.objectKey ? -1 : 1));
  }
}

/**
 * S3's status of a version; `NONE` where no rule applied when it was stored, `GONE` where it is not there any more, `JOURNAL` for a line
 * of a journal, of whose object the comparison of the journals tells it.
 */
export async function replicationStatusOf(
  { statusOf }: Pick<Places, 'statusOf'>,
  objectKey: string,
  versionId: string,
): Promise<string> {
  if (isJournalVersion(versionId)) return 'JOURNAL';
  try {
    return (await statusOf(objectKey, versionId)) ?? 'NONE';
  } catch (error) {
    if (error instanceof S3Error && error.statusCode === 404) return 'GONE';
    throw error;
  }
}

/** One look at each of the items, the table first: an image may then be newer, and never has to be older. */
async function statesOfItems<Looked extends Suspect>(
  places: Places,
  suspects: readonly Looked[],
): Promise<{ suspect: Looked; look: StatesOfItem }[]> {
  const looks: { suspect: Looked; look: StatesOfItem }[] = [];
  // Stryker disable next-line EqualityOperator: one more batch, of none, asks nobody
  for (let at = 0; at < suspects.length; at += BATCH_GET_KEYS) {
    const batch = suspects.slice(at, at + BATCH_GET_KEYS);
    places.signal.throwIfAborted();
    const inTable = await readItems(places, batch);
    const atMs = places.nowMs();
    await inParallel(batch, ITEMS_AT_A_TIME, async (suspect) => {
      const look = await statesInBuckets(
        places,
        suspect.objectKey,
        inTable.get(suspect.objectKey) ?? stateInTable(undefined),
      );
      looks.push({ suspect, look: { ...look, atMs } });
    });
  }
  return looks;
}

export async function statesInBuckets(
  { table, source, destination, sourceForgets }: Places,
  objectKey: string,
  inTable: StateInTable,
): Promise<Omit<StatesOfItem, 'atMs'>> {
  const [inSource, inDestination] = await Promise.all([
    stateInBucket(source, table, objectKey, inTable),
    stateInBucket(destination, table, objectKey, inTable),
  ]);
  return { table: inTable, source: inSource, destination: inDestination, sourceForgets };
}

/** What the table has of some items, by object key. */
export async function readItems(
  { table, items }: Pick<Places, 'table' | 'items'>,
  suspects: readonly Suspect[],
): Promise<Map<string, StateInTable>> {
  const keys = suspects.flatMap((suspect) => (suspect.keys ? [suspect.keys] : []));
  const found = keys.length === 0 ? [] : await items.getBatch(keys);
  return new Map(
    found.map((item) => [objectKeyOf(table, table.keySchema, keysOf(table.keySchema, item)), stateInTable(item)]),
  );
}
