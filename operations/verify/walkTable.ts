import type { ObjectHistory } from '../../aws/objectVersions';
import { CouldNotLookError } from '../../core/errors';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import { tableCreations } from '../formerTable';
import type { ImageSource } from '../images/imageSource';
import type { Looking } from './chains';
import { firstAsListed, walkOfJournals } from './walkJournals';
import type { Difference, Places, Suspect } from './recheck';
import type { StageWatch } from './stages';
import { walkBoth, walkDestination, walkHistory, type HistoryCounts } from './walkHistory';

/** What the walk through the history has found: any number of differences for an object. */
export interface Walked {
  readonly counts: HistoryCounts;
  readonly differences: readonly Difference[];
}

interface WalkRequest {
  readonly settleMs: number;
  readonly watch?: StageWatch;
}

/**
 * Walks the history of all objects in both buckets, or of some.
 *
 * @param suspects the objects; undefined for all
 * @param named what the comparison has named: of that it is not told again that its newest image is not the current version
 */
export async function walkTable(
  { places, settleMs, watch, hasJournal }: WalkRequest & { readonly places: Places; readonly hasJournal?: boolean },
  suspects: readonly Suspect[] | undefined,
  named: readonly Pick<Difference, 'objectKey'>[],
): Promise<Walked> {
  const { source, table, signal } = places;
  watch?.onStage?.('history');
  const creationsMs = await tableCreations(source, table);
  const { histories, walkObject } = hasJournal
    ? walkOfJournals(places, tablePrefix(table), suspects)
    : {
        histories: suspects ? ofSample(source, suspects) : source.histories(tablePrefix(table), signal),
        walkObject: (objectKey: string, looking: Looking) => walkBoth(places, objectKey, looking),
      };
  const walked = await walkHistory({
    ...{ clock: places, settleMs, histories },
    walkObject: (objectKey, known) => walkObject(objectKey, { known, creationsMs }),
    onVersions: (versions) => watch?.onDone?.(versions),
  });
  const keys = new Set(named.map(({ objectKey }) => objectKey));
  const isNews = ({ objectKey, class: name }: Difference) =>
    (name !== 'hidden' && name !== 'notCurrent') || !keys.has(objectKey);
  return { ...walked, differences: walked.differences.filter(isNews) };
}

async function* ofSample(source: ImageSource, suspects: readonly Suspect[]): AsyncGenerator<ObjectHistory> {
  for (const { objectKey } of suspects) {
    const history = await source.history(objectKey);
    if (history) yield history;
  }
}

export interface VerifyDestinationRequest extends WalkRequest, Pick<Places, 'signal' | 'nowMs' | 'pause'> {
  readonly table: TableLocation;
  readonly destination: ImageSource;
}

/**
 * What can be verified with the destination account alone: that every version can be read and is what its metadata says, and
 * that no change is missing between the images of an item. Whether the last change of an item is there only the table can
 * tell, so there is no report of it for `dcs status`.
 *
 * @throws CouldNotLookError when there is no image
 */
export async function verifyDestination(request: VerifyDestinationRequest): Promise<Walked> {
  const { destination, table, settleMs, signal, watch } = request;
  watch?.onStage?.('history');
  const creationsMs = await tableCreations(destination, table);
  const { histories, look } = firstAsListed(destination, tablePrefix(table), signal);
  const walked = await walkHistory({
    ...{ clock: request, settleMs, histories },
    walkObject: (objectKey, known) =>
      look(objectKey, (source) => walkDestination(source, objectKey, { known, creationsMs })),
    onVersions: (versions) => watch?.onDone?.(versions),
  });
  if (walked.counts.objects > 0) return walked;
  throw new CouldNotLookError(`${destination.name} has no images of ${table.tableName}; check table and prefix`);
}
