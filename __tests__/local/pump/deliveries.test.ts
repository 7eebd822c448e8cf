import fc from 'fast-check';
import { everythingThatCanHappenNow } from './manualClock';
import { ids } from './pumpUnderTest';
import { clock, start, startOver, stream, usePumps } from './usePumps';

usePumps();

describe('reading', () => {
  test('records of a stream are delivered in batches of the batch size, in order', async () => {
    stream.append('shard-1', ids('a', 7), clock.now());
    const { pump, invoked } = await start({ batchSize: 3 });
    await clock.through(pump.drained());
    expect(invoked).toEqual([['a1', 'a2', 'a3'], ['a4', 'a5', 'a6'], ['a7']]);
    expect(pump.counts).toMatchObject({ recordsRead: 7, recordsDelivered: 7, invocations: 3, failedInvocations: 0 });
  });

  test('records that are written later are found without asking', async () => {
    const { taken } = await start();
    await clock.advance(1000);
    stream.append('shard-1', ['a1'], clock.now());
    await clock.until(() => taken.length === 1);
  });

  test('a shard without records is asked four times a second', async () => {
    await start();
    await clock.advance(0);
    const before = stream.pages.length;
    await clock.advance(2001);
    expect(stream.pages.length - before).toBe(8);
  });

  test('a child shard begins only when its parent is read and delivered to the end', async () => {
    stream.append('shard-1', ids('parent', 3), clock.now()).closeShard('shard-1');
    stream.addShard('shard-2', 'shard-1').append('shard-2', ids('child', 2), clock.now());
    let failures = 2;
    const { pump, invoked, taken } = await start({ batchSize: 2 }, (batch) => {
      if (batch.includes('parent3') && failures-- > 0) throw new Error('not yet');
    });
    await clock.through(pump.drained());
    expect(taken).toEqual(['parent1', 'parent2', 'parent3', 'child1', 'child2']);
    expect(invoked).toHaveLength(5);
    expect(stream.pages.findIndex(({ shardId }) => shardId === 'shard-2')).toBeGreaterThan(0);
  });

  test('shards without a relation are delivered side by side', async () => {
    stream.addShard('shard-2').append('shard-1', ['a1'], clock.now()).append('shard-2', ['b1'], clock.now());
    const { pump, invoked } = await start({}, () => new Promise(() => undefined));
    await everythingThatCanHappenNow();
    expect(invoked).toEqual([['a1'], ['b1']]);
    expect(pump.counts.recordsDelivered).toBe(0);
  });

  test('a shard that appears while the pump runs is found: at the end of its parent, and by looking from time to time', async () => {
    const startMs = clock.now();
    const { taken } = await start();
    await clock.advance(500);
    stream.closeShard('shard-1').addShard('shard-2', 'shard-1').append('shard-2', ['child'], clock.now());
    await clock.until(() => taken.length === 1);
    expect(clock.now() - startMs).toBeLessThan(10_000);
    stream.addShard('shard-9').append('shard-9', ['other'], clock.now());
    await clock.until(() => taken.length === 2);
    expect(taken).toEqual(['child', 'other']);
  });

  test('LATEST leaves out what was written before the start, and reads later shards from their beginning', async () => {
    stream.append('shard-1', ['old'], clock.now()).addShard('closed').append('closed', ['older'], clock.now());
    stream.closeShard('closed');
    const { pump, taken } = await start({ startingPosition: 'LATEST' });
    stream.append('shard-1', ['new'], clock.now()).closeShard('shard-1');
    stream.addShard('shard-2', 'shard-1').append('shard-2', ['child'], clock.now());
    await clock.through(pump.drained());
    await clock.until(() => taken.length === 2);
    expect(taken).toEqual(['new', 'child']);
  });

  test('an expired iterator is renewed after the last record read: nothing is lost or doubled', async () => {
    stream.append('shard-1', ids('a', 3), clock.now());
    const { pump, taken } = await start();
    await clock.through(pump.drained());
    stream.expireIterators();
    stream.append('shard-1', ids('b', 3), clock.now());
    await clock.through(pump.drained());
    expect(taken).toEqual([...ids('a', 3), ...ids('b', 3)]);
  });

  test('a slow function bounds what is read ahead', async () => {
    stream.append('shard-1', ids('a', 20_000), clock.now());
    const { pump } = await start({ batchSize: 100 }, () => new Promise(() => undefined), {
      functionTimeoutSeconds: 900,
    });
    await clock.advance(60_000);
    expect(pump.counts.recordsRead).toBe(2000);
  });
});

describe('batching', () => {
  test('an incomplete batch waits for the window, a full one does not', async () => {
    const { invoked } = await start({ batchSize: 3, maximumBatchingWindowInSeconds: 20 });
    stream.append('shard-1', ['a1'], clock.now());
    await clock.advance(10_000);
    stream.append('shard-1', ['a2'], clock.now());
    await clock.advance(9000);
    expect(invoked).toEqual([]);
    await clock.advance(2000);
    expect(invoked).toEqual([['a1', 'a2']]);
    stream.append('shard-1', ['b1', 'b2', 'b3'], clock.now());
    await clock.advance(1000);
    expect(invoked).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2', 'b3'],
    ]);
  });

  test('at the end of a shard nothing more can come: the batch does not wait', async () => {
    stream.append('shard-1', ['a1'], clock.now()).closeShard('shard-1');
    const { invoked } = await start({ maximumBatchingWindowInSeconds: 300 });
    await everythingThatCanHappenNow();
    expect(invoked).toEqual([['a1']]);
  });

  test('an event stays below 6 MB', async () => {
    stream.append('shard-1', ids('x'.repeat(200_000), 40), clock.now());
    const sizes: number[] = [];
    const { pump, invoked } = await start({ batchSize: 10_000 }, (_, event) => {
      sizes.push(Buffer.byteLength(JSON.stringify(event)));
    });
    await clock.through(pump.drained());
    expect(invoked.flat()).toHaveLength(40);
    for (const size of sizes) expect(size).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(Math.max(...sizes)).toBeGreaterThan(5 * 1024 * 1024);
  });

  test('law: with any parallelization, records of one item are never under way together and never overtake', async () => {
    const changes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 5 }),
        async (items, parallelizationFactor, batchSize) => {
          const itemIds = items.map((item) => `item${item}`);
          startOver(itemIds);
          const underWay = new Set<string>();
          const delivered: string[] = [];
          const { pump } = await start({ parallelizationFactor, batchSize }, async (batch, event) => {
            for (const id of new Set(batch)) {
              expect(underWay).not.toContain(id);
              underWay.add(id);
            }
            // Batches take different times, so that lanes do overtake each other.
            await clock.sleep((batch.length * 7919) % 1000, new AbortController().signal);
            for (const id of batch) underWay.delete(id);
            delivered.push(
              ...event.Records.map(({ dynamodb }) => `${dynamodb?.Keys?.id?.S} ${dynamodb?.SequenceNumber}`),
            );
          });
          await clock.through(pump.drained());
          for (const id of new Set(itemIds)) {
            const ofItem = delivered.filter((text) => text.startsWith(`${id} `));
            expect(ofItem).toHaveLength(itemIds.filter((other) => other === id).length);
            expect(ofItem).toEqual([...ofItem].sort());
          }
          expect(pump.counts.failedInvocations).toBe(0);
          await clock.through(pump.stop());
        },
      ),
      { numRuns: 50 },
    );
  });

  test('lanes of one shard run at the same time, up to the parallelization factor', async () => {
    stream.append('shard-1', ids('a', 200), clock.now());
    const { invoked } = await start({ parallelizationFactor: 4, batchSize: 5 }, () => new Promise(() => undefined));
    await everythingThatCanHappenNow();
    expect(invoked).toHaveLength(4);
  });
});
