import { CLOCK_SLACK_MS } from '../../core/history';
import { UnreadableImageError } from '../../core/errors';
import { digestOf } from '../../core/digest';
import {
  backfillImage,
  encodeImage,
  LARGEST_IMAGE_BYTES,
  repairImage,
  tooLargeImage,
  withWriteId,
} from '../../core/image';
import { readHeader, readImage } from '../../core/readImage';

const STORED_AT_MS = Date.UTC(2026, 10, 23, 8);
const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '7' } as const;
const image = encodeImage(
  { event: 'INSERT', position, changedAtMs: STORED_AT_MS, previousDigest: 'none' },
  { id: { S: 'a' } },
);
const header =
  (metadata: Record<string, string>, of = image) =>
  () =>
    readHeader({ metadata: { ...of.metadata, ...metadata }, storedAtMs: STORED_AT_MS });
const without =
  (name: string, of = image) =>
  () => {
    const metadata = Object.fromEntries(Object.entries(of.metadata).filter(([one]) => one !== name));
    return readHeader({ metadata, storedAtMs: STORED_AT_MS });
  };
const body = (text: string) => () =>
  readImage({ body: text, metadata: { ...image.metadata, 'dcs-digest': digestOf(text) }, storedAtMs: STORED_AT_MS });

const hex = 'a'.repeat(64);
test.each<[string, () => unknown, string]>([
  [
    'an event of its own',
    header({ 'dcs-event': 'MERGE' }),
    'dcs-event is "MERGE"; expected one of INSERT, MODIFY, REMOVE, BACKFILL, REPAIR',
  ],
  ['no event', without('dcs-event'), 'dcs-event is ""'],
  ['no time', without('dcs-time'), 'dcs-time is ""; expected an ISO 8601 time'],
  ['no stream label', without('dcs-stream-label'), 'dcs-stream-label is ""; expected the label of a stream'],
  ['no sequence number', without('dcs-sequence-number'), 'dcs-sequence-number is ""; expected digits'],
  ['something before the digits', header({ 'dcs-sequence-number': 'x7' }), 'dcs-sequence-number is "x7"'],
  ['no place in a stream', header({ 'dcs-stream-label': '', 'dcs-sequence-number': '' }), 'dcs-stream-label is ""'],
  ['no digest', without('dcs-digest'), 'dcs-digest is ""; expected 64 hexadecimal digits'],
  ['something before the digest', header({ 'dcs-digest': `x${hex}` }), `dcs-digest is "x${hex}"`],
  ['something behind the digest', header({ 'dcs-digest': `${hex}x` }), `dcs-digest is "${hex}x"`],
  [
    'something before the previous digest',
    header({ 'dcs-previous-digest': 'xnone' }),
    'dcs-previous-digest is "xnone"',
  ],
  [
    'something behind the previous digest',
    header({ 'dcs-previous-digest': 'nonex' }),
    'dcs-previous-digest is "nonex"',
  ],
  [
    'the digest of another body',
    () => readImage({ ...image, metadata: { ...image.metadata, 'dcs-digest': hex }, storedAtMs: STORED_AT_MS }),
    `its body has the digest ${digestOf(image.body)}, its metadata says ${hex}`,
  ],
  ['a body that is no JSON', body('{"Item":'), 'its body is not {"Item":{…}} in DynamoDB JSON: Unexpected end'],
  ['a body that is null', body('null'), 'its body is not {"Item":{…}} in DynamoDB JSON: '],
  ['a body of another format', body('{"Item":{"id":{"X":"a"}}}'), 'its body is not {"Item":{…}} in DynamoDB JSON: '],
  ['a tombstone that is an insert', body('{}'), 'its event is INSERT and its body is a tombstone'],
])('an image with %s is refused by name', (_, read, message) => {
  expect(read).toThrow(UnreadableImageError);
  expect(read).toThrow(message);
});

test('the reason of a body that cannot be read is kept', () => {
  expect(body('{')).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) as Error }) as Error);
});

test('an hour later than it was stored is no time that is ahead, for a clock may be an hour off', () => {
  const at = (ms: number) => header({ 'dcs-time': new Date(STORED_AT_MS + ms).toISOString() })();
  expect(at(CLOCK_SLACK_MS)).toMatchObject({ changedAtMs: STORED_AT_MS + CLOCK_SLACK_MS });
  expect(Object.keys(at(CLOCK_SLACK_MS))).not.toContain('statedAtMs');
  expect(at(CLOCK_SLACK_MS + 1)).toMatchObject({
    changedAtMs: STORED_AT_MS,
    statedAtMs: STORED_AT_MS + CLOCK_SLACK_MS + 1,
  });
});

test('metadata of others does not make an object another one than the 2018 predecessor left', () => {
  const read = (metadata: Record<string, string>) => () => readHeader({ metadata, storedAtMs: STORED_AT_MS });
  expect(read({ owner: 'x' })()).toMatchObject({ event: 'PREDECESSOR' });
  expect(read({ owner: 'x', 'dcs-event': 'INSERT' })).toThrow('its format is undefined');
  expect(read({ 'dcs-format': '1' })).toThrow('dcs-time');
});

test.each([
  ['dcs-stream-label', 'dcs-sequence-number is "" '],
  ['dcs-sequence-number', 'dcs-stream-label is ""'],
])('a repair has a whole place in a stream, or none: with %s alone it is refused', (name) => {
  const onChange = repairImage({ id: { S: 'a' } }, position, STORED_AT_MS);
  const onNothing = repairImage({ id: { S: 'a' } }, undefined, STORED_AT_MS);
  expect(header({}, onChange)()).toMatchObject({ position: { source: 'repair', sequenceNumber: '7' } });
  expect(header({}, onNothing)()).toMatchObject({
    event: 'REPAIR',
    position: { source: 'backfill', readAtMs: STORED_AT_MS },
  });
  const other = name === 'dcs-stream-label' ? 'dcs-sequence-number' : 'dcs-stream-label';
  expect(without(other, onChange)).toThrow(other);
});

test('by its write id an image is known again; one of the predecessor gets none, by which it is known', () => {
  expect(header({}, withWriteId(image, 'w'))()).toMatchObject({ writeId: 'w' });
  expect(Object.keys(header({})())).not.toContain('writeId');
  const old = { body: '{"id":"a"}', metadata: {} };
  expect(withWriteId(old, 'w')).toBe(old);
  expect(withWriteId(image, 'w').body).toBe(image.body);
});

test('a repair is made when its place says, which is later than the one below it', () => {
  const below = { source: 'backfill', readAtMs: STORED_AT_MS + 5 } as const;
  expect(header({}, repairImage(undefined, below, STORED_AT_MS))()).toMatchObject({ changedAtMs: STORED_AT_MS + 6 });
  expect(header({}, backfillImage({ id: { S: 'a' } }, STORED_AT_MS))()).toMatchObject({ changedAtMs: STORED_AT_MS });
});

test('what is too large for an image says how large it is, and how large one is', () => {
  expect(tooLargeImage(2 * LARGEST_IMAGE_BYTES)).toMatchObject({
    name: 'UnreadableImageError',
    message: 'it has 33554432 bytes; an image has 16777216 at most, so it is not read',
  });
});

test('a time of receipt is known as such, and a stated one is not', () => {
  expect(header({ 'dcs-time-source': 'receipt' })()).toMatchObject({ isTimeOfReceipt: true });
  expect(Object.keys(header({})())).not.toContain('isTimeOfReceipt');
  expect(Object.keys(header({ 'dcs-time-source': 'stream' })())).not.toContain('isTimeOfReceipt');
});
