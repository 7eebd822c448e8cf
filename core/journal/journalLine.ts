import { digestOf } from '../digest';
import { UnreadableImageError } from '../errors';
import { FORMAT_VERSION, type StoredImage } from '../image';
import { quoted } from '../quoted';

/**
 * One change as one line of text: an image of the other layout, with the same body and the same metadata under shorter names. What is
 * absent is `-`. The fields are separated by tabs, which no object key, no metadata and no body has.
 */
export interface JournalLine {
  readonly objectKey: string;
  readonly event: string;
  /** Digits; `-` where the change has none. */
  readonly sequenceNumber: string;
  /** ISO 8601 with milliseconds; followed by ` receipt` where it is when the change was received. */
  readonly time: string;
  readonly previousDigest: string;
  readonly deletedBy: string;
  readonly body: string;
}

/** What a line shares with all others of its object. */
export interface LineOrigin {
  /** `-` where there is none. */
  readonly streamLabel: string;
  /** Of a redrive, a backfill or a repair: its place proves nothing (see `withWriteId`). Undefined for what capture wrote. */
  readonly writeId?: string;
}

export const ABSENT = '-';
/** Behind a time: it is when the change was received. */
export const RECEIPT = ' receipt';
const FIELDS = 7;

/**
 * @param image as the image layout would store it
 * @throws UnreadableImageError for what is no image of version 1, and so has no place in the change order
 */
export function lineOfImage(objectKey: string, { metadata, body }: StoredImage): JournalLine {
  if (metadata['dcs-format'] !== FORMAT_VERSION) {
    throw new UnreadableImageError(
      `its format is ${quoted(metadata['dcs-format'])}; a journal holds ${FORMAT_VERSION}`,
    );
  }
  const isReceipt = metadata['dcs-time-source'] === 'receipt';
  return {
    objectKey,
    event: metadata['dcs-event'] ?? ABSENT,
    sequenceNumber: metadata['dcs-sequence-number'] ?? ABSENT,
    time: `${metadata['dcs-time'] ?? ABSENT}${isReceipt ? RECEIPT : ''}`,
    previousDigest: metadata['dcs-previous-digest'] ?? ABSENT,
    deletedBy: metadata['dcs-deleted-by'] ?? ABSENT,
    body,
  };
}

/**
 * The way back of {@link lineOfImage}: what the image layout would have stored. The digest is that of the body as it is here.
 *
 * @param bodySha256 where it has been made of this body already
 */
export function imageOfLine(
  line: JournalLine,
  origin: LineOrigin,
  bodySha256: string = digestOf(line.body),
): StoredImage {
  return { body: line.body, bodySha256, metadata: metadataOfLine(line, origin, bodySha256) };
}

/** @param bodyDigest in place of that of the body, where it does not matter */
export function metadataOfLine(
  line: JournalLine,
  { streamLabel, writeId }: LineOrigin,
  bodyDigest: string,
): StoredImage['metadata'] {
  const isReceipt = line.time.endsWith(RECEIPT);
  const hasPlace = line.sequenceNumber !== ABSENT;
  // Spread from conditions, it takes several times as long.
  const metadata: Record<string, string> = { 'dcs-format': FORMAT_VERSION, 'dcs-event': line.event };
  if (hasPlace) {
    metadata['dcs-stream-label'] = streamLabel;
    metadata['dcs-sequence-number'] = line.sequenceNumber;
  }
  metadata['dcs-time'] = isReceipt ? line.time.slice(0, -RECEIPT.length) : line.time;
  if (isReceipt) metadata['dcs-time-source'] = 'receipt';
  metadata['dcs-digest'] = bodyDigest;
  if (line.previousDigest !== ABSENT) metadata['dcs-previous-digest'] = line.previousDigest;
  if (line.deletedBy !== ABSENT) metadata['dcs-deleted-by'] = line.deletedBy;
  if (writeId !== undefined) metadata['dcs-write-id'] = writeId;
  return metadata;
}

/** @throws UnreadableImageError when a field would break the line */
export function textOfLine(line: JournalLine): string {
  const fields = [
    line.objectKey,
    line.event,
    line.sequenceNumber,
    line.time,
    line.previousDigest,
    line.deletedBy,
    line.body,
  ];
  const text = fields.join('\t');
  if (text.includes('\n') || text.split('\t').length !== FIELDS) {
    throw new UnreadableImageError(`a field of the image of ${line.objectKey} has a tab or a line break`);
  }
  return text;
}

/** @throws UnreadableImageError when it has other than its seven fields */
export function readLine(text: string): JournalLine {
  return lineOfFields(text.split('\t'));
}

/** The same of fields that are apart already. */
export function lineOfFields(fields: readonly string[]): JournalLine {
  if (fields.length !== FIELDS) {
    throw new UnreadableImageError(`a line has ${fields.length} fields; expected ${FIELDS}`);
  }
  const [objectKey, event, sequenceNumber, time, previousDigest, deletedBy, body] = fields as readonly [
    string,
    ...string[],
  ] &
    Record<0 | 1 | 2 | 3 | 4 | 5 | 6, string>;
  return { objectKey, event, sequenceNumber, time, previousDigest, deletedBy, body };
}
