import fc from 'fast-check';
import {
  createdAfterFormer,
  creationsAfterFormer,
  gapsWithinTables,
  isOfFormerTable,
  mayBeOfTable,
  tableIdOf,
  tablesSince,
  type StoredLife,
} from '../../core/formerTable';
import { NO_ITEM, type ImageHeader } from '../../core/image';
import { HOUR_MS } from './storedHistories';

const at = (hours: number) => hours * HOUR_MS;
const life = (tableId: string | undefined, createdHours: number | undefined, storedHours: number): StoredLife => ({
  tableId,
  createdAt: createdHours === undefined ? undefined : new Date(at(createdHours)).toISOString(),
  storedAtMs: at(storedHours),
});

test('a table is told by its id, and where DynamoDB gave none by its name and time of creation', () => {
  const [TableArn, CreationDateTime] = ['arn:aws:dynamodb:eu-west-1:111111111111:table/users', new Date(5)];
  expect(tableIdOf({ TableId: 'a', TableArn, CreationDateTime })).toBe('a');
  expect(tableIdOf({ TableArn, CreationDateTime })).toBe(`${TableArn} 5`);
  expect(tableIdOf({})).toBe(' undefined');
});

test.each<[string, StoredLife[], number, number | undefined]>([
  ['no definition', [], Infinity, undefined],
  ['one table all the time', [life('a', 1, 2), life('a', 1, 50)], Infinity, undefined],
  ['another table since', [life('a', 1, 2), life('b', 10, 11)], Infinity, at(10)],
  ['another table, at a moment before it', [life('a', 1, 2), life('b', 10, 11)], at(9), undefined],
  ['another table, at the moment of its creation', [life('a', 1, 2), life('b', 10, 11)], at(10), at(10)],
  [
    'another table, of which no time of creation is known',
    [life('a', 1, 2), life('b', undefined, 11)],
    Infinity,
    undefined,
  ],
  [
    'another table, with a definition of the former one of less than an hour before',
    [life('a', 1, 9.5), life('b', 10, 11)],
    Infinity,
    at(10),
  ],
  ['another table, without an id', [life('a', 1, 2), life(undefined, 10, 11)], Infinity, undefined],
  [
    'the definition before it kept no id, and was stored an hour before the table by a clock that may be an hour off',
    [life(undefined, undefined, 9), life('b', 10, 11)],
    Infinity,
    undefined,
  ],
  [
    'the definition before it kept no id, and was stored longer before the table',
    [life(undefined, undefined, 8.999), life('b', 10, 11)],
    Infinity,
    at(10),
  ],
  ['a moment between creation and its definition', [life('a', 1, 2), life('b', 10, 40)], at(12), at(10)],
  ['a third one', [life('a', 1, 2), life('b', 10, 11), life('c', 20, 21)], at(25), at(20)],
  [
    'the definition before it kept no id and is of this very table',
    [life(undefined, undefined, 2), life('a', 1, 50)],
    Infinity,
    undefined,
  ],
  [
    'the definition before it kept no id and is older than the table',
    [life(undefined, undefined, 2), life('b', 10, 11)],
    Infinity,
    at(10),
  ],
  ['no id at all', [life(undefined, undefined, 2), life(undefined, undefined, 20)], Infinity, undefined],
  ['the first definition that there is', [life('b', 10, 11)], Infinity, undefined],
])('when the table was created, where there was a former one: %s', (_, lives, momentMs, expected) => {
  expect(createdAfterFormer(lives, momentMs)).toBe(expected);
});

describe('whether an image is of the former table', () => {
  const created = Date.UTC(2026, 0, 5, 12);
  const label = (ms: number) => new Date(ms).toISOString().slice(0, -1);
  const stream = (ms: number) => ({ source: 'stream', streamLabel: label(ms), sequenceNumber: '1' }) as const;
  const later = { storedAtMs: created + HOUR_MS };
  test.each([
    ['captured late from the former stream', stream(created - HOUR_MS), created - 5_000, later, true],
    ['of the stream that the table was created with', stream(created), created + 5_000, later, false],
    ['of a stream that was switched on again later', stream(created + HOUR_MS), created + HOUR_MS, later, false],
    ['of a stream enabled a second before, as far as S3 tells', stream(created - 1_000), created, later, false],
    ['of a stream enabled longer before', stream(created - 1_001), created, later, true],
    [
      'of a repair on the former stream',
      { ...stream(created - HOUR_MS), source: 'repair', readAtMs: 0 } as const,
      created,
      later,
      true,
    ],
    [
      'read an hour before, by a clock that may be an hour off',
      { source: 'backfill', readAtMs: 0 } as const,
      created - HOUR_MS,
      later,
      false,
    ],
    ['read longer before', { source: 'backfill', readAtMs: 0 } as const, created - HOUR_MS - 1, later, true],
    ['a backfill of before', { source: 'backfill', readAtMs: 0 } as const, created - 2 * HOUR_MS, later, true],
    ['a backfill of this table', { source: 'backfill', readAtMs: 0 } as const, created + 60_000, later, false],
    ['stored before the table was there', stream(created), created, { storedAtMs: created - 60_000 }, true],
  ])('%s', (_, position, changedAtMs, version, expected) => {
    expect(isOfFormerTable({ position, changedAtMs }, version, created)).toBe(expected);
    expect(isOfFormerTable({ position, changedAtMs }, version, undefined)).toBe(false);
  });
  test.each([
    ['a second before it was created', created - 1_000, false],
    ['in the second in which it was created, of which S3 tells the beginning', created - 999, true],
  ])('a version that was stored %s may be of the table, or may not', (_, storedAtMs, expected) => {
    expect(mayBeOfTable({ storedAtMs }, created)).toBe(expected);
    expect(mayBeOfTable({ storedAtMs }, undefined)).toBe(true);
  });
});

describe('several tables of one name, one after the other', () => {
  const creationsMs = [at(100), at(200), at(300)];

  test('the creations of all but the first are known, whatever is asked of which moment', () => {
    const lives = [life('a', 1, 2), life('b', 10, 11), life('b', 10, 15), life('c', 20, 21)];
    expect(creationsAfterFormer(lives)).toEqual([at(10), at(20)]);
    expect(creationsAfterFormer(lives.slice(0, 1))).toEqual([]);
  });

  test('the first one comes first, however late and in whatever order the definitions were stored', () => {
    expect(creationsAfterFormer([life('a', 1, 2), life('b', 10, 30), life('c', 20, 31)])).toEqual([at(10), at(20)]);
    const lives = [life('a', 1, 2), life('d', 20, 21), life('b', 10, 22), life('c', 15, 23)];
    expect(creationsAfterFormer(lives)).toEqual([at(10), at(15)]);
  });

  /** Changes of one item that were made in tables one after the other, each beginning with an item that is not the last one's. */
  const ofTable = (table: number, change: number, previousDigest: string): Of => ({
    header: {
      event: 'INSERT',
      changedAtMs: at(table * 100 + change),
      digest: `${table} ${change}`,
      previousDigest,
      position: {
        ...{ source: 'stream', sequenceNumber: String(change + 1) },
        streamLabel: new Date(at(table * 100)).toISOString().slice(0, -1),
      },
    },
    version: { storedAtMs: at(table * 100 + change) },
  });
  interface Of {
    header: ImageHeader;
    version: { storedAtMs: number };
  }
  const chains = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 4 });

  test('a whole chain in each is no gap, and none without its middle is one, in any order', () => {
    fc.assert(
      fc.property(chains, fc.boolean(), fc.infiniteStream(fc.nat()), (lengths, isWhole, shuffle) => {
        const images = lengths.flatMap((length, table) =>
          Array.from({ length: isWhole ? length : length + 2 }, (_, change) =>
            ofTable(table, change, change === 0 ? NO_ITEM : `${table} ${change - 1}`),
          ).filter((_, change) => isWhole || change !== length),
        );
        const ordered = images
          .map((image) => [shuffle.next().value, image] as const)
          .sort(([a], [b]) => a! - b!)
          .map(([, image]) => image);
        expect(ordered.map((image) => 3 - tablesSince(image, creationsMs))).toEqual(
          ordered.map(({ header }) => Number(header.digest!.split(' ')[0])),
        );
        const tablesWithGaps = gapsWithinTables(ordered, creationsMs).map(({ before }) => before.digest!.split(' ')[0]);
        expect(tablesWithGaps).toEqual(isWhole ? [] : ['0', '1', '2', '3']);
      }),
    );
  });

  test('without former tables it is one chain', () => {
    const images = [ofTable(0, 0, NO_ITEM), ofTable(1, 0, 'another')];
    expect(gapsWithinTables(images, [])).toHaveLength(1);
    expect(gapsWithinTables(images, creationsMs)).toEqual([]);
  });
});
