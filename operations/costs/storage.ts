import { LARGE_IMAGE_BYTES } from '../../aws/largeImages';
import { costLine, type CostLine } from './lines';
import type { PriceName } from './prices';
import { changesOfMonth, GB, imageBytes, keptDays, type Move, type Workload } from './workload';

interface ClassPrices {
  readonly put: PriceName;
  readonly get: PriceName;
  readonly storage: PriceName;
  /** S3 bills each object as one of so many bytes at least (S3 user guide, storage-class-intro). */
  readonly leastBytes: number;
}

const CLASSES: Readonly<Record<string, ClassPrices>> = {
  STANDARD: { put: 's3Put', get: 's3Get', storage: 's3Storage', leastBytes: 0 },
  STANDARD_IA: { put: 'iaPut', get: 'iaGet', storage: 'iaStorage', leastBytes: 131_072 },
};
const NOT_PRICED: ClassPrices = { put: 'notPriced', get: 'notPriced', storage: 'notPriced', leastBytes: 0 };

/** Beside each object in GLACIER: index and name (S3 user guide, storage-class-intro). */
const GLACIER_INDEX_BYTES = 32_768;
const GLACIER_NAME_BYTES = 8_192;

/** Prices of the class that images of this size are stored in. */
export function classOf({ itemBytes, keeping }: Pick<Workload, 'itemBytes' | 'keeping'>): ClassPrices {
  const name = itemBytes >= LARGE_IMAGE_BYTES ? keeping.largeImageStorageClass : keeping.smallImageStorageClass;
  return CLASSES[name] ?? NOT_PRICED;
}

/** Storage of both buckets in a month, with the history full, as the lifecycle rules keep it. */
export function storageOfMonth(workload: Workload): CostLine[] {
  return [
    ...storedIn('source', workload.sourceRegion, workload),
    ...storedIn('destination', workload.destinationRegion, workload),
  ];
}

/** The newest images are in one class, and what was replaced may move to another. */
function storedIn(side: 'source' | 'destination', region: string, workload: Workload): CostLine[] {
  const { items, itemBytes, changesPerSecond, keeping } = workload;
  const { moved } = keeping[side];
  const move = moved && itemBytes >= moved.minimumBytes ? moved : undefined;
  const days = keptDays(keeping[side]);
  const daysBefore = Math.min(move?.afterDays ?? days, days);
  const dailyChanges = changesPerSecond * 86_400;
  const near = items + dailyChanges * daysBefore;
  const own = classOf(workload);
  const bytes = imageBytes(workload);
  const stored: Stored = { region, bucket: `${side} bucket`, versions: dailyChanges * (days - daysBefore), bytes };
  return [
    costLine(`storage, ${side} bucket`, (near * Math.max(bytes, own.leastBytes)) / GB, own.storage, region),
    ...(move ? movedTo(move, stored, changesOfMonth(workload)) : []),
  ];
}

/** Versions that are in the class that they were moved to. */
interface Stored {
  readonly region: string;
  readonly bucket: string;
  readonly versions: number;
  readonly bytes: number;
}

export function movedTo(
  { storageClass }: Move,
  { region, bucket, versions, bytes }: Stored,
  moves: number,
): CostLine[] {
  if (storageClass === 'GLACIER_IR') {
    const gb = (versions * Math.max(bytes, 131_072)) / GB;
    return [
      costLine(`moves to GLACIER_IR, ${bucket}`, moves, 'instantMove', region),
      costLine(`storage in GLACIER_IR, ${bucket}`, gb, 'instantStorage', region),
    ];
  }
  const [move, storage] =
    storageClass === 'GLACIER' ? (['glacierMove', 'glacierStorage'] as const) : (['notPriced', 'notPriced'] as const);
  const indexed = (versions * (bytes + GLACIER_INDEX_BYTES)) / GB;
  return [
    costLine(`moves to ${storageClass}, ${bucket}`, moves, move, region),
    costLine(`storage in ${storageClass}, ${bucket}`, indexed, storage, region),
    costLine(
      `names of what is in ${storageClass}, ${bucket}`,
      (versions * GLACIER_NAME_BYTES) / GB,
      's3Storage',
      region,
    ),
  ];
}
