import fc from 'fast-check';
import { lookAgain } from '../../operations/lookAgain';

/** Things that are right from a moment on, and a clock that moves by pauses and, a little, by looking. */
async function settled(rightFromMs: readonly number[], settleMs: number, pausesMs: readonly number[]) {
  let nowMs = 1_000;
  const looks: { readonly atMs: number; readonly open: number }[] = [];
  const told: number[] = [];
  const wrong = rightFromMs.map((fromMs, i) => ({ sinceMs: 1_000 - i, fromMs }));
  const stood = await lookAgain(wrong, {
    ...{ settleMs, pausesMs, onOpen: (open: number) => told.push(open) },
    look: (open) => {
      looks.push({ atMs: nowMs, open: open.length });
      const left = open.filter(({ fromMs }) => fromMs > nowMs);
      nowMs += 1;
      return Promise.resolve(left);
    },
    clock: {
      nowMs: () => nowMs,
      pause: (ms) => Promise.resolve(void (nowMs += ms)),
      signal: new AbortController().signal,
    },
  });
  return { stood, looks, told, wrong };
}

const scene = fc.record({
  rightFromMs: fc.array(fc.oneof(fc.integer({ min: 1_000, max: 3_000 }), fc.constant(Infinity)), { maxLength: 12 }),
  settleMs: fc.nat(1_500),
  pausesMs: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 4 }),
});

test('law: what is right within its time is never told, and what is told was wrong after its time', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ rightFromMs, settleMs, pausesMs }) => {
      const { stood, looks, wrong } = await settled(rightFromMs, settleMs, pausesMs);
      for (const one of wrong.filter(({ sinceMs, fromMs }) => fromMs <= sinceMs + settleMs)) {
        expect(stood).not.toContain(one);
      }
      for (const { sinceMs, fromMs } of stood) {
        expect(looks.some(({ atMs }) => atMs >= sinceMs + settleMs && atMs < fromMs)).toBe(true);
      }
      const never = wrong.filter(({ fromMs }) => fromMs === Infinity);
      expect(stood).toEqual(expect.arrayContaining(never));
    }),
  );
});

test('law: it tells how many are left before each look, and none at the end', async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ rightFromMs, settleMs, pausesMs }) => {
      const { looks, told } = await settled(rightFromMs, settleMs, pausesMs);
      expect(told).toEqual(looks.length === 0 ? [] : [...looks.map(({ open }) => open), 0]);
    }),
  );
});

test('pauses grow as they are given, the last one is repeated, and none is longer than there is time', async () => {
  const { looks } = await settled([Infinity], 100, [10, 20, 40]);
  expect(looks.map(({ atMs }) => atMs - 1_000)).toEqual([10, 31, 72, 100]);
});

test('half a million are waited for like one', async () => {
  const { stood } = await settled(new Array<number>(500_000).fill(1_001), 100, [10]);
  expect(stood).toEqual([]);
});
