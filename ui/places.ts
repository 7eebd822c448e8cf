import type { BatchTable } from '../aws/batchTable';
import type { StoredReport } from '../aws/reports';
import type { ReportKind } from '../core/serviceKeys';
import type { Finding } from '../operations/check/finding';
import type { ImageSource } from '../operations/images/imageSource';
import type { LocatedTable } from '../settings/configuredTable';

/** What the page is made from. Everything in it reads, and nothing writes. */
export interface UiPlaces {
  readonly copy: string;
  readonly accounts: string;
  readonly tables: readonly LocatedTable[];
  readonly source: ImageSource;
  readonly findings: () => Promise<readonly Finding[]>;
  readonly nowMs: () => number | null;
  /** The live table. */
  readonly liveTable: (tableName: string) => Pick<BatchTable, 'getBatch'>;
  readonly reports: (table: LocatedTable, kind: ReportKind, most: number) => Promise<readonly StoredReport[]>;
  /** The options that the command needs besides its own, quoted for a shell. */
  readonly globalOptions: string;
  readonly signal: AbortSignal;
}
