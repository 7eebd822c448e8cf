import { RecordsLostError, StreamGoneError } from '../../../local/aws/streamReader';
import { everythingThatCanHappenNow } from './manualClock';
import { ids } from './pumpUnderTest';
import { clock, start, stream, throwOn, usePumps } from './usePumps';

usePumps();

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
