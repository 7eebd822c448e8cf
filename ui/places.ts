import type { BatchTable } from '../aws/batchTable';
import type { VersionLister } from '../aws/objectVersions';
import type { StoredReport } from '../aws/reports';
import type { TextStore } from '../aws/textStore';
import type { ReportKind } from '../core/serviceKeys';
import type { Finding } from '../operations/check/finding';
import type { ImageSource } from '../operations/images/imageSource';
import type { LocatedTable } from '../settings/configuredTable';
import type { HiddenAttributes } from './shownChange';

/** What the page is made from. Everything in it reads, and nothing writes. */
export interface UiPlaces {
  readonly copy: string;
  readonly accounts: string;
  readonly tables: readonly LocatedTable[];
  readonly source: ImageSource;
  /** Current objects of the source bucket, where parked batches are; undefined where nothing is known of it. */
  readonly parked?: { readonly lister: VersionLister; readonly texts: Pick<TextStore, 'read'> };
  readonly findings: (signal: AbortSignal) => Promise<readonly Finding[]>;
  readonly nowMs: () => number | null;
  /** The live table. */
  readonly liveTable: (tableName: string, signal: AbortSignal) => Pick<BatchTable, 'getBatch'>;
  readonly reports: (table: LocatedTable, kind: ReportKind, most: number) => Promise<readonly StoredReport[]>;
  /** The options that a command needs besides its own, quoted for a shell. */
  readonly options: string;
  readonly hidden: HiddenAttributes;
}
