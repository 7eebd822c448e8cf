import fc from 'fast-check';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { encodeImage, itemDigest } from '../../../core/image';
import { diffTable, type ItemDifference } from '../../../operations/diff/diffTable';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } };
const [BEGIN_MS, HOUR_MS] = [Date.UTC(2026, 0, 5), 3_600_000];

interface Happening {
  readonly id: number;
  readonly atMs: number;
  /** Undefined: deleted. */
  readonly value: number | undefined;
}

const itemOf = ({ id, value }: Happening): AttributeMap | undefined =>
  value === undefined ? undefined : { id: { S: `u${id}` }, v: { N: String(value) } };

function bucketOf(happenings: readonly Happening[]): MemoryBucket {
  const bucket = new MemoryBucket();
  const last = new Map<number, AttributeMap | undefined>();
  for (const [n, happening] of happenings.entries()) {
    const { id, atMs } = happening;
    const item = itemOf(happening);
    const event = item ? (last.get(id) ? 'MODIFY' : 'INSERT') : 'REMOVE';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) } as const;
    const header = { event, position, changedAtMs: atMs, previousDigest: itemDigest(last.get(id)) } as const;
    bucket.store(`users/u${id}/image.json`, encodeImage(header, item), atMs + 1_000);
    last.set(id, item);
  }
  return bucket;
}

const happenings = fc
  .array(
    fc.record({
      id: fc.nat(5),
      afterMinutes: fc.integer({ min: 1, max: 2_000 }),
      value: fc.option(fc.nat(2), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((list) => {
    let atMs = BEGIN_MS;
    const last = new Map<number, number | undefined>();
    return list.flatMap(({ id, afterMinutes, value }): Happening[] => {
      if (last.get(id) === value) return []; // a stream shows no change that changes nothing
      last.set(id, value);
      return [{ id, value, atMs: (atMs += afterMinutes * 60_000) }];
    });
  })
  .filter((list) => list.length > 0);

/** By other code than the one under test. */
function replayed(all: readonly Happening[], momentMs: number): Map<number, string> {
  const items = new Map<number, string>();
  for (const happening of all.filter(({ atMs }) => atMs <= momentMs)) {
    const item = itemOf(happening);
    if (item) items.set(happening.id, canonicalItem(item));
    else items.delete(happening.id);
  }
  return items;
}

function whatBecame(before: string | undefined, after: string | undefined): ItemDifference['is'] {
  if (before === undefined) return after === undefined ? 'absent' : 'added';
  if (after === undefined) return 'removed';
  return before === after ? 'same' : 'changed';
}

test('law: each item that was ever there counts once, and one that was there at neither moment is not the same', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.nat(60), fc.integer({ min: 1, max: 60 }), async (all, hours, more) => {
      const fromMs = BEGIN_MS + hours * HOUR_MS;
      const toMs = fromMs + more * HOUR_MS;
      const [before, after] = [replayed(all, fromMs), replayed(all, toMs)];
      const ids = [...new Set(all.map(({ id }) => id))];
      const wanted = Object.fromEntries(
        ids.map((id) => [`users/u${id}/image.json`, whatBecame(before.get(id), after.get(id))]),
      );
      const found: Record<string, string> = {};
      const counts = await diffTable({
        ...{ source: bucketOf(all), table, fromMs, toMs, selection: {}, signal: new AbortController().signal },
        watch: { onItem: ({ is, objectKey }) => (found[objectKey] = is) },
      });
      expect(found).toEqual(wanted);
      for (const [is, number] of Object.entries(counts))
        expect(number).toBe(Object.values(wanted).filter((one) => one === is).length);
    }),
    { numRuns: 200 },
  );
});
