import { S3Error } from '../../aws/s3Error';
import type { TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { mapInParallel } from '../../core/mapInParallel';
import { printable } from '../../core/printable';
import { quoted } from '../../core/quoted';
import {
  checkManifest,
  FILES,
  readExportFiles,
  readExportSummary,
  SUMMARY,
  UnusableExportError,
  type ExportFile,
  type ExportSummary,
} from '../../core/tableExport';
import { CouldNotLookError } from '../../core/errors';
import { checkExportFile, exportFileLines, type CheckedFile, type ExportFileContext } from './exportFile';
import type { ReadItem, UnreadableItem } from './scanItems';

/** Where an export lies: the folder with its manifest, without a slash at the end. */
export interface ExportPlace {
  readonly bucket: string;
  readonly folder: string;
}

/** An export whose every file is what its manifest says. */
export interface CheckedExport {
  readonly summary: ExportSummary;
  readonly files: readonly CheckedFile[];
}

export interface OpenExportRequest extends ExportFileContext {
  readonly texts: Pick<TextStore, 'read'>;
  readonly place: ExportPlace;
  /** Told of each file that has been checked. */
  readonly onFile?: (file: ExportFile) => void;
}

const FILES_AT_A_TIME = 4;

/**
 * Reads and checks a whole export before anything is made of it: manifests against their checksums, each file against
 * MD5 and number of items, and the sum. An image that was written wrongly would be "already there" for ever.
 *
 * @throws UnusableExportError that names every file that is wrong
 */
export async function openExport(request: OpenExportRequest): Promise<CheckedExport> {
  const { summary, files: listed } = await readManifests(request);
  const files: CheckedFile[] = [];
  const problems: string[] = [];
  const checks = mapInParallel(asAsync(listed), FILES_AT_A_TIME, async (file) => {
    try {
      files.push(await checkExportFile(request, file));
    } catch (error) {
      const reason = whyUnusable(error);
      if (reason === undefined) throw error;
      problems.push(reason);
    }
    return file;
  });
  for await (const file of checks) request.onFile?.(file);

  const itemCount = files.reduce((sum, file) => sum + file.itemCount, 0);
  if (problems.length === 0 && itemCount !== summary.itemCount)
    problems.push(`its files have ${itemCount} items together, ${SUMMARY} says ${summary.itemCount}`);
  if (problems.length === 0) return { summary, files };
  throw new UnusableExportError(
    `the export is damaged, and nothing was written from it: ${problems.join('; ')}. Copy or make it again`,
  );
}

/** What an export says of itself, against its checksums. @throws UnusableExportError, and CouldNotLookError where there is none */
export async function readManifests(
  request: Pick<OpenExportRequest, 'texts' | 'place'>,
): Promise<{ readonly summary: ExportSummary; readonly files: readonly ExportFile[] }> {
  const summary = readExportSummary(await manifest(request, SUMMARY));
  return { summary, files: readExportFiles(await manifest(request, FILES), request.place.folder) };
}

/** Every item of an export, as of the moment that it holds. */
export async function* exportItems(
  context: ExportFileContext,
  { summary, files }: CheckedExport,
): AsyncGenerator<(ReadItem | UnreadableItem)[]> {
  for (const file of files) {
    let number = 0;
    for await (const lines of exportFileLines(context, file)) {
      yield lines.map((line) => itemOfLine(line, `item ${(number += 1)} of ${file.objectKey}`, summary.exportTimeMs));
    }
  }
}

/** The checksums are right, so DynamoDB wrote it so, or somebody else made the export: it is one that is told of. */
export function itemOfLine(line: string, place: string, readAtMs: number): ReadItem | UnreadableItem {
  let item: unknown;
  try {
    item = (JSON.parse(line) as { Item?: unknown } | null)?.Item;
  } catch (error) {
    return { unreadable: `${place} is not JSON: ${printable((error as Error).message)}` };
  }
  if (typeof item === 'object' && item !== null && !Array.isArray(item))
    return { item: item as AttributeMap, readAtMs, place };
  return { unreadable: `${place} is ${quoted(item)}: its line has no "Item" with attributes` };
}

async function manifest({ texts, place }: Pick<OpenExportRequest, 'texts' | 'place'>, name: string): Promise<string> {
  const text = await texts.read(`${place.folder}/${name}`);
  if (text === undefined) {
    throw new CouldNotLookError(
      `s3://${place.bucket}/${place.folder} has no ${name}; name the folder of one export that is COMPLETED, such as s3://${place.bucket}/PREFIX/AWSDynamoDB/01234567890123-a1b2c3d4`,
    );
  }
  // DynamoDB calls them .md5; its documentation has called them .checksum.
  const base = `${place.folder}/${name.replace(/\.json$/, '')}`;
  const checksum = (await texts.read(`${base}.md5`)) ?? (await texts.read(`${base}.checksum`));
  if (checksum === undefined)
    throw new UnusableExportError(`${name} is without its checksum file ${base}.md5; copy the whole export`);
  checkManifest(name, text, checksum);
  return text;
}

/** What is wrong with the file itself; undefined for everything else that can go wrong. */
function whyUnusable(error: unknown): string | undefined {
  if (error instanceof UnusableExportError) return error.message;
  return error instanceof S3Error && error.code === 'NoSuchKey' ? error.message : undefined;
}

async function* asAsync<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) yield await Promise.resolve(item);
}
