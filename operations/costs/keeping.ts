import { batchOf, type BatchSettings } from '../../settings/batches';
import { lifecycleSettings, sourceLifecycleSettings, type Lifecycle } from '../../settings/lifecycle';
import type { GivenSettings } from '../../settings/schema';
import { objectLockSettings } from '../../settings/sourceAndDestination';
import type { KeptHistory, Keeping, Workload } from './workload';

type KeepingSettings = Pick<GivenSettings, 'capture' | 'replication' | 'source' | 'destination' | 'tables'>;

/** What the settings say of how a table is kept; their defaults where they say nothing. */
export function keepingOf(settings: KeepingSettings, tableName?: string): Keeping {
  const { capture, replication, source, destination, tables } = settings;
  const { mode, renewal, retentionDays } = destination?.objectLock ?? objectLockSettings.parse({});
  const sourceLifecycle = source?.lifecycle ?? sourceLifecycleSettings.parse({});
  const table = tables?.find(({ name }) => name === tableName);
  const layout = table?.layout ?? 'images';
  const batches = (of: typeof layout) => sizesOf(batchOf(table?.layout === of ? table : { layout: of }, capture));
  return {
    ...batches('images'),
    memoryMb: capture.memoryMb,
    smallImageStorageClass: 'STANDARD',
    largeImageStorageClass: capture.largeImageStorageClass,
    source: keptBy(sourceLifecycle),
    destination: keptBy(destination?.lifecycle ?? lifecycleSettings.parse({})),
    timeControl: replication.timeControl,
    lockDays: mode === 'OFF' ? 0 : retentionDays,
    ...(mode !== 'OFF' && renewal && { renewedLockDays: retentionDays }),
    layout,
    journal: { ...batches('journal'), sourceDays: sourceLifecycle.journalExpirationDays ?? Infinity },
  };
}

function sizesOf({ batchSize, batchingWindowSeconds: windowSeconds }: BatchSettings) {
  return { batchSize, windowSeconds };
}

/** Of several moves of replaced versions the first one is reckoned with. */
function keptBy(lifecycle: Lifecycle): KeptHistory {
  const [move] = lifecycle.noncurrentVersionTransitions;
  const days = lifecycle.noncurrentVersionExpirationDays ?? Infinity;
  return { days, ...(move && { moved: { ...move, minimumBytes: lifecycle.transitionMinimumBytes } }) };
}

/** Whether lifecycle rules move anything to where it has to be asked back from. */
export function archives({ source, destination }: Pick<KeepingSettings, 'source' | 'destination'>): boolean {
  const moves = [source, destination].flatMap((side) =>
    side ? [...side.lifecycle.currentVersionTransitions, ...side.lifecycle.noncurrentVersionTransitions] : [],
  );
  return moves.some(({ storageClass }) => storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE');
}

const EXAMPLE_REGIONS = { source: 'us-east-1', destination: 'eu-west-1' } as const;

/** The Regions of both accounts; two of the examples' where nothing says any. */
export function regionsOf(said: {
  readonly source?: string;
  readonly destination?: string;
}): Pick<Workload, 'sourceRegion' | 'destinationRegion'> {
  return {
    sourceRegion: said.source ?? EXAMPLE_REGIONS.source,
    destinationRegion: said.destination ?? EXAMPLE_REGIONS.destination,
  };
}
