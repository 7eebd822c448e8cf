import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import { digestLeftBy } from '../../core/chain';
import { compareChanges } from '../../core/changePosition';
import { itemDigest, NO_ITEM, type ImageHeader } from '../../core/image';
import { inParallel } from '../../core/inParallel';
import { newestOf } from '../../core/newest';
import { keysOf } from '../../core/objectKey';
import { readImage } from '../../core/readImage';
import { headerOf } from '../images/headerOf';
import type { ObjectState, StateRequest } from '../images/stateOfObject';
import { isAboutReader, whyUnreadable } from '../images/whyUnreadable';
import type { WindowStates } from './windowStates';
import { storedImageOf } from '../images/storedImageOf';

interface ChangeRequest extends Pick<StateRequest, 'source' | 'table'> {
  /** Of a stream record, as the images keep it. */
  readonly sequenceNumber: string;
}

interface Candidate {
  readonly version: ObjectVersion;
  readonly header: ImageHeader;
}

const READS = 64;

/** One change of an item as a window: by its sequence number, which tells two changes of one second apart. */
export function changeWindow(request: ChangeRequest): WindowStates {
  return { ...request, fromMs: -Infinity, of: (history) => statesAround(request, history) };
}

async function statesAround(
  request: ChangeRequest,
  { objectKey, versions }: ObjectHistory,
): Promise<[ObjectState, ObjectState]> {
  const both = (state: ObjectState): [ObjectState, ObjectState] => [state, state];
  const unknown = (reason: string) => both({ is: 'unknown', objectKey, reason });
  try {
    const read = await headersOf(request, versions);
    const change = read.find(({ header: { position } }) => isOf(position, request.sequenceNumber));
    if (!change)
      return unknown(`it has no change of the sequence number ${request.sequenceNumber}; dcs history lists them`);
    const before = newestOf(read.filter(({ header }) => compareChanges(header.position, change.header.position) < 0));
    const { previousDigest } = change.header;
    const after = await stateOf(request, change.version);
    if (previousDigest === NO_ITEM) return [{ is: 'absent', objectKey }, after];
    if (!before) return unknown('the history begins with this change, and the item was there before it');
    if (previousDigest !== undefined && digestLeftBy(before.header) !== previousDigest) {
      return unknown('the change before this one is missing from the history, so the state before it is not known');
    }
    return [await stateOf(request, before.version), after];
  } catch (error) {
    const reason = whyUnreadable(error);
    if (reason === undefined) throw error;
    return both({ is: 'unreadable', objectKey, reason, ...(isAboutReader(error) && { isDenied: true }) });
  }
}

async function headersOf({ source }: ChangeRequest, versions: readonly ObjectVersion[]): Promise<Candidate[]> {
  const read: Candidate[] = [];
  await inParallel(versions, READS, async (version) => {
    read.push({ version, header: await headerOf(source, version) });
  });
  return read;
}

function isOf(position: ImageHeader['position'], sequenceNumber: string): boolean {
  return position.source === 'stream' && position.sequenceNumber === sequenceNumber;
}

async function stateOf({ source, table }: ChangeRequest, version: ObjectVersion): Promise<ObjectState> {
  const { objectKey, storedAtMs } = version;
  const { header, item } = readImage({ ...(await storedImageOf(source, version)), storedAtMs });
  if (!item) return { is: 'absent', objectKey, deletedBy: header.deletedBy };
  const keys = keysOf(table.keySchema, item);
  return {
    is: 'item',
    objectKey,
    item,
    keys,
    digest: header.digest ?? itemDigest(item),
    changedAtMs: header.changedAtMs,
  };
}
