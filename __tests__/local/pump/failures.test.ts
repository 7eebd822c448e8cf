import fc from 'fast-check';
import { failedAt, ids, readParked, type TestFunction } from './pumpUnderTest';
import { clock, start, startOver, stream, throwOn, usePumps } from './usePumps';

usePumps();

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
        startOver(all);
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
          const all = ids('a', count);
          startOver(all);
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
        // oxlint-disable-next-line typescript/only-throw-error -- what a foreign function may do
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
