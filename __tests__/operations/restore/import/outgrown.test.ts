import fc from 'fast-check';
import type { BatchTable } from '../../../../aws/batchTable';
import type { TableSettings } from '../../../../aws/tableSettings';
import { bringBack, type BringBackRequest } from '../../../../operations/restore/bringBack';
import {
  OutgrownError,
  refusingOutgrown,
  secondsAlone,
  whyOutgrown,
} from '../../../../operations/restore/import/outgrown';
import type { UnfinishedNotes } from '../../../../operations/restore/unfinished';
import { bucketOf, keySchema } from '../../engine/support/engineRun';

const bucket = bucketOf(
  Array.from({ length: 4 }, (_, i) => ({ id: `u${i}`, sequence: i + 1, value: i, changedAtMs: 0 })),
);
const touched: string[] = [];
const touch = (what: string) => {
  touched.push(what);
  throw new Error(`touched: ${what}`);
};
const target = (status?: string) =>
  ({
    tableName: 'users-2',
    describe: () =>
      Promise.resolve(status && { TableStatus: status, TableArn: 'arn', CreationDateTime: new Date(0), TableId: 'id' }),
    hasItems: () => Promise.resolve(false),
    create: () => touch('create'),
    write: () => touch('write'),
    getBatch: () => touch('getBatch'),
    scan: () => touch('scan'),
  }) as unknown as BatchTable;

const request = (other: object = {}): BringBackRequest =>
  ({
    source: bucket,
    located: { prefix: '', tableName: 'users', keySchema },
    target: target(),
    targetSettings: {} as TableSettings,
    notes: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() } as unknown as UnfinishedNotes,
    given: {
      definition: {
        format: '1',
        tableName: 'users',
        createTable: {
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
        },
      },
      definitionFrom: 'here',
    },
    ...{ allowEmpty: false, onDemand: false, timeToLiveWanted: false, dryRun: false, engine: 'auto' },
    longestAloneSeconds: 0.0003, // three objects, not four
    signal: new AbortController().signal,
    pause: () => Promise.resolve(),
    nowMs: () => 0,
    mayDo: () => Promise.resolve(true),
    ...other,
  }) as unknown as BringBackRequest;

beforeEach(() => (touched.length = 0));

test('a table that outgrows one machine is left before anything is touched, with the numbers', async () => {
  const left = await bringBack(request()).catch((error: unknown) => error);
  expect(left).toBeInstanceOf(OutgrownError);
  expect((left as Error).message).toMatch(/objects with \d versions were listed, and there are more: at 8,000 items/);
  expect(touched).toEqual([]);
});

test.each([
  ['whoever has not said so', { longestAloneSeconds: undefined }],
  ['a table that one machine does in time', { longestAloneSeconds: 3_600 }],
  ['a table that is there', { target: target('ACTIVE') }],
  ['images that are asked back', { thaw: { tier: 'Standard', days: 1 } }],
  ['some items', { selectionOf: () => Promise.resolve({ isChosen: () => true }) }],
])('never for %s', async (_, other) => {
  const ended = await bringBack(request(other)).catch((error: unknown) => error);
  expect(ended).not.toBeInstanceOf(OutgrownError);
});

test('never for local secondary indexes, which an import cannot make', async () => {
  const given = request().given!;
  const createTable = { ...given.definition.createTable, LocalSecondaryIndexes: [{ IndexName: 'l' }] };
  const withIndex = { given: { ...given, definition: { ...given.definition, createTable } } };
  expect(await bringBack(request(withIndex)).catch((error: unknown) => error)).not.toBeInstanceOf(OutgrownError);
});

test('objects and their versions count, each at its own rate, and one more than fits is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 }), (sizes) => {
      const histories = sizes.map((length) => ({ objectKey: 'k', versions: Array.from<never>({ length }) }));
      const all = secondsAlone(
        sizes.length,
        sizes.reduce((a, b) => a + b, 0),
      );
      const taking = refusingOutgrown(all + 1e-9);
      for (const history of histories) taking(history);
      const refusing = refusingOutgrown(all - 1e-9);
      expect(() => histories.forEach(refusing)).toThrow(OutgrownError);
    }),
  );
});

test('of a journal it is the items of its newest base that tell', () => {
  expect(whyOutgrown(8_000 * 3_600, 3_600)).toBeUndefined();
  expect(whyOutgrown(8_000 * 3_600 + 1, 3_600)).toContain('28,800,001 items');
});
