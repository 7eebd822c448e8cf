import fc from 'fast-check';
import { gunzipSync, gzipSync } from 'node:zlib';
import { digestOf } from '../../../core/digest';
import { UnknownFormatError, UnreadableImageError } from '../../../core/errors';
import { backfillImage, encodeImage, repairImage, type ImageHeader } from '../../../core/image';
import { journalKey, nameInJournalKey } from '../../../core/journal/journalKeys';
import { imageOfLine } from '../../../core/journal/journalLine';
import { encodeJournal, readJournal, type JournalEntry, type JournalKind } from '../../../core/journal/journalObject';
import { objectKeyOf } from '../../../core/objectKey';
import { readImage } from '../../../core/readImage';
import { item } from '../arbitraries';

const table = { prefix: 'eu/', tableName: 'accounts' };
const STREAM_LABEL = '2026-11-23T08:00:00.000';
const AT_MS = Date.UTC(2026, 10, 23, 8, 0, 5);

const header = fc.record({
  event: fc.constantFrom('INSERT', 'MODIFY', 'REMOVE'),
  sequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 40n - 1n }).map(String),
  previousDigest: fc.constantFrom('none', 'a'.repeat(64)),
  deletedBy: fc.constantFrom(undefined, 'dynamodb.amazonaws.com'),
  isTimeOfReceipt: fc.constantFrom(undefined, true as const),
});
const entry = fc.tuple(fc.string({ minLength: 1, maxLength: 9 }), header, item).map(([id, one, state]) => {
  const { sequenceNumber, ...rest } = one;
  const position = { source: 'stream', streamLabel: STREAM_LABEL, sequenceNumber } as const;
  const whole: ImageHeader = { ...rest, position, changedAtMs: AT_MS };
  return {
    objectKey: objectKeyOf(table, { partitionKey: 'id' }, { id: { S: id } }),
    image: encodeImage(whole, one.event === 'REMOVE' ? undefined : state),
  };
});
const entries = fc.array(entry, { minLength: 1, maxLength: 6 });
const written = (of: readonly JournalEntry[], kind: JournalKind = 'capture') =>
  encodeJournal({ table, kind, writtenAtMs: AT_MS, entries: of });

describe('journal objects', () => {
  test('law: what is read back is what the image layout would have stored, in the same order', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const { objectKey, body } = written(given);
        const batch = readJournal(table, objectKey, body);
        const back = batch.lines.map((line) => ({ objectKey: line.objectKey, image: imageOfLine(line, batch) }));
        expect(back).toEqual(given);
        for (const { image } of back) expect(() => readImage({ ...image, storedAtMs: AT_MS })).not.toThrow();
      }),
    );
  });

  test('law: the same batch is the same object, and another one is another', () => {
    fc.assert(
      fc.property(entries, entries, (some, others) => {
        expect(written(some)).toEqual(written(some));
        if (JSON.stringify(some) === JSON.stringify(others)) return;
        expect(written(others).objectKey).not.toBe(written(some).objectKey);
      }),
    );
  });

  test('the body of each change is the seventh field of its line, byte for byte', () => {
    const image = backfillImage({ id: { S: 'a\tb' }, note: { S: 'one\ntwo' } }, AT_MS);
    const { body } = written([{ objectKey: 'eu/accounts/a%09b/image.json', image }], 'backfill');
    const [, line = ''] = gunzipSync(body).toString('utf8').split('\n');
    expect(line.split('\t')[6]).toBe(image.body);
    expect(digestOf(line.split('\t')[6]!)).toBe(image.metadata['dcs-digest']);
  });

  test('what others than capture wrote says so: its place proves nothing', () => {
    const image = repairImage(undefined, { source: 'stream', streamLabel: STREAM_LABEL, sequenceNumber: '7' }, AT_MS);
    const object = written([{ objectKey: 'eu/accounts/a/image.json', image }], 'repair');
    const batch = readJournal(table, object.objectKey, object.body);
    const { header: read } = readImage({ ...imageOfLine(batch.lines[0]!, batch), storedAtMs: AT_MS });
    expect(read).toMatchObject({ event: 'REPAIR', position: { source: 'repair', sequenceNumber: '7' } });
    expect(read.writeId).toBe(nameInJournalKey(table, object.objectKey)?.digestStart);
  });

  test('an object is of one stream', () => {
    const of = (streamLabel: string) => ({
      objectKey: 'eu/accounts/a/image.json',
      image: encodeImage({
        ...{ event: 'REMOVE', changedAtMs: AT_MS, previousDigest: 'none' },
        position: { source: 'stream', streamLabel, sequenceNumber: '1' },
      }),
    });
    expect(() => written([of('a'), of('b')])).toThrow('one stream');
    expect(() => written([])).toThrow('at least one');
  });

  test('an image that another version wrote is refused', () => {
    const image = { body: '{}', metadata: {} };
    expect(() => written([{ objectKey: 'eu/accounts/a/image.json', image }])).toThrow(UnreadableImageError);
  });

  describe('damage', () => {
    const whole = written([
      { objectKey: 'eu/accounts/a/image.json', image: backfillImage({ id: { S: 'a' } }, AT_MS) },
      { objectKey: 'eu/accounts/b/image.json', image: backfillImage({ id: { S: 'b' } }, AT_MS) },
    ]);
    const text = gunzipSync(whole.body).toString('utf8');
    /** A text under a key that says its own digest. */
    const named = (changed: string, lines = 2) => ({
      objectKey: journalKey(table, AT_MS, { firstSequenceNumber: '', lines, digest: digestOf(changed) }),
      body: gzipSync(changed),
    });

    test('law: no cut and no changed byte passes for the object', () => {
      fc.assert(
        fc.property(fc.nat(whole.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
          const flipped = Buffer.from(whole.body);
          flipped[at] = (flipped[at]! + by) % 256;
          for (const bytes of [flipped, whole.body.subarray(0, at)]) {
            try {
              // Some bytes of gzip's head say nothing about the text.
              expect(readJournal(table, whole.objectKey, bytes)).toEqual(
                readJournal(table, whole.objectKey, whole.body),
              );
            } catch (error) {
              expect(error).toBeInstanceOf(UnreadableImageError);
            }
          }
        }),
      );
    });

    test.each([
      ['a line less', text.split('\n').toSpliced(2, 1).join('\n'), 2],
      ['a key with another number of lines', text, 3],
      ['no line break at its end', text.slice(0, -1), 2],
      ['another table', text.replace('\taccounts\t', '\tusers\t'), 2],
      ['an unknown kind', text.replace('\tcapture\t', '\tfair\t'), 2],
      ['a number of lines that is none', text.replace('\t2\n', '\ttwo\n'), 2],
      ['a line with a field too few', text.replace('\tBACKFILL\t', '\t'), 2],
      ['no head', text.replace('#dcs-journal', 'dcs'), 2],
      ['an item of another table', text.replaceAll('eu/accounts/a/', 'eu/users/a/'), 2],
      ['an object that is no image', text.replaceAll('a/image.json', 'table.json'), 2],
    ])('%s is refused', (_, changed, lines) => {
      const { objectKey, body } = named(changed, lines);
      expect(() => readJournal(table, objectKey, body)).toThrow(UnreadableImageError);
    });

    test('a newer format is refused by name', () => {
      const { objectKey, body } = named(text.replace('#dcs-journal\t1', '#dcs-journal\t2'));
      expect(() => readJournal(table, objectKey, body)).toThrow(UnknownFormatError);
    });

    test('what unpacks into more than any batch has is not unpacked', () => {
      const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
      expect(() => readJournal(table, whole.objectKey, bomb)).toThrow('larger');
    });

    test.each(['journal/x', 'journal/2026/13/01/00/', 'runs/2026'])('%s is no name of one', (rest) => {
      expect(nameInJournalKey(table, `eu/=dcs/accounts/${rest}`)).toBeUndefined();
      expect(() => readJournal(table, `eu/=dcs/accounts/${rest}`, whole.body)).toThrow(UnreadableImageError);
    });
  });
});
