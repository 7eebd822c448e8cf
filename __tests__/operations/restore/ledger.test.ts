import fc from 'fast-check';
import { KeySet } from '../../../core/keySet';

describe('a set of object keys in little room', () => {
  test('law: it has what was added, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 300 }), fc.array(fc.string()), (added, others) => {
        const set = new KeySet();
        for (const key of added) set.add(key);
        expect(set.size).toBe(new Set(added).size);
        for (const key of [...added, ...others]) expect(set.has(key)).toBe(added.includes(key));
      }),
    );
  });

  test('it grows', () => {
    const set = new KeySet();
    for (let i = 0; i < 50_000; i++) set.add(`users/${i}/image.json`);
    expect(set.size).toBe(50_000);
    for (let i = 0; i < 50_000; i++) if (!set.has(`users/${i}/image.json`)) throw new Error(`${i} is lost`);
    expect(set.has('users/50000/image.json')).toBe(false);
  });
});
