import { createHash } from 'node:crypto';
import { QuotingError } from './errors';
import { isoTimeMs } from './isoTime';
import { quoted } from './quoted';

/** What `manifest-summary.json` says of a full export. */
export interface ExportSummary {
  readonly tableName: string;
  readonly tableArn: string;
  /** Of the table that was exported: one that is made again under its name has another. */
  readonly tableId?: string;
  /** The moment whose state the export holds, in epoch milliseconds. */
  readonly exportTimeMs: number;
  readonly itemCount: number;
}

/** One line of `manifest-files.json`. */
export interface ExportFile {
  readonly objectKey: string;
  readonly itemCount: number;
  /** MD5 of the compressed file in base64. */
  readonly md5: string;
}

/** An export that cannot be used: damaged, not whole, of another kind or another table. Nothing was written from it. */
export class UnusableExportError extends QuotingError {}

interface SummaryJson {
  readonly tableArn?: unknown;
  readonly tableId?: unknown;
  readonly exportTime?: unknown;
  readonly itemCount?: unknown;
  readonly outputFormat?: unknown;
  readonly exportType?: unknown;
}

/** @throws UnusableExportError */
export function readExportSummary(text: string): ExportSummary {
  const { tableArn, tableId, exportTime, itemCount, outputFormat, exportType } = parsed(SUMMARY, text) as SummaryJson;
  // Exports made before there were incremental ones do not say their type.
  if (exportType !== undefined && exportType !== 'FULL_EXPORT') {
    throw new UnusableExportError(
      `the export is of type ${typeof exportType === 'string' ? exportType : quoted(exportType)}: it holds only what changed in a window. Make a full one (ExportType FULL_EXPORT)`,
    );
  }
  if (outputFormat !== 'DYNAMODB_JSON') {
    throw new UnusableExportError(
      `the export's format is ${quoted(outputFormat)}; make one with ExportFormat DYNAMODB_JSON`,
    );
  }
  const tableName = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)$/.exec(textOf(tableArn))?.[1];
  const exportTimeMs = isoTimeMs(exportTime);
  if (tableName === undefined) throw damaged(SUMMARY, `its tableArn is ${quoted(tableArn)}`);
  if (Number.isNaN(exportTimeMs)) throw damaged(SUMMARY, `its exportTime is ${quoted(exportTime)}`);
  return {
    ...{ tableName, tableArn: textOf(tableArn), exportTimeMs, itemCount: counted(SUMMARY, itemCount) },
    ...(textOf(tableId) !== '' && { tableId: textOf(tableId) }),
  };
}

/** The table that an export has to be of: what DescribeTable says of it. */
export interface ExportedTable {
  readonly tableName: string;
  readonly tableArn?: string;
  readonly tableId?: string;
}

/** Tables of one name are in every account and Region, and one after the other in the same: their items are others'. */
export function whyOfOtherTable(
  summary: Pick<ExportSummary, 'tableName' | 'tableArn' | 'tableId'>,
  { tableName, tableArn, tableId }: ExportedTable,
): string | undefined {
  if (summary.tableName !== tableName) return `is of the table ${summary.tableName}, not of ${tableName}`;
  if (tableArn !== undefined && summary.tableArn !== tableArn) {
    return `is of ${summary.tableArn}, not of ${tableArn}`;
  }
  if (tableId === undefined || summary.tableId === undefined || summary.tableId === tableId) return undefined;
  return `is of another table that was called ${tableName}: its id is ${summary.tableId}, and that of the table now ${tableId}`;
}

interface FileJson {
  readonly itemCount?: unknown;
  readonly md5Checksum?: unknown;
  readonly dataFileS3Key?: unknown;
}

/**
 * The data files of an export, one JSON object a line. Their keys in the manifest start at the root of the bucket that
 * was exported to; what counts here is that they lie in `data/` beside the manifest, so that a copied export can be read.
 *
 * @throws UnusableExportError
 */
export function readExportFiles(text: string, folder: string): ExportFile[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const { itemCount, md5Checksum, dataFileS3Key } = parsed(FILES, line) as FileJson;
      const [md5, name] = [textOf(md5Checksum), textOf(dataFileS3Key).split('/').at(-1) ?? ''];
      if (name === '') throw damaged(FILES, 'a file has no dataFileS3Key');
      if (md5 === '') throw damaged(FILES, `${name} has no md5Checksum`);
      return { objectKey: `${folder}/data/${name}`, itemCount: counted(FILES, itemCount), md5 };
    });
}

/** Whether a checksum file's text is the MD5 of a manifest. @throws UnusableExportError */
export function checkManifest(name: string, manifest: string, checksum: string): void {
  const md5 = createHash('md5').update(manifest, 'utf8').digest();
  if ([md5.toString('base64'), md5.toString('hex')].includes(checksum.trim())) return;
  throw damaged(name, `its MD5 is ${md5.toString('base64')}, its checksum file says ${checksum.trim().slice(0, 80)}`);
}

export const SUMMARY = 'manifest-summary.json';
export const FILES = 'manifest-files.json';

function parsed(name: string, text: string): unknown {
  try {
    const json = JSON.parse(text) as unknown;
    if (typeof json === 'object' && json !== null) return json;
  } catch (cause) {
    throw new UnusableExportError(`${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw damaged(name, `it holds ${text.slice(0, 80)}, no JSON object`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function counted(name: string, itemCount: unknown): number {
  if (typeof itemCount === 'number' && Number.isSafeInteger(itemCount) && itemCount >= 0) return itemCount;
  throw damaged(name, `its itemCount is ${quoted(itemCount)}`);
}

function damaged(name: string, complaint: string): UnusableExportError {
  return new UnusableExportError(`${name} is damaged: ${complaint}. Copy or make the export again`);
}
