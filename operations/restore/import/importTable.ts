import type { FileStore } from '../../../aws/fileStore';
import type { ImportState, TableImport } from '../../../aws/tableImport';
import type { WriteOperation } from '../../../aws/batchTable';
import { DcsError, RefusedError } from '../../../core/errors';
import { count } from '../../../core/units';
import type { Pause } from '../../pace';
import { ImportFiles, type ImportManifest } from './importFiles';

/** Where an import's files go, and what loads them. */
export interface Importing {
  readonly files: FileStore;
  /** Below which all files of this import are: `dcs-import/users/…/`. */
  readonly prefix: string;
  readonly imports: TableImport;
}

export interface ImportWatch {
  /** The files are written, and DynamoDB is told to load them. */
  readonly onImporting?: (manifest: ImportManifest, importArn: string) => void;
  readonly onImported?: (items: number) => void;
  /** An import of an earlier run is going on, and is waited for. */
  readonly onWaitingForImport?: (importArn: string) => void;
}

export interface ImportRequest extends Importing {
  readonly tableName: string;
  /** Where there is no item, there is nothing to import, which fails. */
  readonly createEmpty: () => Promise<void>;
  /** Awaited once the table is being filled, and before that is waited for. */
  readonly whenStarted: () => Promise<void>;
  readonly creation: Parameters<TableImport['start']>[0]['creation'];
  readonly signal: AbortSignal;
  readonly pause: Pause;
  readonly watch?: ImportWatch;
}

const FIRST_LOOK_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** The items of a restore go to files in place of the table; then DynamoDB loads them. */
export function importingTarget(request: ImportRequest) {
  const files = new ImportFiles(request.files, `${request.prefix}items/`);
  return {
    /** @throws DcsError for anything but a put: a new table has nothing to delete */
    async write(operations: readonly WriteOperation[]): Promise<WriteOperation[]> {
      for (const operation of operations) {
        if (!('put' in operation)) throw new DcsError('an import can put items alone');
        await (operation.text ? files.addBody(operation.text.body) : files.add(operation.put));
      }
      return [];
    },
    /** @throws DcsError when not as many items were imported as were planned */
    async load(): Promise<void> {
      const manifest = await files.close();
      if (manifest.items === 0) return request.createEmpty();
      const { imports, files: store, prefix, creation, watch } = request;
      const importArn = await imports.start({ bucket: store.bucket, folder: `${prefix}items/`, creation });
      watch?.onImporting?.(manifest, importArn);
      await request.whenStarted();
      const state = await whenOver(request, importArn);
      requireAll(request.tableName, state, manifest.items);
      watch?.onImported?.(state.imported);
    },
  };
}

/**
 * An import that an earlier run has started and left: it is waited for, and what it has brought is then compared.
 *
 * @throws RefusedError in a dry run, which waits for nothing
 */
export async function waitForImport(
  { imports, signal, pause, dryRun, watch }: WaitingForImport,
  description: { readonly TableStatus?: string; readonly TableArn?: string } | undefined,
): Promise<void> {
  if (description?.TableStatus !== 'CREATING' || description.TableArn === undefined) return;
  const importArn = await imports.running(description.TableArn);
  if (importArn === undefined) return;
  if (dryRun) {
    throw new RefusedError(
      `an import is filling the table now: ${importArn}. What is left to do can be planned when it is over; without --dry-run it is waited for`,
    );
  }
  watch?.onWaitingForImport?.(importArn);
  await whenOver({ imports, signal, pause }, importArn);
}

interface WaitingForImport extends Pick<ImportRequest, 'imports' | 'signal' | 'pause' | 'watch'> {
  readonly dryRun: boolean;
}

/** Looks until it is over: soon at first, then every half minute. Stopped, it leaves the import running. */
export async function whenOver(
  { imports, signal, pause }: Pick<ImportRequest, 'imports' | 'signal' | 'pause'>,
  importArn: string,
): Promise<ImportState> {
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    const state = await imports.state(importArn);
    if (state.status !== 'running') return state;
    await pause(waitMs, signal);
  }
}

/** @throws DcsError when it did not end with as many items as were planned, and without an error */
export function requireAll(
  tableName: string,
  { importArn, status, imported, errors, reason }: ImportState,
  planned: number,
): void {
  if (status === 'completed' && imported === planned && errors === 0) return;
  const why = reason === undefined ? '' : ` (${reason})`;
  throw new DcsError(
    `of ${count(planned)} planned items ${count(imported)} were imported into ${tableName}, with ${count(errors)} errors${why}; ${importArn} and its log in CloudWatch say which. ` +
      `The same command, run again, writes what is missing`,
  );
}
