import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Channel } from '../../core/channel';

/** What has become of each send: undefined while it waits. */
async function sends(channel: Channel<number>, count: number): Promise<(boolean | undefined)[]> {
  const answers: (boolean | undefined)[] = Array.from({ length: count });
  for (let n = 0; n < count; n++) void channel.send(n).then((answer) => (answers[n] = answer));
  await turn();
  return answers;
}

test('law: with nobody who takes, a producer is let go on until as many values wait as there is room for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), async (capacity, count) => {
      const answers = await sends(new Channel<number>(capacity), count);
      expect(answers).toEqual(answers.map((_, n) => (n + 1 < capacity ? true : undefined)));
    }),
    { numRuns: 60 },
  );
});

test('law: whatever is sent comes once and in order, and producers that waited go on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(12), async (capacity, count) => {
      const channel = new Channel<number>(capacity);
      const answers = await sends(channel, count);
      channel.end();
      const taken: number[] = [];
      for await (const value of channel) taken.push(value);
      await turn();
      expect(taken).toEqual([...answers.keys()]);
      // The last one may have been released by a consumer that was already leaving.
      expect(answers.slice(0, -1).every((answer) => answer !== undefined)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('room is counted by what waits, and not by what has been', async () => {
  const channel = new Channel<number>(3);
  const values = channel[Symbol.asyncIterator]();
  await sends(channel, 2);
  expect(await values.next()).toMatchObject({ value: 0 });
  // One has been taken and one waits: there is room for another.
  expect(await sends(channel, 1)).toEqual([true]);
  expect(await sends(channel, 1)).toEqual([undefined]);
});

test('when the consumer has gone, those who wait and those who come are told that nothing is wanted', async () => {
  const channel = new Channel<number>(1);
  const values = channel[Symbol.asyncIterator]();
  const answers = await sends(channel, 2);
  expect(await values.next()).toMatchObject({ value: 0 });
  await values.return(undefined);
  await turn();
  expect(answers).toEqual([false, false]);
  expect(await sends(channel, 2)).toEqual([false, false]);
});

test('an error comes after what was sent before it, and the first end is the one that counts', async () => {
  const channel = new Channel<number>(9);
  await sends(channel, 2);
  channel.end(new Error('broken'));
  channel.end(new Error('later'));
  channel.end();
  const taken: number[] = [];
  const reading = (async () => {
    for await (const value of channel) taken.push(value);
  })();
  await expect(reading).rejects.toThrow('broken');
  expect(taken).toEqual([0, 1]);
});
