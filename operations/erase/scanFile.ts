import { createGunzip } from 'node:zlib';
import { UnreadableImageError } from '../../core/errors';
import { LARGEST_JOURNAL_TEXT_BYTES } from '../../core/journal/journalObject';

const LINE_BREAK = 0x0a;
/** A line of a run says a little more than that of the journal it comes from. */
const LONGEST_LINE_BYTES = LARGEST_JOURNAL_TEXT_BYTES + 4096;

/**
 * The lines of a gzip file, of one member or of many, a chunk of them at a time: of what is unpacked no more is held. A last line that
 * is cut is one, too.
 *
 * @throws UnreadableImageError when it is not gzip to its end, or has a line that nothing of a journal has
 */
export async function* linesOfGzip(bytes: Uint8Array): AsyncGenerator<readonly string[]> {
  const gunzip = createGunzip();
  gunzip.end(bytes);
  let rest: Buffer[] = [];
  let restBytes = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(LINE_BREAK);
      if (end >= 0) {
        yield Buffer.concat([...rest, chunk.subarray(0, end)])
          .toString('utf8')
          .split('\n');
        [rest, restBytes] = [[], 0];
      }
      rest.push(chunk.subarray(end + 1));
      restBytes += chunk.length - end - 1;
      if (restBytes > LONGEST_LINE_BYTES) throw new UnreadableImageError('it has a line longer than any of a journal');
    }
  } catch (error) {
    if (error instanceof UnreadableImageError) throw error;
    throw new UnreadableImageError(`it cannot be unpacked: ${(error as Error).message}`, { cause: error });
  } finally {
    gunzip.destroy();
  }
  if (restBytes > 0) yield [Buffer.concat(rest).toString('utf8')];
}
