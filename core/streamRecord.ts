import type { AttributeMap } from './attributeValue';
import { canonicalValue } from './canonicalItem';
import { changeTime } from './changeTime';
import { UnreadableRecordError, UnreadableValueError } from './errors';
import { encodeImage, itemDigest, type ImageHeader, type StoredImage } from './image';
import { keyNames, objectKeyOf, type KeySchema, type TableLocation } from './objectKey';
import { parseStreamArn } from './streamArn';
import { quoted } from './quoted';

/** A record of a DynamoDB stream as Lambda delivers it. Everything is optional because nothing is taken on trust. */
export interface StreamRecord {
  readonly eventName?: string;
  readonly eventSourceARN?: string;
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string };
  readonly dynamodb?: {
    /** Epoch seconds, as documented; see {@link changeTime} for what else has been seen. */
    readonly ApproximateCreationDateTime?: unknown;
    readonly Keys?: AttributeMap;
    readonly NewImage?: AttributeMap;
    readonly OldImage?: AttributeMap;
    readonly SequenceNumber?: string;
    readonly StreamViewType?: string;
  };
}

/** The table whose stream is read. */
export interface CapturedTable extends TableLocation {
  readonly keySchema: KeySchema;
}

const EVENTS = {
  INSERT: { old: false, new: true },
  MODIFY: { old: true, new: true },
  REMOVE: { old: true, new: false },
} as const;
type StreamEvent = keyof typeof EVENTS;

const VIEW_TYPE = 'NEW_AND_OLD_IMAGES';

/** The object key that a record's image belongs under. Known even of a record whose images cannot be read. */
export function recordObjectKey(table: CapturedTable, record: StreamRecord): string {
  return readable(record, () => objectKeyOf(table, table.keySchema, recordKeys(record)));
}

/** The sequence number of a record: digits. */
export function recordSequenceNumber(record: StreamRecord): string {
  const sequenceNumber = (record as StreamRecord | null)?.dynamodb?.SequenceNumber;
  if (typeof sequenceNumber === 'string' && /^\d{1,40}$/.test(sequenceNumber)) return sequenceNumber;
  throw new UnreadableRecordError(
    `a record has the sequence number ${quoted(sequenceNumber)}; expected up to 40 digits`,
  );
}

/**
 * The image of a record's change, and what is about the change.
 *
 * @param receivedAtMs stands for the time of a record that has none, or one that cannot be; epoch milliseconds
 * @param nowMs see {@link changeTime}
 * @throws UnreadableRecordError
 */
export function recordImage(
  table: CapturedTable,
  record: StreamRecord,
  receivedAtMs: number,
  nowMs: number = receivedAtMs,
): StoredImage & { header: ImageHeader } {
  return readable(record, () => {
    const event = eventOf(record);
    const { NewImage: newImage, OldImage: oldImage } = imagesOf(record, event);
    const { streamLabel } = streamOf(table, record);
    if (newImage) requireKeysIn(table.keySchema, recordKeys(record), newImage);

    const header: ImageHeader = {
      event,
      position: { source: 'stream', streamLabel, sequenceNumber: recordSequenceNumber(record) },
      // Stryker disable next-line OptionalChaining: for the compiler; it has images
      ...changeTime(record.dynamodb?.ApproximateCreationDateTime, receivedAtMs, nowMs),
      previousDigest: itemDigest(oldImage),
      deletedBy: deletedBy(record),
    };
    return { header, ...encodeImage(header, newImage) };
  });
}

function eventOf({ eventName }: StreamRecord): StreamEvent {
  if (typeof eventName === 'string' && Object.hasOwn(EVENTS, eventName)) return eventName as StreamEvent;
  throw new UnreadableRecordError(`its event is ${quoted(eventName)}; known are ${Object.keys(EVENTS).join(', ')}`);
}

/** A service principal is the name of a host; what is none is not kept, and costs no change. */
function deletedBy({ userIdentity }: StreamRecord): string | undefined {
  if (userIdentity?.type !== 'Service') return undefined;
  const { principalId }: { principalId?: unknown } = userIdentity;
  return typeof principalId === 'string' && /^[\w.-]{1,255}$/.test(principalId) ? principalId : undefined;
}

/** A stream that shows keys only, or one of both images, cannot be captured: there would be holes in the history. */
function imagesOf(
  { dynamodb }: StreamRecord,
  event: StreamEvent,
): { NewImage?: AttributeMap; OldImage?: AttributeMap } {
  // From outside it may be null, which is no default's business.
  const { NewImage, OldImage, StreamViewType } = dynamodb ?? {};
  const missing = [
    ...(EVENTS[event].new && NewImage === undefined ? ['NewImage'] : []),
    ...(EVENTS[event].old && OldImage === undefined ? ['OldImage'] : []),
  ];
  if (missing.length > 0) {
    const without = `${event} without ${missing.join(' and ')}`;
    if (StreamViewType === VIEW_TYPE)
      throw new UnreadableRecordError(`${without}, although the stream's view type is ${VIEW_TYPE}`);
    throw new UnreadableRecordError(
      `${without}: the stream's view type is ${typeof StreamViewType === 'string' ? StreamViewType : 'not given'}, ` +
        `it has to be ${VIEW_TYPE}. Disable the table's stream and enable it with that view type`,
    );
  }
  return { NewImage: EVENTS[event].new ? NewImage : undefined, OldImage: EVENTS[event].old ? OldImage : undefined };
}

function streamOf(table: CapturedTable, { eventSourceARN = '' }: StreamRecord): { streamLabel: string } {
  const stream = parseStreamArn(eventSourceARN);
  if (!stream)
    throw new UnreadableRecordError(`its eventSourceARN is ${quoted(eventSourceARN)}, not a DynamoDB stream's`);
  if (stream.tableName !== table.tableName) {
    throw new UnreadableRecordError(
      `it is of the table ${stream.tableName}, this function captures ${table.tableName}; correct the event source mapping`,
    );
  }
  return stream;
}

function recordKeys({ dynamodb }: StreamRecord): AttributeMap {
  const keys = dynamodb?.Keys as AttributeMap | null | undefined; // It comes from outside.
  if (keys === undefined || keys === null) throw new UnreadableRecordError('it has no Keys');
  return keys;
}

/** The image is found by the record's keys and restored with the item's: they must be the same. */
function requireKeysIn(schema: KeySchema, keys: AttributeMap, item: AttributeMap): void {
  for (const name of keyNames(schema)) {
    const [inKeys, inItem] = [keys[name], item[name]].map((value) => value && canonicalValue(value, name));
    if (inKeys !== inItem) {
      throw new UnreadableRecordError(
        `its key ${name} is ${inKeys ?? 'missing'} and ${inItem ?? 'missing'} in its NewImage`,
      );
    }
  }
}

/** Names the record in whatever goes wrong while it is read. */
function readable<Result>(record: StreamRecord, read: () => Result): Result {
  const given: unknown = record;
  if (typeof given !== 'object' || given === null)
    throw new UnreadableRecordError(`a stream record is ${quoted(given)}, not an object`);
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableRecordError || error instanceof UnreadableValueError)) throw error;
    const stated: unknown = record.dynamodb?.SequenceNumber;
    const sequenceNumber = typeof stated === 'string' ? stated : 'without a sequence number';
    throw new UnreadableRecordError(`stream record ${sequenceNumber}: ${error.message}`, { cause: error });
  }
}
