import fc from 'fast-check';
import { DcsError } from '../../core/errors';
import { levelsOfJson } from '../../core/levelsOfJson';
import { readParkedBatch } from '../../core/parkedBatch';
import { readImage } from '../../core/readImage';
import { recordImage, recordObjectKey, type StreamRecord } from '../../core/streamRecord';
import { readTableDefinition } from '../../core/tableDefinition';
import { readExportFiles, readExportSummary } from '../../core/tableExport';
import { digestOf } from '../../core/digest';
import { userRecord, USERS } from '../fixtures/streamRecords';

/** With the metadata of an image of ours, and as the predecessor's. */
const ours = (body: string) => ({
  body,
  storedAtMs: 0,
  metadata: {
    ...{ 'dcs-format': '1', 'dcs-event': 'BACKFILL', 'dcs-time': '2026-01-01T00:00:00Z' },
    'dcs-digest': digestOf(body),
  },
});
const readers: Record<string, (text: string) => unknown> = {
  'an image': (text) => readImage(ours(text)),
  "a predecessor's image": (text) => readImage({ body: text, metadata: {}, storedAtMs: 0 }),
  'table.json': readTableDefinition,
  'a parked batch': (text) => {
    const { records } = readParkedBatch(text);
    for (const record of records) recordObjectKey(USERS, record);
  },
  'a summary of an export': readExportSummary,
  'files of an export': (text) => readExportFiles(text, 'export'),
  'a record of a parked batch': (text) => recordImage(USERS, JSON.parse(text) as StreamRecord, 0),
};

/** Whatever it is, it is read, or refused by a sentence of ours: never a stack trace of somebody's parser. */
function expectReadOrRefused(read: (text: string) => unknown, text: string): void {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof DcsError)) throw error;
  }
}

const deep = (levels: number) => `${'{"M":{"a":'.repeat(levels)}{"S":"x"}${'}}'.repeat(levels)}`;
const ODD = [
  ...['null', 'true', '7', '"text"', '[]', '[null]', '{}', '{"Item":null}', '{"Item":[]}', '{"Item":{"id":null}}'],
  ...[
    '{"a":1e400}',
    '{"Item":{"a":{"N":"1e400"}}}',
    '{"Records":null}',
    '{"format":"1"}',
    '{"format":"1","createTable":7}',
  ],
  ...['{"format":"1","tableName":"t","createTable":{"KeySchema":[null],"AttributeDefinitions":7}}'],
  ...[20_000, 200].flatMap((levels) => [
    `{"Item":{"a":${deep(levels)}}}`,
    `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
  ]),
];

describe.each(Object.entries(readers))('%s', (_, read) => {
  test.each(ODD.map((text) => [text.length > 80 ? `${text.slice(0, 40)}… (${text.length} characters)` : text, text]))(
    'is read or refused by name: %s',
    (_name, text) => expectReadOrRefused(read, text),
  );

  test('law: any JSON is read or refused by name', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => expectReadOrRefused(read, text)));
  });
});

test('law: a record with anything in the place of any of its parts is read or refused by name', () => {
  const good = userRecord({ id: 'a', sequenceNumber: '7', from: {}, to: {} });
  const part = fc.constantFrom(...Object.keys(good.dynamodb ?? {}));
  fc.assert(
    fc.property(part, fc.oneof(fc.constantFrom(null, { toString: 0 }), fc.anything()), (name, value) => {
      const record = { ...good, dynamodb: { ...good.dynamodb, [name]: value } } as StreamRecord;
      expectReadOrRefused(() => recordImage(USERS, record, 0), '');
      expectReadOrRefused(() => recordObjectKey(USERS, record), '');
    }),
  );
});

test('law: so is one with anything in the place of any part beside these, or of all of them', () => {
  const good = userRecord({ id: 'a', sequenceNumber: '7', from: {}, to: {} });
  const part = fc.constantFrom(...Object.keys(good), 'userIdentity');
  fc.assert(
    fc.property(part, fc.oneof(fc.constantFrom(null, {}, [null]), fc.anything()), (name, value) => {
      for (const record of [{ ...good, [name]: value }, value] as StreamRecord[]) {
        expectReadOrRefused(() => recordImage(USERS, record, 0), '');
        expectReadOrRefused(() => recordObjectKey(USERS, record), '');
      }
    }),
  );
});

test('law: levels are those of the parsed value', () => {
  const levels = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levels)) : 0;
  fc.assert(fc.property(fc.jsonValue(), (value) => expect(levelsOfJson(JSON.stringify(value))).toBe(levels(value))));
});
