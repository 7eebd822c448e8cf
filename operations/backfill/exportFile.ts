import { createHash, type Hash } from 'node:crypto';
import { pipeline, Transform, type Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import type { ObjectReader } from '../../aws/objectReader';
import { S3Error } from '../../aws/s3Error';
import { UnusableExportError, type ExportFile } from '../../core/tableExport';
import type { Pause } from '../pace';
import { beforeNextTry, patiently } from '../patiently';

export interface ExportFileContext {
  readonly reader: ObjectReader;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

/** A data file that is what the manifest says. */
export interface CheckedFile extends ExportFile {
  /** By which a later read is known to be of the same bytes. */
  readonly etag: string;
}

const TRIES = 6;

/** An item has 400 KB at most, which are some 4 MB of JSON where it is all empty strings. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Reads a file to its end and compares MD5 and number of items with the manifest.
 *
 * @throws UnusableExportError when it is not what the manifest says
 */
export async function checkExportFile(context: ExportFileContext, file: ExportFile): Promise<CheckedFile> {
  const etag = await patiently({ ...context, tries: TRIES, mayPass }, () => checkOnce(context, file));
  return { ...file, etag };
}

async function checkOnce({ reader, signal }: ExportFileContext, file: ExportFile): Promise<string> {
  const { bytes, etag } = await reader.open(file.objectKey);
  const md5 = createHash('md5');
  let items = 0;
  try {
    for await (const lines of gunzippedLines(bytes, md5)) {
      signal.throwIfAborted();
      items += lines.length;
    }
  } catch (error) {
    if (!(error instanceof UnusableExportError || isDamage(error))) throw error;
    throw new UnusableExportError(`${file.objectKey} cannot be unpacked: ${error.message}`, { cause: error });
  }
  const found = md5.digest('base64');
  if (found !== file.md5)
    throw new UnusableExportError(`${file.objectKey} has the MD5 ${found}, its manifest says ${file.md5}`);
  if (items !== file.itemCount)
    throw new UnusableExportError(`${file.objectKey} has ${items} items, its manifest says ${file.itemCount}`);
  return etag;
}

/**
 * The lines of a file that has been checked, in groups. A connection that breaks is opened again, and what was handed on
 * already is passed over.
 */
export async function* exportFileLines(context: ExportFileContext, file: CheckedFile): AsyncGenerator<string[]> {
  let handedOn = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      const { bytes } = await context.reader.open(file.objectKey, file.etag);
      let passed = 0;
      for await (const lines of gunzippedLines(bytes)) {
        const fresh = lines.slice(Math.max(0, handedOn - passed));
        passed += lines.length;
        if (fresh.length === 0) continue;
        handedOn += fresh.length;
        attempt = 1;
        yield fresh;
      }
      return;
    } catch (error) {
      await beforeNextTry({ ...context, tries: TRIES, mayPass }, error, attempt);
    }
  }
}

/** Lines that are not empty, as many at a time as a chunk of the unpacked file holds. */
async function* gunzippedLines(bytes: Readable, md5?: Hash): AsyncGenerator<string[]> {
  const gunzip = createGunzip();
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      md5?.update(chunk);
      done(null, chunk);
    },
  });
  // The loop below is told of every error by the end of the line; the callback needs none.
  pipeline(bytes, hashing, gunzip, () => undefined);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of gunzip) {
    const lines = decoder.write(chunk as Buffer).split('\n');
    // Only what is new is looked through: a long line would be read again with every chunk.
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw new UnusableExportError(`it has a line of more than ${LONGEST_LINE} characters`);
    yield lines.filter((line) => line !== '');
  }
  if (rest !== '') yield [rest];
}

/** zlib's own errors: the bytes came, and are no gzip file. */
function isDamage(error: unknown): error is Error {
  return String((error as NodeJS.ErrnoException | undefined)?.code).startsWith('Z_');
}

/** Of an error on the way; what is wrong with the file itself stays wrong. */
function mayPass(error: unknown): boolean {
  const isRefused = error instanceof S3Error && error.statusCode !== undefined && error.statusCode < 500;
  return !(error instanceof UnusableExportError || isRefused);
}
