import fc from 'fast-check';
import { grown, InFlight, shrunk, type Window } from '../../../aws/signed/inFlight';

const most = fc.integer({ min: 1, max: 512 });
const outcomes = fc.array(fc.record({ isSlow: fc.boolean(), age: fc.nat(3) }), { maxLength: 200 });
const start = (calls: number): Window => ({ calls, cuts: 0 });

function after(window: Window, outcome: { isSlow: boolean; age: number }, limit: number): Window {
  return outcome.isSlow ? shrunk(window, window.cuts - outcome.age) : grown(window, limit);
}

test('law: there is always room for one call, and never for more than the most', () => {
  fc.assert(
    fc.property(most, outcomes, (limit, list) => {
      let window = start(limit);
      for (const outcome of list) {
        window = after(window, outcome, limit);
        expect(window.calls).toBeGreaterThanOrEqual(1);
        expect(window.calls).toBeLessThanOrEqual(limit);
      }
    }),
  );
});

test('law: calls that were under way together halve the room once, however many break', () => {
  fc.assert(
    fc.property(most, fc.integer({ min: 1, max: 64 }), (limit, broken) => {
      let window = start(limit);
      for (let i = 0; i < broken; i++) window = shrunk(window, 0);
      expect(window).toEqual({ calls: Math.max(1, limit / 2), cuts: 1 });
    }),
  );
});

test('law: where calls succeed again, all the room comes back', () => {
  fc.assert(
    fc.property(most, outcomes, (limit, list) => {
      let window = list.reduce((before, outcome) => after(before, outcome, limit), start(limit));
      // From n to n + 1 it takes n + 1 successes at most.
      for (let i = 0; i < (limit * (limit + 3)) / 2; i++) window = grown(window, limit);
      expect(window.calls).toBeCloseTo(limit);
    }),
  );
});

test('law: over a link that carries one call in time, all calls are answered, in few rounds', () => {
  fc.assert(
    fc.property(most, fc.integer({ min: 1, max: 512 }), fc.integer({ min: 1, max: 600 }), (limit, carried, calls) => {
      let window = start(limit);
      let left = calls;
      let lost = 0;
      for (let round = 0; left > 0; round++) {
        expect(round).toBeLessThan(10 + 2 * calls);
        const { cuts } = window;
        const sent = Math.min(left, Math.floor(window.calls));
        for (let i = 0; i < sent; i++) window = sent > carried ? shrunk(window, cuts) : grown(window, limit);
        if (sent > carried) lost++;
        else left -= sent;
      }
      // It halves to what the link carries, and from there tries one more a round now and then.
      expect(lost).toBeLessThanOrEqual(10 + calls);
    }),
  );
});

async function made<Answer>(inFlight: InFlight, call: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  const begun = await inFlight.begin(signal);
  try {
    const answer = await call();
    inFlight.end(begun);
    return answer;
  } catch (error) {
    inFlight.end(begun, error);
    throw error;
  }
}

/** A link that breaks calls when there are more than it carries. */
function link(carried: number) {
  const state = { underWay: 0, most: 0 };
  const call = async () => {
    state.most = Math.max(state.most, ++state.underWay);
    const isTooMuch = state.underWay > carried;
    await new Promise(setImmediate);
    state.underWay--;
    if (isTooMuch) throw Object.assign(new Error('reset'), { name: 'ECONNRESET' });
    return 'done';
  };
  return { state, call };
}

test('calls wait for room, all are made, and after breaks there are fewer at a time', async () => {
  const { state, call } = link(4);
  const inFlight = new InFlight(16);
  let left = Array.from({ length: 64 }, (_, n) => n);
  const mosts: number[] = [];
  while (left.length > 0) {
    state.most = 0;
    const outcomes = await Promise.allSettled(left.map(() => made(inFlight, call)));
    left = left.filter((_, i) => outcomes[i]?.status === 'rejected');
    mosts.push(state.most);
  }
  expect(mosts[0]).toBe(16);
  expect(mosts.at(-1)).toBeLessThanOrEqual(8);
});

test.each(['NoSuchKey', 'SlowDown', 'AbortError'])('%s says nothing about the link', async (name) => {
  const inFlight = new InFlight(2);
  const refused = () => Promise.reject(Object.assign(new Error(name), { name }));
  await expect(made(inFlight, refused)).rejects.toThrow(name);
  const { state, call } = link(2);
  await Promise.all([made(inFlight, call), made(inFlight, call)]);
  expect(state.most).toBe(2);
});

test('what is aborted while it waits is not made, and takes no room', async () => {
  const controller = new AbortController();
  const inFlight = new InFlight(1);
  let release: ((answer: string) => void) | undefined;
  const held = made(inFlight, () => new Promise<string>((resolve) => (release = resolve)));
  const call = jest.fn(() => Promise.resolve('made'));
  const aborted = made(inFlight, call, controller.signal);
  const next = made(inFlight, () => Promise.resolve('next'));
  controller.abort(new Error('enough'));
  await expect(aborted).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
  release?.('held');
  expect(await Promise.all([held, next])).toEqual(['held', 'next']);
  expect(call).not.toHaveBeenCalled();
});
