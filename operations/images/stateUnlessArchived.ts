import type { ObjectHistory, ObjectVersion } from '../../aws/objectVersions';
import type { ImageHeader } from '../../core/image';
import { whyAhead } from './whyAhead';
import { stateOfObject, type ObjectState, type StateRequest } from './stateOfObject';

/** The state cannot be told before this version has been asked back from its archive class. */
export interface ArchivedState {
  readonly is: 'archived';
  readonly objectKey: string;
  readonly version: ObjectVersion;
  /** Of its body, as its metadata says, which can be read; the predecessor's says nothing. */
  readonly digest?: string;
  /** See {@link whyAhead}. */
  readonly ahead?: string;
  /** It has been asked back already, and is on its way. */
  readonly isThawing: boolean;
}

class NeedsArchivedError extends Error {
  constructor(
    readonly version: ObjectVersion,
    readonly header: ImageHeader,
    readonly isThawing: boolean,
  ) {
    super('an archived version is needed');
  }
}

/** The state of one object, or which of its versions has to be asked back to know it. Asks nothing back, and waits for nothing. */
export async function stateUnlessArchived(
  request: Omit<StateRequest, 'whenArchived'>,
  history: ObjectHistory,
): Promise<ObjectState | ArchivedState> {
  const whenArchived = async (version: ObjectVersion, header: ImageHeader) => {
    const state = await request.source.archive?.state(version);
    if (state !== 'readable') throw new NeedsArchivedError(version, header, state === 'thawing');
  };
  try {
    return await stateOfObject({ ...request, whenArchived }, history);
  } catch (error) {
    if (!(error instanceof NeedsArchivedError)) throw error;
    const { version, header, isThawing } = error;
    const { digest } = header;
    return { is: 'archived', objectKey: history.objectKey, version, digest, ahead: whyAhead(header), isThawing };
  }
}
