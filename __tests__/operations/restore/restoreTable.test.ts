import fc from 'fast-check';
import { requireAsPlanned, requireNothingNewer } from '../../../operations/restore/beforeRestore';
import { restoreTable, type LeftItem, type RestoreRequest } from '../../../operations/restore/restoreTable';
import type { RestoreMode } from '../../../operations/restore/plan';
import type { AttributeMap } from '../../../core/attributeValue';
import { canonicalItem } from '../../../core/canonicalItem';
import { encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf, type TableLocation } from '../../../core/objectKey';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const HOUR_MS = 3_600_000;
const keySchema = { partitionKey: 'id' };
const table: TableLocation & { keySchema: { partitionKey: string } } = { prefix: '', tableName: 'users', keySchema };

/** What happens to items: who, when, and what they are afterwards (undefined: deleted). */
interface Change {
  readonly id: number;
  readonly atMs: number;
  readonly value: number | undefined;
}

const itemOf = (id: number, value: number): AttributeMap => ({ id: { S: `user ${id}` }, value: { N: String(value) } });
const objectKeyFor = (id: number) => objectKeyOf(table, keySchema, { id: { S: `user ${id}` } });

/** Changes as capture stores them, seconds after they were made. */
function bucketWith(changes: readonly Change[]): MemoryBucket {
  const bucket = new MemoryBucket();
  const states = new Map<number, AttributeMap | undefined>();
  for (const [n, { id, atMs, value }] of changes.entries()) {
    const before = states.get(id);
    const after = value === undefined ? undefined : itemOf(id, value);
    const event = after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY';
    const position = { source: 'stream', streamLabel: 'L', sequenceNumber: String(n) } as const;
    const header = { event, position, changedAtMs: atMs, previousDigest: itemDigest(before) } as const;
    bucket.store(objectKeyFor(id), encodeImage(header, after), atMs + 2_000);
    states.set(id, after);
  }
  return bucket;
}

/** The table as it was: the changes replayed, by other code than the one under test. */
function tableAt(changes: readonly Change[], momentMs: number): string[] {
  const items = new Map<number, AttributeMap>();
  for (const { id, atMs, value } of changes) {
    if (atMs > momentMs) continue;
    if (value === undefined) items.delete(id);
    else items.set(id, itemOf(id, value));
  }
  return [...items.values()].map(canonicalItem).sort();
}

const contents = ({ items }: MemoryTable): string[] => [...items.values()].map(canonicalItem).sort();

const changeList: fc.Arbitrary<Change[]> = fc
  .array(
    fc.record({
      id: fc.integer({ min: 0, max: 60 }),
      afterHours: fc.double({ min: 0.01, max: 30, noNaN: true }),
      value: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    }),
    { maxLength: 120 },
  )
  .map((list) => {
    let atMs = Date.UTC(2026, 0);
    const last = new Map<number, number | undefined>();
    return list.flatMap(({ id, afterHours, value }) => {
      if (last.get(id) === value) return []; // a stream shows no change that changes nothing
      last.set(id, value);
      return [{ id, value, atMs: (atMs += Math.round(afterHours * HOUR_MS)) }];
    });
  });

const anyMoment = fc
  .double({ min: -10, max: 2_000, noNaN: true })
  .map((hours) => Date.UTC(2026, 0) + Math.round(hours * HOUR_MS));

const tableState = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 3 })), { selector: ([id]) => id })
  .map((list) => list.map(([id, value]) => itemOf(id, value)));

const request = (
  source: MemoryBucket,
  target: MemoryTable,
  momentMs: number,
  mode: RestoreMode,
  rest: Partial<RestoreRequest> = {},
): RestoreRequest => ({
  source,
  target,
  table,
  momentMs,
  mode,
  signal: new AbortController().signal,
  nowMs: () => 0,
  pause: () => Promise.resolve(),
  allowEmpty: true,
  ...rest,
});

describe('restoring a table', () => {
  test('law: mirror makes any table exactly what it was at the moment, and says so', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, anyMoment, tableState, async (changes, momentMs, items) => {
        const target = new MemoryTable(keySchema, items);
        const report = await restoreTable(request(bucketWith(changes), target, momentMs, 'mirror'));
        expect(contents(target)).toEqual(tableAt(changes, momentMs));
        expect(report).toMatchObject({ left: 0, differences: 0 });
      }),
    );
  });

  test('law: merge adds and changes what was there at the moment, and leaves everything else as it is', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, anyMoment, tableState, async (changes, momentMs, items) => {
        const target = new MemoryTable(keySchema, items);
        const before = contents(target);
        await restoreTable(request(bucketWith(changes), target, momentMs, 'merge'));
        const wanted = tableAt(changes, momentMs);
        const idsOf = (texts: string[]) => new Set(texts.map((text) => text.slice(0, text.indexOf('value'))));
        const untouched = before.filter((text) => !idsOf(wanted).has([...idsOf([text])][0]!));
        expect(contents(target)).toEqual([...wanted, ...untouched].sort());
      }),
    );
  });

  test('law: a dry run writes nothing and counts what the real run then does', async () => {
    await fc.assert(
      fc.asyncProperty(
        changeList,
        anyMoment,
        tableState,
        fc.constantFrom<RestoreMode>('merge', 'mirror'),
        async (changes, momentMs, items, mode) => {
          const [source, target] = [bucketWith(changes), new MemoryTable(keySchema, items)];
          const planned = await restoreTable(request(source, target, momentMs, mode, { dryRun: true }));
          expect(target.written).toBe(0);
          const done = await restoreTable(request(source, target, momentMs, mode));
          expect(done.counts).toEqual(planned.counts);
          expect(target.written).toBe(planned.counts.put + planned.counts.change + planned.counts.delete);
        },
      ),
    );
  });

  test('law: what DynamoDB leaves unprocessed is sent again until it is written', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, fc.array(fc.nat(25), { minLength: 1, maxLength: 40 }), async (changes, accepted) => {
        const target = new MemoryTable(keySchema);
        let call = 0;
        target.accepts = () => accepted[call++] ?? 25;
        await restoreTable(request(bucketWith(changes), target, Infinity, 'fill'));
        expect(contents(target)).toEqual(tableAt(changes, Infinity));
      }),
    );
  });

  test('law: stopped anywhere, the same restore goes on to the same end', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, tableState, fc.nat(30), async (changes, items, writesBeforeStop) => {
        const [source, target] = [bucketWith(changes), new MemoryTable(keySchema, items)];
        const interruption = new AbortController();
        target.accepts = (batch) => {
          if (target.written + batch.length > writesBeforeStop) interruption.abort(new Error('stopped'));
          return interruption.signal.aborted ? Math.max(0, writesBeforeStop - target.written) : batch.length;
        };
        const stopped = request(source, target, Infinity, 'mirror', { signal: interruption.signal });
        await restoreTable(stopped).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
        target.accepts = (batch) => batch.length;
        await restoreTable(request(source, target, Infinity, 'mirror'));
        expect(contents(target)).toEqual(tableAt(changes, Infinity));
      }),
    );
  });

  const twoUsers: Change[] = [
    { id: 1, atMs: 10 * HOUR_MS, value: 1 },
    { id: 2, atMs: 11 * HOUR_MS, value: 2 },
  ];

  test('an item whose history begins later is left alone and listed, and mirror does not delete it', async () => {
    const bucket = bucketWith(twoUsers);
    const header = { event: 'BACKFILL', position: { source: 'backfill', readAtMs: 12 * HOUR_MS } } as const;
    bucket.store(objectKeyFor(3), encodeImage({ ...header, changedAtMs: 12 * HOUR_MS }, itemOf(3, 3)), 12 * HOUR_MS);
    const target = new MemoryTable(keySchema, [itemOf(3, 0), itemOf(4, 0)]);
    const left: LeftItem[] = [];
    const report = await restoreTable(
      request(bucket, target, 11.5 * HOUR_MS, 'mirror', { watch: { onLeft: (item) => left.push(item) } }),
    );
    expect(contents(target)).toEqual([itemOf(1, 1), itemOf(2, 2), itemOf(3, 0)].map(canonicalItem));
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { put: 2, delete: 1, unknown: 1 } });
    expect(left).toMatchObject([{ why: 'unknown', objectKey: objectKeyFor(3) }]);
  });

  test('a damaged image is listed as unreadable, and the other items come back', async () => {
    const bucket = bucketWith(twoUsers);
    const header = { event: 'INSERT', position: { source: 'stream', streamLabel: 'L', sequenceNumber: '9' } } as const;
    const image = encodeImage({ ...header, changedAtMs: 12 * HOUR_MS, previousDigest: 'none' }, itemOf(3, 3));
    bucket.store(objectKeyFor(3), { ...image, body: image.body.replace('"3"', '"4"') }, 12 * HOUR_MS);
    const left: LeftItem[] = [];
    const target = new MemoryTable(keySchema);
    const report = await restoreTable(
      request(bucket, target, Infinity, 'fill', { watch: { onLeft: (item) => left.push(item) } }),
    );
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { put: 2, unreadable: 1 } });
    expect(left[0]?.reason).toContain('its body has the digest');
  });

  test('an item that DynamoDB refuses is listed, and its neighbours in the batch are written', async () => {
    const target = new MemoryTable(keySchema);
    target.refuses = (operation) => 'put' in operation && canonicalItem(operation.put).includes('user 2');
    const left: LeftItem[] = [];
    const report = await restoreTable(
      request(bucketWith(twoUsers), target, Infinity, 'fill', { watch: { onLeft: (item) => left.push(item) } }),
    );
    expect(contents(target)).toEqual([canonicalItem(itemOf(1, 1))]);
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { put: 1, rejected: 1 } });
    expect(left).toMatchObject([{ why: 'rejected', objectKey: objectKeyFor(2), reason: 'item is refused' }]);
  });

  test('a batch that is too large for DynamoDB is halved until it is taken', async () => {
    const changes = Array.from({ length: 25 }, (_, id) => ({ id, atMs: id, value: id }));
    const target = new MemoryTable(keySchema);
    target.takesBytes = 120;
    const report = await restoreTable(request(bucketWith(changes), target, Infinity, 'fill'));
    expect(contents(target)).toEqual(tableAt(changes, Infinity));
    expect(report).toMatchObject({ left: 0, differences: 0, counts: { put: 25, rejected: 0 } });
  });

  test('a change that DynamoDB refuses leaves the item as it was: listed once, and no difference', async () => {
    const target = new MemoryTable(keySchema, [itemOf(2, 0)]);
    target.refuses = (operation) => 'put' in operation && canonicalItem(operation.put).includes('user 2');
    const report = await restoreTable(request(bucketWith(twoUsers), target, Infinity, 'mirror'));
    expect(contents(target)).toEqual([itemOf(1, 1), itemOf(2, 0)].map(canonicalItem));
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { put: 1, change: 0, rejected: 1 } });
  });

  test('a table that is changed meanwhile by somebody else is found out, item by item', async () => {
    const target = new MemoryTable(keySchema);
    const differences: string[] = [];
    const report = await restoreTable(
      request(bucketWith(twoUsers), target, Infinity, 'fill', {
        watch: {
          onWritten: () => {
            target.items.delete(canonicalItem({ id: { S: 'user 1' } }));
            target.items.set(canonicalItem({ id: { S: 'user 9' } }), itemOf(9, 9));
          },
          onDifference: (action) => differences.push(`${action.do} ${action.objectKey}`),
        },
      }),
    );
    expect(report.differences).toBe(2);
    expect(differences.sort()).toEqual([`delete ${objectKeyFor(9)}`, `put ${objectKeyFor(1)}`]);
  });

  describe('that is continued', () => {
    const HOUR = (hours: number) => hours * HOUR_MS;
    const changes: Change[] = [...twoUsers, { id: 3, atMs: HOUR(12), value: 3 }, { id: 1, atMs: HOUR(30), value: 10 }];
    const continued = (target: MemoryTable, rest: Partial<RestoreRequest> = {}) =>
      request(bucketWith(changes), target, Infinity, 'merge', { continuesSinceMs: HOUR(20), ...rest });

    test('puts what is missing, and takes further what it had written itself', async () => {
      const target = new MemoryTable(keySchema, [itemOf(1, 1)]);
      await requireNothingNewer(continued(target), 'back');
      const report = await restoreTable(continued(target));
      expect(contents(target)).toEqual(tableAt(changes, Infinity));
      expect(report).toMatchObject({ left: 0, differences: 0, counts: { put: 2, change: 1 } });
    });

    test('is refused before anything is written where an item was changed since, and names it', async () => {
      const target = new MemoryTable(keySchema, [itemOf(2, 77)]);
      await expect(requireNothingNewer(continued(target), 'back')).rejects.toThrow(
        `1 item of it was changed since (${objectKeyFor(2)})`,
      );
      expect(target.written).toBe(0);
    });

    test('leaves an item that is changed after that look as it is, and lists it', async () => {
      const target = new MemoryTable(keySchema, [itemOf(2, 77), itemOf(9, 9)]);
      const left: LeftItem[] = [];
      const watch = { onLeft: (item: LeftItem) => left.push(item) };
      const report = await restoreTable(continued(target, { watch }));
      expect(contents(target)).toEqual(
        [
          ...tableAt(changes, Infinity).filter((text) => !text.includes('user 2')),
          ...[itemOf(2, 77), itemOf(9, 9)].map(canonicalItem),
        ].sort(),
      );
      expect(left).toMatchObject([{ why: 'newer', objectKey: objectKeyFor(2) }]);
      expect(report).toMatchObject({ left: 1, counts: { newer: 1 } });
    });

    test('deletes nothing: what it had written itself and has been deleted since is listed, what somebody else wrote is not', async () => {
      const deleted = [2, 3].map((id): Change => ({ id, atMs: HOUR(31), value: undefined }));
      const target = new MemoryTable(keySchema, [itemOf(1, 10), itemOf(2, 2), itemOf(3, 33)]);
      const left: LeftItem[] = [];
      const watch = { onLeft: (item: LeftItem) => left.push(item) };
      const source = bucketWith([...changes, ...deleted]);
      const report = await restoreTable(continued(target, { source, watch }));
      expect(contents(target)).toEqual([itemOf(1, 10), itemOf(2, 2), itemOf(3, 33)].map(canonicalItem));
      expect(left).toMatchObject([{ why: 'deletedSince', objectKey: objectKeyFor(2) }]);
      expect(report).toMatchObject({ left: 1, differences: 0, counts: { deletedSince: 1 } });
    });
  });

  test('law: a table with items of which nothing was said is as planned, or refused; it is never written to', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, fc.option(tableState, { nil: undefined }), async (changes, items) => {
        const source = bucketWith(changes);
        const target = new MemoryTable(keySchema, items);
        if (!items) await restoreTable(request(source, target, Infinity, 'fill'));
        const before = target.written;
        const isAsPlanned = JSON.stringify(contents(target)) === JSON.stringify(tableAt(changes, Infinity));
        const looked = requireAsPlanned(request(source, target, Infinity, 'merge'), 'back');
        if (isAsPlanned) expect(await looked).toMatchObject({ differences: 0, left: 0 });
        else await expect(looked).rejects.toThrow('has items. Say what becomes of them: --merge');
        expect(target.written).toBe(before);
      }),
    );
  });

  test('what is to be done once everything is written is done before the comparison', async () => {
    const target = new MemoryTable(keySchema);
    const order: string[] = [];
    const whenWritten = () => Promise.resolve(void order.push(`written ${target.written}`));
    await restoreTable(
      request(bucketWith(twoUsers), target, Infinity, 'fill', {
        whenWritten,
        watch: { onCompared: () => order.push('compared') },
      }),
    );
    expect(order).toEqual(['written 2', 'compared', 'compared']);
  });

  test('items whose time to live has passed since the moment are counted, and no others', async () => {
    const changes = [2, 5, 8, 11, 20].map((hours) => ({ id: hours, atMs: 0, value: hours * 3_600 }));
    const timeToLive = { attributeName: 'value', nowMs: 11 * HOUR_MS };
    const expiredOf = async (attributeName: string) =>
      (
        await restoreTable(
          request(bucketWith(changes), new MemoryTable(keySchema), 5 * HOUR_MS, 'fill', {
            timeToLive: { ...timeToLive, attributeName },
          }),
        )
      ).expired;
    expect(await expiredOf('value')).toBe(2);
    for (const other of ['id', 'none', '__proto__']) expect(await expiredOf(other)).toBe(0);
  });

  const lies: Record<string, (items: Map<string, AttributeMap>, key: string) => void> = {
    changed: (items, key) => items.set(key, { ...items.get(key), lie: { BOOL: true } }),
    lost: (items, key) => items.delete(key),
    added: (items) => items.set(canonicalItem({ id: { S: 'lie' } }), itemOf(999, 1)),
    exchanged: (items, key) => {
      lies.lost?.(items, key);
      lies.added?.(items, key);
    },
  };

  test('law: one item that is changed, lost or added before the comparison, and the table is not what was planned', async () => {
    await fc.assert(
      fc.asyncProperty(changeList, fc.constantFrom(...Object.keys(lies)), fc.nat(), async (changes, lie, which) => {
        const target = new MemoryTable(keySchema);
        const seeded = jest.spyOn(target, 'scan').mockImplementationOnce((...segment) => {
          const keys = [...target.items.keys()];
          fc.pre(keys.length > 0);
          lies[lie]?.(target.items, keys[which % keys.length]!);
          seeded.mockRestore();
          return target.scan(...segment);
        });
        const report = await restoreTable(request(bucketWith(changes), target, Infinity, 'fill'));
        expect(report.differences).toBeGreaterThan(0);
      }),
    );
  });

  test('chosen items: those alone are touched; one without any image is listed', async () => {
    const target = new MemoryTable(keySchema, [itemOf(1, 0), itemOf(5, 5)]);
    const keys = [1, 7].map((id) => ({ id: { S: `user ${id}` } }));
    const report = await restoreTable(
      request(bucketWith(twoUsers), target, Infinity, 'merge', {
        keys: { [Symbol.asyncIterator]: () => fromList(keys) },
      }),
    );
    expect(contents(target)).toEqual([itemOf(1, 1), itemOf(5, 5)].map(canonicalItem));
    expect(report).toMatchObject({ left: 1, differences: 0, counts: { change: 1, unknown: 1 } });
  });

  test.each([
    [
      'a former spelling, of the predecessor',
      'users/user 9/image.json',
      { body: '{"id":"user 9","value":5}', metadata: {} },
    ],
    [
      'the object of another item',
      objectKeyFor(8),
      encodeImage(
        {
          ...{ event: 'INSERT', position: { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } },
          ...{ changedAtMs: 1_000, previousDigest: itemDigest(undefined) },
        } as const,
        itemOf(9, 5),
      ),
    ],
  ])('no mirror deletes an item that only %s tells of', async (_, objectKey, image) => {
    const source = bucketWith(twoUsers);
    source.store('users/table.json', { body: '{}', metadata: {} }, 1_000);
    source.store(objectKey, image, 2_000);
    const target = new MemoryTable(keySchema, [itemOf(3, 3), itemOf(9, 7)]);
    const report = await restoreTable(request(source, target, Infinity, 'mirror'));
    expect(contents(target)).toContain(canonicalItem(itemOf(9, 7)));
    expect(contents(target)).not.toContain(canonicalItem(itemOf(3, 3)));
    expect(report).toMatchObject({ left: 1, counts: { delete: 1 } });
  });
});

async function* fromList<Value>(values: readonly Value[]): AsyncGenerator<Value> {
  for (const value of values) yield await Promise.resolve(value);
}
