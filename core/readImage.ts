import type { AttributeMap } from './attributeValue';
import { canonicalItem } from './canonicalItem';
import type { ChangePosition } from './changePosition';
import { digestOf } from './digest';
import { UnknownFormatError, UnreadableImageError, UnreadableValueError } from './errors';
import { CLOCK_SLACK_MS } from './history';
import { FORMAT_VERSION, TOMBSTONE_BODY, type Image, type ImageHeader, type StoredImage } from './image';
import { ITEM_OF_TEXT, readItemText, type ItemText } from './itemText';
import { isoTimeMs } from './isoTime';
import { itemOfPlainJson } from './predecessor';

/** An object that may be an image, with what S3 itself says of it. */
export interface StoredObject extends StoredImage {
  readonly storedAtMs: number;
}

/**
 * Reads an image of any format there has been: version 1, and the plain JSON of the service's 2018 predecessor. A body proves nothing by its
 * digest, which whoever writes there can make of any text: each character of it is looked at. One in canonical form is then known to be an
 * item, and is not parsed before somebody asks for it; any other one is parsed now.
 *
 * @throws UnknownFormatError for an image of a newer version
 * @throws UnreadableImageError when metadata or body are damaged
 */
export function readImage(object: StoredObject): Image {
  const header = object.header ?? readHeader(object);
  if (header.event === 'PREDECESSOR') return { header, item: itemOfPlainJson(object.body) };

  const digest = object.bodySha256 ?? digestOf(object.body);
  if (digest !== header.digest) {
    throw new UnreadableImageError(
      // Stryker disable next-line StringLiteral: for the compiler; a predecessor's image alone has no digest
      `its body has the digest ${digest}, its metadata says ${header.digest ?? ''}`,
    );
  }
  const text = readItemText(object.body);
  if (text && header.event !== 'REMOVE') return new TextImage(header, text);
  const item = text ? text.item : itemOfBody(object.body);
  if (header.event !== 'REPAIR' && (item === undefined) !== (header.event === 'REMOVE')) {
    throw new UnreadableImageError(
      `its event is ${header.event} and its body ${item ? 'has an item' : 'is a tombstone'}`,
    );
  }
  return { header, item };
}

/** Its item is a property of its own: whoever spreads it has the item, parsed. */
class TextImage implements Image {
  declare readonly item: AttributeMap;

  constructor(
    readonly header: ImageHeader,
    readonly text: ItemText,
  ) {
    Object.defineProperty(this, 'item', ITEM_OF_TEXT);
  }
}

/** What the metadata alone tells, as a HEAD request brings it. */
export function readHeader({ metadata, storedAtMs }: Omit<StoredObject, 'body'>): ImageHeader {
  const format = metadata['dcs-format'];
  if (format !== FORMAT_VERSION) {
    if (Object.keys(metadata).every((name) => !name.startsWith('dcs-'))) {
      return { event: 'PREDECESSOR', position: { source: 'predecessor', storedAtMs }, changedAtMs: storedAtMs };
    }
    throw new UnknownFormatError(
      `its format is ${JSON.stringify(format)}; this version of dcs reads ${FORMAT_VERSION} and the plain JSON of 2018. Use the version that wrote it`,
    );
  }
  const statedAtMs = timeOf(metadata);
  const isAhead = statedAtMs > storedAtMs + CLOCK_SLACK_MS;
  const event = eventOf(metadata);
  return {
    event,
    position: positionOf(metadata, event, statedAtMs),
    changedAtMs: isAhead ? storedAtMs : statedAtMs,
    ...(isAhead && { statedAtMs }),
    ...(metadata['dcs-time-source'] === 'receipt' && { isTimeOfReceipt: true }),
    digest: digestIn(metadata, 'dcs-digest', /^[0-9a-f]{64}$/),
    previousDigest:
      event === 'BACKFILL' || event === 'REPAIR'
        ? undefined
        : digestIn(metadata, 'dcs-previous-digest', /^([0-9a-f]{64}|none)$/),
    deletedBy: metadata['dcs-deleted-by'],
    ...(metadata['dcs-write-id'] !== undefined && { writeId: metadata['dcs-write-id'] }),
  };
}

type Metadata = StoredImage['metadata'];

function positionOf(metadata: Metadata, event: ImageHeader['event'], readAtMs: number): ChangePosition {
  if (event === 'BACKFILL') return { source: 'backfill', readAtMs };
  const { 'dcs-stream-label': streamLabel = '', 'dcs-sequence-number': sequenceNumber = '' } = metadata;
  if (event === 'REPAIR' && streamLabel === '' && sequenceNumber === '') return { source: 'backfill', readAtMs };
  if (streamLabel === '') throw damaged('dcs-stream-label', streamLabel, 'the label of a stream');
  if (!/^\d+$/.test(sequenceNumber)) throw damaged('dcs-sequence-number', sequenceNumber, 'digits');
  if (event === 'REPAIR') return { source: 'repair', streamLabel, sequenceNumber, readAtMs };
  return { source: 'stream', streamLabel, sequenceNumber };
}

const EVENTS = ['INSERT', 'MODIFY', 'REMOVE', 'BACKFILL', 'REPAIR'] as const;

function eventOf({ 'dcs-event': event = '' }: Metadata): ImageHeader['event'] {
  const known = EVENTS.find((name) => name === event);
  if (known !== undefined) return known;
  throw damaged('dcs-event', event, `one of ${EVENTS.join(', ')}`);
}

function timeOf({ 'dcs-time': time = '' }: Metadata): number {
  const ms = isoTimeMs(time);
  if (Number.isNaN(ms)) throw damaged('dcs-time', time, 'an ISO 8601 time with its zone');
  return ms;
}

function digestIn(metadata: Metadata, name: string, allowed: RegExp): string {
  const digest = metadata[name] ?? '';
  if (!allowed.test(digest)) throw damaged(name, digest, '64 hexadecimal digits');
  return digest;
}

function itemOfBody(body: string): AttributeMap | undefined {
  if (body === TOMBSTONE_BODY) return undefined;
  try {
    const { Item: item } = (JSON.parse(body) ?? {}) as { Item: AttributeMap };
    canonicalItem(item); // refuses what is not DynamoDB JSON
    return item;
  } catch (cause) {
    // Stryker disable next-line ConditionalExpression: anything else is a mistake of this program, which no text makes
    if (!(cause instanceof SyntaxError || cause instanceof UnreadableValueError)) throw cause;
    throw new UnreadableImageError(`its body is not {"Item":{…}} in DynamoDB JSON: ${cause.message}`, { cause });
  }
}

function damaged(name: string, value: string, expected: string): UnreadableImageError {
  return new UnreadableImageError(`its metadata ${name} is ${JSON.stringify(value)}; expected ${expected}`);
}
