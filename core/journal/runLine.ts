import { compareChanges } from '../changePosition';
import { UnreadableImageError } from '../errors';
import { quoted } from '../quoted';
import { readHeader } from '../readImage';
import { TOMBSTONE_BODY, TOMBSTONE_DIGEST, type ImageHeader, type StoredImage } from '../image';
import {
  ABSENT,
  imageOfLine,
  metadataOfLine,
  lineOfFields,
  textOfLine,
  type JournalLine,
  type LineOrigin,
} from './journalLine';

/** A change that has left its batch: with what it shared with the others there, and when S3 stored it. */
export interface RunLine extends JournalLine, LineOrigin {
  /** Epoch milliseconds: S3's time of the journal object that brought it. */
  readonly storedAtMs: number;
}

/** The seven fields of a journal's line, then the stream label, when it was stored (ISO 8601), and the write id. */
export function textOfRunLine(line: RunLine): string {
  const { streamLabel, storedAtMs, writeId = ABSENT } = line;
  return [textOfLine(line), streamLabel, new Date(storedAtMs).toISOString(), writeId].join('\t');
}

/** @throws UnreadableImageError when it has other than its ten fields */
export function readRunLine(text: string): RunLine {
  const fields = text.split('\t');
  const [writeId = '', storedAt = '', streamLabel = ''] = [fields.pop(), fields.pop(), fields.pop()];
  const storedAtMs = Date.parse(storedAt);
  if (Number.isNaN(storedAtMs)) {
    throw new UnreadableImageError(`a line says that it was stored at ${quoted(storedAt)}; expected an ISO 8601 time`);
  }
  const { objectKey, event, sequenceNumber, time, previousDigest, deletedBy, body } = lineOfFields(fields);
  // Field by field: to spread it takes as long as to find them.
  const line = { objectKey, event, sequenceNumber, time, previousDigest, deletedBy, body, streamLabel, storedAtMs };
  return writeId === ABSENT ? line : { ...line, writeId };
}

/** A change as everything that decides by images knows it. */
export interface LineImage {
  readonly line: RunLine;
  readonly image: StoredImage;
  readonly header: ImageHeader;
}

/**
 * @param bodySha256 of the line's body, where it is known
 * @throws UnreadableImageError, UnknownFormatError
 */
export function imageOfRunLine(line: RunLine, bodySha256?: string): LineImage {
  const image = imageOfLine(line, line, bodySha256);
  const header = readHeader({ metadata: image.metadata, storedAtMs: line.storedAtMs });
  const { body, metadata } = image;
  return { line, image: { body, bodySha256: image.bodySha256, metadata, header }, header };
}

/**
 * Whether a line has a place in the change order, and a body as an image has; its JSON is not read.
 *
 * @returns when the change was made, epoch milliseconds
 * @throws UnreadableImageError
 */
export function changedAtOf(line: RunLine): number {
  const { body, event, storedAtMs } = line;
  const { changedAtMs } = readHeader({ metadata: metadataOfLine(line, line, TOMBSTONE_DIGEST), storedAtMs });
  const isTombstone = body === TOMBSTONE_BODY;
  const isItem = body.startsWith('{"Item":{') && body.endsWith('}}');
  if (isTombstone === isItem || (event !== 'REPAIR' && isTombstone !== (event === 'REMOVE'))) {
    throw new UnreadableImageError(`a line has the event ${event} and the body ${quoted(body)}`);
  }
  return changedAtMs;
}

/** The order in which S3 received them; of one second, that of the changes. */
export function byStoring(a: LineImage, b: LineImage): number {
  return a.line.storedAtMs - b.line.storedAtMs || compareChanges(a.header.position, b.header.position);
}
