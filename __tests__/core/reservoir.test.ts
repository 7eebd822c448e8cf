import fc from 'fast-check';
import { Reservoir } from '../../core/reservoir';
import { generator } from './arbitraries';

const drawnFrom = (count: number, size: number, seed: number): Reservoir<number> => {
  const random = generator(seed);
  const reservoir = new Reservoir<number>(size, () => random(1 << 20) / (1 << 20));
  for (let n = 0; n < count; n++) reservoir.offer(n);
  return reservoir;
};

const sizes = fc.record({ count: fc.nat(60), size: fc.integer({ min: 1, max: 60 }), seed: fc.nat() });

test('law: as many as were asked for, or all there are, each once, and all are counted', () => {
  fc.assert(
    fc.property(sizes, ({ count, size, seed }) => {
      const { drawn, offered } = drawnFrom(count, size, seed);
      expect(offered).toBe(count);
      expect(drawn).toHaveLength(Math.min(count, size));
      expect(new Set(drawn).size).toBe(drawn.length);
      for (const n of drawn) expect(n).toBeLessThan(count);
    }),
  );
});

test('law: at every point it is a draw from what has gone past so far', () => {
  fc.assert(
    fc.property(sizes, fc.nat(60), ({ count, size, seed }, more) => {
      const [before, after] = [drawnFrom(count, size, seed).drawn, drawnFrom(count + more, size, seed).drawn];
      // What is kept from before keeps its place; every other place has come later.
      after.forEach((n, i) => expect(n === before[i] || n >= count).toBe(true));
    }),
  );
});

test('each has the same chance, the last ones like the first ones', () => {
  const [count, size, rounds] = [20, 5, 8_000];
  const times = new Array<number>(count).fill(0);
  for (let seed = 1; seed <= rounds; seed++) {
    for (const n of drawnFrom(count, size, seed * 7_919).drawn) times[n]! += 1;
  }
  // Expected 2,000 each, with a standard deviation of 39; the seeds are fixed.
  for (const drawn of times) expect(Math.abs(drawn - (rounds * size) / count)).toBeLessThan(160);
});
