import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../digest';
import { UnknownFormatError, UnreadableImageError } from '../errors';
import type { StoredImage } from '../image';
import { isImageKey, tablePrefix, type TableLocation } from '../objectKey';
import { quoted } from '../quoted';
import { LONGEST_STREAM_LABEL } from '../streamArn';
import { journalKey, requireJournalName } from './journalKeys';
import { ABSENT, lineOfImage, readLine, textOfLine, type JournalLine, type LineOrigin } from './journalLine';

/** What wrote a journal object. What capture wrote is in the order of its stream; of all others the place proves nothing. */
export const JOURNAL_KINDS = ['capture', 'backfill', 'redrive', 'repair'] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** An item's change, as the image layout would store it, and where. */
export interface JournalEntry {
  readonly objectKey: string;
  readonly image: StoredImage;
}

/** A batch, ready to be put. */
export interface JournalObject {
  readonly objectKey: string;
  /** gzip. */
  readonly body: Buffer;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface JournalBatchToWrite {
  readonly table: TableLocation;
  readonly kind: JournalKind;
  /** Epoch milliseconds: the object stands in this hour. */
  readonly writtenAtMs: number;
  /** In the order in which they were made, all of one stream. At least one. */
  readonly entries: readonly JournalEntry[];
}

export const JOURNAL_FORMAT = '1';
/** The first field of the first line of every journal object. */
export const JOURNAL_HEAD = '#dcs-journal';
/** A batch has 6 MB of JSON with two images a record; what is ten times as much was not written by capture. */
export const LARGEST_JOURNAL_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Turns a batch into one object. `docs/format.md` specifies it. The same batch gives the same object key in the same hour.
 *
 * @throws UnreadableImageError when an entry is no image of version 1
 */
export function encodeJournal({ table, kind, writtenAtMs, entries }: JournalBatchToWrite): JournalObject {
  const [first] = entries;
  if (!first) throw new Error('a journal object has at least one line');
  const labels = new Set(entries.map(({ image }) => image.metadata['dcs-stream-label'] ?? ABSENT));
  const [streamLabel = ABSENT, other] = labels;
  if (other !== undefined) throw new Error(`a journal object is of one stream; given were ${[...labels].join(', ')}`);

  const lines = entries.map(({ objectKey, image }) => lineOfImage(objectKey, image));
  const head = [JOURNAL_HEAD, JOURNAL_FORMAT, table.tableName, streamLabel, kind, lines.length].join('\t');
  const text = `${[head, ...lines.map(textOfLine)].join('\n')}\n`;
  const digest = digestOf(text);
  const times = lines.map(({ time }) => time.slice(0, 24)).sort();
  const firstSequenceNumber = lines[0]?.sequenceNumber.replace(ABSENT, '') ?? '';
  return {
    objectKey: journalKey(table, writtenAtMs, { firstSequenceNumber, lines: lines.length, digest }),
    body: gzipSync(text),
    metadata: {
      'dcs-format': JOURNAL_FORMAT,
      'dcs-kind': kind,
      'dcs-lines': lines.length.toString(),
      'dcs-first-time': times[0] ?? '',
      'dcs-last-time': times.at(-1) ?? '',
      'dcs-digest': digest,
    },
  };
}

/** A journal object that was read and is whole. */
export interface JournalBatch extends LineOrigin {
  readonly kind: JournalKind;
  readonly lines: readonly JournalLine[];
}

/**
 * Reads what {@link encodeJournal} made: whole, or not at all.
 *
 * @param bytes gzip
 * @throws UnreadableImageError when it is damaged, is another object than its key says, or is of another table
 * @throws UnknownFormatError when a newer version wrote it
 */
export function readJournal(table: TableLocation, objectKey: string, bytes: Uint8Array): JournalBatch {
  const name = requireJournalName(table, objectKey);
  const text = unzipped(bytes);
  const digest = digestOf(text);
  if (!digest.startsWith(name.digestStart)) {
    throw new UnreadableImageError(`its text has the digest ${digest}, its key says ${name.digestStart}…`);
  }
  const [head = '', ...rest] = text.split('\n');
  if (rest.pop() !== '') throw new UnreadableImageError('its last line is cut');
  const { kind, streamLabel, lines: stated } = readHead(table, head);
  if (rest.length !== stated || stated !== name.lines) {
    throw new UnreadableImageError(`it has ${rest.length} lines, its first one says ${stated}, its key ${name.lines}`);
  }
  const writeId = kind === 'capture' ? undefined : name.digestStart;
  const lines = rest.map(readLine);
  const strange = lines.find((line) => !line.objectKey.startsWith(tablePrefix(table)) || !isImageKey(line.objectKey));
  if (strange)
    throw new UnreadableImageError(`a line is of ${quoted(strange.objectKey)}, no item of ${table.tableName}`);
  return { kind, streamLabel, lines, ...(writeId !== undefined && { writeId }) };
}

function unzipped(bytes: Uint8Array): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_JOURNAL_TEXT_BYTES }).toString('utf8');
  } catch (cause) {
    throw new UnreadableImageError(`it is not gzip, or larger than any journal: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function readHead(table: TableLocation, head: string): { kind: JournalKind; streamLabel: string; lines: number } {
  const [mark, format, tableName, streamLabel = '', kindText, lines = ''] = head.split('\t');
  if (mark !== JOURNAL_HEAD)
    throw new UnreadableImageError(`its first line is ${quoted(head)}; expected ${JOURNAL_HEAD}`);
  if (format !== JOURNAL_FORMAT) {
    throw new UnknownFormatError(
      `its format is ${quoted(format)}; this version of dcs reads ${JOURNAL_FORMAT}. Use the version that wrote it`,
    );
  }
  const kind = JOURNAL_KINDS.find((one) => one === kindText);
  if (tableName !== table.tableName || !kind || !/^\d{1,9}$/.test(lines)) {
    throw new UnreadableImageError(
      `its first line is ${quoted(head)}; expected the table ${table.tableName}, one of ${JOURNAL_KINDS.join(', ')}, and a number of lines`,
    );
  }
  if (streamLabel.length > LONGEST_STREAM_LABEL) {
    throw new UnreadableImageError(
      `its stream label has ${streamLabel.length} characters; expected ${LONGEST_STREAM_LABEL} at most`,
    );
  }
  return { kind, streamLabel, lines: Number(lines) };
}
