import { createHash } from 'node:crypto';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { backoffMs } from '../../aws/batchTable';
import type { ObjectReader } from '../../aws/objectReader';
import { S3Error } from '../../aws/s3Error';
import { UnusableExportError, type ExportFile } from '../../core/tableExport';
import { realPause, type Pause } from '../pace';

export interface ExportFileContext {
  readonly reader: ObjectReader;
  readonly signal: AbortSignal;
  readonly pause?: Pause;
}

const TRIES = 6;

/**
 * Reads a file to its end and compares MD5 and number of items with the manifest.
 *
 * @returns its ETag, by which a later read is known to be of the same bytes
 * @throws UnusableExportError when it is not what the manifest says
 */
export async function checkExportFile(context: ExportFileContext, file: ExportFile): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await checkOnce(context, file);
    } catch (error) {
      await beforeNextTry(context, error, attempt);
    }
  }
}

async function checkOnce({ reader, signal }: ExportFileContext, file: ExportFile): Promise<string> {
  const { bytes, etag } = await reader.open(file.objectKey);
  const md5 = createHash('md5');
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      md5.update(chunk);
      done(null, chunk);
    },
  });
  let items = 0;
  await pipeline(
    [
      bytes,
      hashing,
      async function* (compressed: AsyncIterable<Buffer>) {
        for await (const line of linesIn(compressed)) items += line === '' ? 0 : 1;
        yield '';
      },
    ],
    { signal },
  ).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    throw new UnusableExportError(`${file.objectKey} cannot be unpacked: ${error.message}`, { cause: error });
  });
  const found = md5.digest('base64');
  if (found !== file.md5) {
    throw new UnusableExportError(`${file.objectKey} has the MD5 ${found}, its manifest says ${file.md5}`);
  }
  if (items !== file.itemCount) {
    throw new UnusableExportError(`${file.objectKey} has ${items} items, its manifest says ${file.itemCount}`);
  }
  return etag;
}
