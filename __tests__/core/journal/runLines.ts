import fc from 'fast-check';
import { encodeImage, backfillImage, repairImage, type StoredImage } from '../../../core/image';
import { lineOfImage } from '../../../core/journal/journalLine';
import { textOfRunLine } from '../../../core/journal/runLine';
import { objectKeyOf } from '../../../core/objectKey';
import { item } from '../arbitraries';

export const table = { prefix: 'eu/', tableName: 'accounts' };
const START_MS = Date.UTC(2026, 10, 23, 8);

const placed = fc.record({
  label: fc.constantFrom('2026-11-23T08:00:00.000', '2026-11-20T08:00:00.000'),
  sequenceNumber: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.bigInt({ min: 0n, max: 10n ** 21n })).map(String),
  event: fc.constantFrom('INSERT' as const, 'MODIFY' as const, 'REMOVE' as const),
  changedAtMs: fc.integer({ min: 0, max: 90 }).map((seconds) => START_MS + seconds * 1_000),
  isTimeOfReceipt: fc.constantFrom(undefined, true as const),
  item,
});

/** Images of every kind that a journal has. */
const image: fc.Arbitrary<StoredImage> = fc.oneof(
  placed.map(({ label: streamLabel, sequenceNumber, item: state, ...header }) =>
    encodeImage(
      { ...header, position: { source: 'stream', streamLabel, sequenceNumber }, previousDigest: 'none' },
      header.event === 'REMOVE' ? undefined : state,
    ),
  ),
  placed.map(({ item: state, changedAtMs }) => backfillImage(state, changedAtMs)),
  placed.map(({ label: streamLabel, sequenceNumber, item: state, changedAtMs }) =>
    repairImage(state, { source: 'stream', streamLabel, sequenceNumber }, changedAtMs),
  ),
  placed.map(({ changedAtMs }) => repairImage(undefined, undefined, changedAtMs)),
);

/** Run lines of a few items; of some changes there are several. */
export const runLines: fc.Arbitrary<string[]> = fc
  .array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'é'),
      image,
      storedAt: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
      writeId: fc.constantFrom(undefined, '0123456789abcdef'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((changes) =>
    changes.flatMap(({ id, image: one, storedAt, writeId }) => {
      const line = lineOfImage(objectKeyOf(table, { partitionKey: 'id' }, { id: { S: id } }), one);
      const streamLabel = one.metadata['dcs-stream-label'] ?? '-';
      return storedAt.map((seconds) =>
        textOfRunLine({ ...line, streamLabel, storedAtMs: START_MS + 100_000 + seconds * 1_000, writeId }),
      );
    }),
  );

/** Run lines of one item. */
export const linesOfOneItem = runLines.map((lines) => {
  const [first = ''] = lines;
  const objectKey = first.slice(0, first.indexOf('\t'));
  return lines.map((line) => objectKey + line.slice(line.indexOf('\t')));
});
