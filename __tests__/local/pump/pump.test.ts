import fc from 'fast-check';
import { RecordsLostError, StreamGoneError } from '../../../aws/streams';
import { FakeStream } from './fakeStream';
import { everythingThatCanHappenNow, ManualClock } from './manualClock';
import { failedAt, ids, pumpUnderTest, readParked, type PumpUnderTest, type TestFunction } from './pumpUnderTest';

let clock: ManualClock;
let stream: FakeStream;
let started: PumpUnderTest[];

beforeEach(() => {
  clock = new ManualClock();
  stream = new FakeStream().addShard('shard-1');
  started = [];
});

/** Every test ends with a pump that stops and leaves nothing behind. */
afterEach(async () => {
  for (const { pump } of started) if (!pump.failure) await clock.through(pump.stop());
  expect(clock.isIdle).toBe(true);
});

async function start(...rest: DropTwo<Parameters<typeof pumpUnderTest>>): Promise<PumpUnderTest> {
  const underTest = await pumpUnderTest(stream, clock, ...rest);
  started.push(underTest);
  return underTest;
}
type DropTwo<List extends unknown[]> = List extends [unknown, unknown, ...infer Rest] ? Rest : never;

const throwOn =
  (...poison: string[]): TestFunction =>
  (batch) => {
    if (batch.some((id) => poison.includes(id))) throw new Error('poison');
  };

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
          clock = new ManualClock();
          const itemIds = items.map((item) => `item${item}`);
          stream = new FakeStream().addShard('shard-1').append('shard-1', itemIds, clock.now());
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

describe('failures', () => {
  test('without bisect a failing batch is retried whole and then parked whole, and the shard goes on', async () => {
    stream.append('shard-1', ids('a', 4), clock.now());
    const { pump, invoked, parked, taken } = await start({ batchSize: 2, maximumRetryAttempts: 2 }, throwOn('a2'));
    await clock.through(pump.drained());
    expect(invoked).toEqual([
      ['a1', 'a2'],
      ['a1', 'a2'],
      ['a1', 'a2'],
      ['a3', 'a4'],
    ]);
    expect(parked).toMatchObject([{ ids: ['a1', 'a2'], condition: 'RetryAttemptsExhausted', invokeCount: 3 }]);
    expect(taken).toEqual(['a3', 'a4']);
    expect(pump.counts).toMatchObject({
      recordsDelivered: 2,
      recordsParked: 2,
      batchesParked: 1,
      failedInvocations: 3,
      retries: 2,
    });
  });

  test('the waits between retries double, up to the longest', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const times: number[] = [];
    const { pump } = await start({ maximumRetryAttempts: 5 }, () => {
      times.push(clock.now());
      throw new Error('down');
    });
    await clock.through(pump.drained());
    expect(times.slice(1).map((time, i) => time - (times[i] ?? 0))).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  test('with -1 it is retried until the record is older than the stream keeps it, and then parked', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump, parked } = await start({}, throwOn('a1'), {
      retryBackoff: { baseMilliseconds: 3_600_000, maximumMilliseconds: 3_600_000 },
      pollIntervalMilliseconds: 3_600_000,
      discoveryIntervalMilliseconds: 3_600_000,
    });
    await clock.through(pump.drained());
    expect(parked).toMatchObject([{ ids: ['a1'], condition: 'RecordAgeExceeded', invokeCount: 25 }]);
  });

  test('records older than the maximum age are parked without being tried, younger ones of the batch are delivered', async () => {
    stream.append('shard-1', ['old1', 'old2'], clock.now() - 61_000).append('shard-1', ['young'], clock.now());
    const { pump, parked, invoked } = await start({ maximumRecordAgeInSeconds: 60 });
    await clock.through(pump.drained());
    expect(invoked).toEqual([['young']]);
    expect(parked).toMatchObject([{ ids: ['old1', 'old2'], condition: 'RecordAgeExceeded', invokeCount: 0 }]);
    expect(JSON.parse(parked[0]!.body)).not.toHaveProperty('responseContext');
  });

  test('a partial response is a checkpoint: what is before is done, all from it on comes again', async () => {
    stream.append('shard-1', ids('a', 5), clock.now());
    let isFirst = true;
    const { pump, invoked } = await start({ functionResponseTypes: ['ReportBatchItemFailures'] }, (_, event) => {
      const response = isFirst ? failedAt(event, 'a3') : null;
      isFirst = false;
      return response;
    });
    await clock.through(pump.drained());
    expect(invoked).toEqual([ids('a', 5), ['a3', 'a4', 'a5']]);
    expect(pump.counts).toMatchObject({ recordsDelivered: 5, partialInvocations: 1, failedInvocations: 0, retries: 1 });
  });

  test('a batch that stays partly failed is parked from its checkpoint on, good records behind it included', async () => {
    stream.append('shard-1', ids('a', 5), clock.now());
    const report: TestFunction = (_, event) => failedAt(event, 'a3');
    const mapping = { functionResponseTypes: ['ReportBatchItemFailures'], maximumRetryAttempts: 2 };
    const { pump, parked, invoked } = await start({ ...mapping, bisectBatchOnFunctionError: true }, report);
    await clock.through(pump.drained());
    expect(invoked).toEqual([ids('a', 5), ['a3', 'a4', 'a5'], ['a3', 'a4', 'a5'], ['a3', 'a4', 'a5']]);
    expect(parked).toMatchObject([{ ids: ['a3', 'a4', 'a5'], condition: 'RetryAttemptsExhausted' }]);
    expect(JSON.parse(parked[0]!.body)).toMatchObject({ responseContext: { statusCode: 200 } });
    expect(JSON.parse(parked[0]!.body)).not.toHaveProperty('responseContext.functionError');
    expect(pump.counts).toMatchObject({ recordsDelivered: 2, recordsParked: 3 });
  });

  test('a response that names no record of the batch fails all of it', async () => {
    stream.append('shard-1', ids('a', 2), clock.now());
    const mapping = { functionResponseTypes: ['ReportBatchItemFailures'], maximumRetryAttempts: 0 };
    const { pump, parked, problems } = await start(mapping, () => ({ batchItemFailures: [{ itemIdentifier: '' }] }));
    await clock.through(pump.drained());
    expect(parked).toMatchObject([{ ids: ['a1', 'a2'] }]);
    expect(problems.join()).toContain('names no record of the batch');
  });

  test('a response is ignored unless the mapping asks for it', async () => {
    stream.append('shard-1', ids('a', 2), clock.now());
    const { pump, invoked } = await start({}, (_, event) => failedAt(event, 'a1'));
    await clock.through(pump.drained());
    expect(invoked).toHaveLength(1);
    expect(pump.counts.recordsDelivered).toBe(2);
  });

  test('law: bisect parks exactly the poison, wherever it is, and delivers every other record once and in order', async () => {
    const streams = fc
      .integer({ min: 1, max: 60 })
      .chain((count) =>
        fc.tuple(fc.constant(ids('a', count)), fc.subarray(ids('a', count)), fc.integer({ min: 1, max: 30 })),
      );
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(2), async ([all, poison, batchSize], maximumRetryAttempts) => {
        clock = new ManualClock();
        stream = new FakeStream().addShard('shard-1').append('shard-1', all, clock.now());
        const mapping = { batchSize, maximumRetryAttempts, bisectBatchOnFunctionError: true };
        const { pump, parked, taken } = await start(mapping, throwOn(...poison));
        await clock.through(pump.drained());
        expect(taken).toEqual(all.filter((id) => !poison.includes(id)));
        expect(parked.map((batch) => batch.ids)).toEqual(poison.map((id) => [id]));
        await clock.through(pump.stop());
      }),
      { numRuns: 60 },
    );
  });

  test('law: with any mixture of errors and checkpoints every record is delivered or parked', async () => {
    const plans = fc.array(fc.oneof(fc.constant('throw'), fc.constant('ok'), fc.nat(20)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        plans,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (plan, count, batchSize, bisectBatchOnFunctionError) => {
          clock = new ManualClock();
          const all = ids('a', count);
          stream = new FakeStream().addShard('shard-1').append('shard-1', all, clock.now());
          const done = new Set<string>();
          let call = 0;
          const fn: TestFunction = (batch, event) => {
            const step = plan[call++] ?? 'ok';
            if (step === 'throw') throw new Error('planned');
            const failed = typeof step === 'number' ? batch[step] : undefined;
            for (const id of failed === undefined ? batch : batch.slice(0, batch.indexOf(failed))) done.add(id);
            return failed === undefined ? null : failedAt(event, failed);
          };
          const mapping = {
            batchSize,
            bisectBatchOnFunctionError,
            maximumRetryAttempts: 2,
            functionResponseTypes: ['ReportBatchItemFailures'],
          };
          const { pump, parked } = await start(mapping, fn);
          await clock.through(pump.drained());
          const parkedIds = parked.flatMap((batch) => batch.ids);
          expect([...done, ...parkedIds].sort()).toEqual([...all].sort());
          expect(pump.counts).toMatchObject({ recordsDelivered: done.size, recordsParked: parkedIds.length });
          await clock.through(pump.stop());
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a function that takes too long has failed; the context tells it how long it has', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const remaining: number[] = [];
    const { pump, parked, problems } = await start(
      { maximumRetryAttempts: 1 },
      async (_batch, _event, _same, context) => {
        remaining.push(context.getRemainingTimeInMillis());
        await clock.sleep(10_000, new AbortController().signal);
        remaining.push(context.getRemainingTimeInMillis());
        return new Promise(() => undefined);
      },
    );
    await clock.through(pump.drained());
    expect(remaining).toEqual([30_000, 20_000, 30_000, 20_000]);
    expect(parked).toMatchObject([{ ids: ['a1'], invokeCount: 2 }]);
    expect(problems.join()).toContain('Task timed out after 30.00 seconds');
  });

  test('what a function does to its event does not reach the next attempt, nor the parked batch', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump, invoked, parked } = await start({ maximumRetryAttempts: 1 }, (_, event) => {
      event.Records.splice(0);
      throw new Error('after tampering');
    });
    await clock.through(pump.drained());
    expect(invoked).toEqual([['a1'], ['a1']]);
    expect(parked).toMatchObject([{ ids: ['a1'] }]);
  });

  test('a function that throws before it returns a promise, and one that throws no error, have failed', async () => {
    stream.append('shard-1', ids('a', 2), clock.now());
    const { pump, problems } = await start({ batchSize: 1, maximumRetryAttempts: 0 }, undefined, {
      invoke: (event) => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a foreign function may do
        if (event.Records[0]?.dynamodb?.Keys?.id?.S === 'a1') throw 'a text';
        throw new TypeError('at once');
      },
    });
    await clock.through(pump.drained());
    expect(pump.counts.recordsParked).toBe(2);
    expect(problems.join()).toMatch(/a text.*TypeError: at once/);
  });
});

describe('parking', () => {
  test('while parking fails the shard waits, and says so; nothing is dropped', async () => {
    stream.append('shard-1', ids('a', 2), clock.now());
    let outage = 3;
    const written: string[] = [];
    const { pump, taken, problems } = await start({ batchSize: 1, maximumRetryAttempts: 0 }, throwOn('a1'), {
      park: (_, body) => {
        expect(taken).toEqual([]);
        if (outage-- > 0) return Promise.reject(new Error('503 Slow Down'));
        written.push(...readParked(body).ids);
        return Promise.resolve();
      },
    });
    await clock.through(pump.drained());
    expect(written).toEqual(['a1']);
    expect(taken).toEqual(['a2']);
    expect(pump.counts).toMatchObject({ parkFailures: 3, batchesParked: 1 });
    expect(problems.filter((problem) => problem.includes('503 Slow Down'))).toHaveLength(3);
  });

  test('without a destination a failed batch is discarded, as Lambda does, and it is said', async () => {
    stream.append('shard-1', ids('a', 2), clock.now());
    const mapping = { batchSize: 1, maximumRetryAttempts: 0, destinationConfig: {} };
    const { pump, parked, problems, taken } = await start(mapping, throwOn('a1'));
    await clock.through(pump.drained());
    expect(parked).toEqual([]);
    expect(taken).toEqual(['a2']);
    expect(pump.counts).toMatchObject({ recordsDiscarded: 1, recordsParked: 0 });
    expect(problems.join()).toContain('1 records discarded');
  });

  test('the object lies where Lambda puts it', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump, parked } = await start({ maximumRetryAttempts: 0 }, throwOn('a1'));
    await clock.through(pump.drained());
    expect(parked[0]?.objectKey).toMatch(
      /^aws\/lambda\/mapping-1\/shard-1\/2026\/11\/23\/2026-11-23T12\.00\.00-[0-9a-f-]{36}$/,
    );
  });
});

describe('drained, stop and failure', () => {
  test('drained does not wait for records written after the call, however fast they come', async () => {
    stream.pageSize = 10;
    stream.append('shard-1', ids('a', 25), clock.now());
    const { pump, taken } = await start({ batchSize: 10 }, () => clock.sleep(1, new AbortController().signal));
    const drained = pump.drained();
    // More than is read: no page is ever empty.
    stream.beforePage = () => void stream.append('shard-1', ids('later', 20), clock.now());
    await clock.through(drained);
    expect(taken).toEqual(expect.arrayContaining(ids('a', 25)));
    expect(pump.counts.recordsRead).toBeGreaterThan(25);
  });

  test('stop lets the running invocation end, starts no other, and leaves nothing running', async () => {
    stream.append('shard-1', ids('a', 3), clock.now());
    const { pump, invoked, taken } = await start({ batchSize: 1 }, () =>
      clock.sleep(5000, new AbortController().signal),
    );
    await everythingThatCanHappenNow();
    const stopped = pump.stop();
    await everythingThatCanHappenNow();
    expect(taken).toEqual([]);
    await clock.through(stopped);
    expect(taken).toEqual(['a1']);
    expect(invoked).toEqual([['a1']]);
    expect(clock.isIdle).toBe(true);
    const pages = stream.pages.length;
    await clock.advance(60_000);
    expect(stream.pages).toHaveLength(pages);
  });

  test.each([
    ['a wait between retries', { maximumRetryAttempts: 5 }, throwOn('a1')],
    ['a batching window', { maximumBatchingWindowInSeconds: 300 }, undefined],
    ['an empty stream', {}, undefined],
  ])('stop during %s is immediate', async (_, mapping, fn) => {
    if (Object.keys(mapping).length > 0) stream.append('shard-1', ['a1'], clock.now());
    const { pump, invoked } = await start(mapping, fn);
    await everythingThatCanHappenNow();
    const before = { nowMs: clock.now(), invocations: invoked.length };
    await pump.stop();
    expect({ nowMs: clock.now(), invocations: invoked.length }).toEqual(before);
    expect(clock.isIdle).toBe(true);
  });

  test('stop while parking fails does not wait for the outage to end', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump } = await start({ maximumRetryAttempts: 0 }, throwOn('a1'), {
      park: () => Promise.reject(new Error('503')),
    });
    await everythingThatCanHappenNow();
    await pump.stop();
    expect(pump.counts).toMatchObject({ recordsParked: 0, recordsDelivered: 0 });
  });

  test('drained fails when the pump is stopped first, and afterwards', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump } = await start({ maximumBatchingWindowInSeconds: 300 });
    const drained = pump.drained();
    const failed = expect(drained).rejects.toThrow('stopped before everything was delivered');
    await everythingThatCanHappenNow();
    await pump.stop();
    await failed;
    await expect(pump.drained()).rejects.toThrow('stopped');
  });

  test('records that left the stream unread break the pump aloud', async () => {
    stream.append('shard-1', ids('a', 3), clock.now());
    const { pump, problems } = await start();
    await clock.through(pump.drained());
    stream.append('shard-1', ids('b', 3), clock.now()).trim('shard-1', 4);
    await expect(clock.through(pump.drained())).rejects.toThrow(RecordsLostError);
    await expect(pump.stop()).rejects.toThrow(RecordsLostError);
    expect(pump.failure).toBeInstanceOf(RecordsLostError);
    expect(problems.join()).toContain('the pump has broken');
  });

  test('with LATEST, a position that expires before the first record is a loss', async () => {
    const { pump } = await start({ startingPosition: 'LATEST' });
    stream.append('shard-1', ['a1'], clock.now());
    stream.expireIterators();
    await clock.until(() => pump.failure !== undefined);
    expect(pump.failure).toBeInstanceOf(RecordsLostError);
  });

  test('a stream that goes away breaks the pump; the running invocation is let end', async () => {
    stream.append('shard-1', ['a1'], clock.now());
    const { pump, taken } = await start({}, () => clock.sleep(5000, new AbortController().signal));
    await everythingThatCanHappenNow();
    stream.isGone = true;
    await clock.until(() => pump.failure !== undefined);
    await expect(clock.through(pump.stop())).rejects.toThrow(StreamGoneError);
    expect(taken).toEqual(['a1']);
  });

  test('there is no pump without a stream', async () => {
    stream.isGone = true;
    await expect(start()).rejects.toThrow(StreamGoneError);
    await expect(start({}, undefined, { functionTimeoutSeconds: 901 })).rejects.toThrow(
      'functionTimeoutSeconds is 901',
    );
  });
});
