import type { BatchTable } from '../../aws/batchTable';
import type { VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';
import type { ConfiguredTable } from '../../settings/configuredTable';
import type { Selection } from '../selection';
import type { ErasedBucket, ErasedSide } from './places';

/** Something that cannot be erased, of which nobody can tell whether it is to be, or that a kept plan does not name yet. */
export interface LeftObject {
  readonly in: ErasedSide;
  readonly objectKey: string;
  readonly why: 'unclear' | 'notRedriven' | 'appeared';
  readonly reason: string;
}

export interface ErasePlanRequest {
  readonly table: ConfiguredTable;
  /** Keys or a partition: nothing is erased by what an item is. */
  readonly selection: Pick<Selection, 'keys' | 'partition'>;
  readonly buckets: readonly ErasedBucket[];
  /** The live table; what is still in it is not erased. Undefined: there is none. */
  readonly live?: Pick<BatchTable, 'getBatch'>;
  readonly reports: { readonly lister: VersionLister; readonly texts: TextStore };
  readonly batches: { readonly lister: VersionLister; readonly texts: TextStore };
  readonly signal: AbortSignal;
  readonly onLeft: (left: LeftObject) => void;
}
