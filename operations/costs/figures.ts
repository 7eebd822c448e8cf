import { count } from '../../core/units';
import { fullHistory, GB, type Keeping, type Workload } from './workload';

/** Figures of a table that costs hang on, with where each comes from. */
export const FIGURE_NAMES = ['items', 'itemBytes', 'changesPerSecond', 'shards', 'indexes', 'versions'] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

export interface Figure {
  /** NaN: not known. */
  readonly value: number;
  /** Where it comes from; of what is not known, why. */
  readonly from: string;
}

export type Figures = Readonly<Record<FigureName, Figure>>;
export type GivenFigures = Readonly<Partial<Record<FigureName, number>>>;

/** What DescribeTable says, and how many secondary indexes it lists. */
export interface DescribedTable {
  readonly ItemCount?: number;
  readonly TableSizeBytes?: number;
  readonly LatestStreamArn?: string;
  readonly indexes: number;
}

/** What is asked of AWS where options leave it open. Each may fail: its figure is then not known, and says why. */
export interface TableLooks {
  /** @throws CouldNotLookError when there is no such table */
  describe(): Promise<DescribedTable>;
  shards(streamArn: string): Promise<number>;
  /** Write capacity units a second, on average, and over how many days. Undefined: CloudWatch has no data. */
  writeUnits(): Promise<{ readonly perSecond: number; readonly days: number } | undefined>;
  /** Versions of images, by a listing. */
  readonly versions?: () => Promise<number>;
}

/** A partition of DynamoDB holds 10 GB, and takes 1,000 write units a second (developer guide, "Partitions"). */
const PARTITION_GB = 10;
const PARTITION_WRITE_UNITS = 1_000;

/**
 * The figures of a table: those given, and the others as they are asked for.
 *
 * @param looks undefined: nothing is asked
 * @throws what `describe` does
 */
export async function figuresOf(given: GivenFigures, keeping: Keeping, looks?: TableLooks): Promise<Figures> {
  const needsTable = given.items === undefined || given.itemBytes === undefined || given.changesPerSecond === undefined;
  const table = needsTable ? await looks?.describe() : undefined;
  const known = (name: FigureName) =>
    given[name] === undefined ? undefined : { value: given[name], from: `--${optionOf(name)}` };
  const items = known('items') ?? described(table?.ItemCount);
  const itemBytes = known('itemBytes') ?? averageSize(table);
  const changesPerSecond = known('changesPerSecond') ?? (await changesOf(itemBytes.value, looks));
  const sizes = { items: items.value, itemBytes: itemBytes.value, changesPerSecond: changesPerSecond.value };
  return {
    ...{ items, itemBytes, changesPerSecond },
    shards: known('shards') ?? (await shardsOf(sizes, table?.LatestStreamArn, looks)),
    indexes: known('indexes') ?? indexesOf(table?.indexes),
    versions: known('versions') ?? (await versionsOf(sizes, keeping, looks)),
  };
}

/** `itemBytes` is `--item-bytes`. */
export function optionOf(name: FigureName): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const NOT_ASKED: Figure = { value: NaN, from: 'not known' };
const COUNTED = 'DescribeTable, as counted within the last six hours';

function described(value: number | undefined): Figure {
  return value === undefined ? NOT_ASKED : { value, from: COUNTED };
}

function averageSize(table: DescribedTable | undefined): Figure {
  if (table?.ItemCount === undefined || table.TableSizeBytes === undefined) return NOT_ASKED;
  if (table.ItemCount === 0) return { value: NaN, from: 'DescribeTable counts no items yet; give --item-bytes' };
  return { value: table.TableSizeBytes / table.ItemCount, from: COUNTED };
}

function indexesOf(indexes: number | undefined): Figure {
  return indexes === undefined
    ? { value: 0, from: 'none, unless --indexes says so' }
    : { value: indexes, from: 'DescribeTable' };
}

async function changesOf(itemBytes: number, looks: TableLooks | undefined): Promise<Figure> {
  if (!looks) return NOT_ASKED;
  return orWhyNot(async () => {
    const written = await looks.writeUnits();
    if (!written) return { value: NaN, from: 'CloudWatch has no writes of this table; give --changes-per-second' };
    const units = Math.ceil(itemBytes / 1_024);
    const days = count(Math.round(written.days * 10) / 10);
    return {
      value: written.perSecond / units,
      from: `CloudWatch, write units of ${days} days, ${count(units)} for each change: at most`,
    };
  });
}

interface Sizes {
  readonly items: number;
  readonly itemBytes: number;
  readonly changesPerSecond: number;
}

async function shardsOf(sizes: Sizes, streamArn: string | undefined, looks: TableLooks | undefined): Promise<Figure> {
  if (streamArn === undefined || !looks) return estimatedShards(sizes);
  try {
    return { value: await looks.shards(streamArn), from: 'DescribeStream, open shards' };
  } catch (error) {
    const { value, from } = estimatedShards(sizes);
    return { value, from: `${from} (DescribeStream: ${(error as Error).message})` };
  }
}

function estimatedShards(sizes: Sizes): Figure {
  const { items, itemBytes, changesPerSecond } = sizes;
  const bySize = Math.ceil((items * itemBytes) / GB / PARTITION_GB);
  const byWrites = Math.ceil((changesPerSecond * Math.ceil(itemBytes / 1_024)) / PARTITION_WRITE_UNITS);
  return estimated(Math.max(1, bySize, byWrites), '10 GB and 1,000 write units a second for each', sizes);
}

const SIZE_WORDS: Readonly<Record<keyof Sizes, string>> = {
  items: 'items',
  itemBytes: 'bytes of an item',
  changesPerSecond: 'changes a second',
};

/** What nobody has told cannot be reckoned with. */
function estimated(value: number, by: string, sizes: Sizes): Figure {
  if (!Number.isNaN(value)) return { value, from: `estimated: ${by}` };
  const names = Object.keys(SIZE_WORDS) as (keyof Sizes)[];
  const missing = names.filter((name) => Number.isNaN(sizes[name])).map((name) => SIZE_WORDS[name]);
  return { value, from: `not known: it hangs on the ${missing.join(' and the ')}` };
}

async function versionsOf(sizes: Sizes, keeping: Keeping, looks: TableLooks | undefined): Promise<Figure> {
  const { versions } = looks ?? {};
  if (versions) return { value: await versions(), from: 'listed' };
  const days = keeping.destination.days === Infinity ? 'ten years' : `${count(keeping.destination.days)} days`;
  return estimated(fullHistory({ ...sizes, keeping }), `items, and changes of ${days} of history`, sizes);
}

async function orWhyNot(look: () => Promise<Figure>): Promise<Figure> {
  try {
    return await look();
  } catch (error) {
    return { value: NaN, from: `not known: ${(error as Error).message}` };
  }
}

export function workloadOf(
  figures: Figures,
  regions: Pick<Workload, 'sourceRegion' | 'destinationRegion'>,
  keeping: Keeping,
): Workload {
  const values = Object.fromEntries(FIGURE_NAMES.map((name) => [name, figures[name].value]));
  return { ...(values as Record<FigureName, number>), ...regions, keeping };
}
