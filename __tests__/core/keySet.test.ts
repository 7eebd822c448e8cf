import fc from 'fast-check';
import { KeySet } from '../../core/keySet';

const keys = fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 60 });

test('law: it has what was added, each once, and nothing else', () => {
  fc.assert(
    fc.property(keys, keys, (added, others) => {
      const set = new KeySet();
      for (const key of added) set.add(key);
      const expected = new Set(added);
      expect(set.size).toBe(expected.size);
      for (const key of [...added, ...others]) expect(set.has(key)).toBe(expected.has(key));
    }),
  );
});

test('a hundred thousand keys are told from one another, however often it has grown', () => {
  const set = new KeySet();
  for (let n = 0; n < 100_000; n += 1) set.add(`t/${n}/image.json`);
  expect(set.size).toBe(100_000);
  for (let n = 0; n < 100_000; n += 997) {
    expect(set.has(`t/${n}/image.json`)).toBe(true);
    expect(set.has(`t/${n}x/image.json`)).toBe(false);
  }
});
