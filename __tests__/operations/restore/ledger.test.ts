import fc from 'fast-check';
import { Contents } from '../../../operations/restore/contents';
import { KeySet } from '../../../operations/restore/keySet';

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

describe('what a collection holds, in a few bytes', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.string(), fc.constantFrom('d1', 'd2')), { selector: ([key]) => key });
  const contentsOf = (list: readonly (readonly [string, string])[]) => {
    const contents = new Contents();
    for (const [key, digest] of list) contents.add(key, digest);
    return contents;
  };

  test('law: the same items in another order are the same', () => {
    const shuffled = entries.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(fc.property(shuffled, ([list, other]) => expect(contentsOf(list).equals(contentsOf(other))).toBe(true)));
  });

  test('law: other items, other states, one more or one less are not', () => {
    fc.assert(
      fc.property(entries, entries, (list, other) => {
        const same =
          new Map(list).size === new Map(other).size &&
          list.every(([key, digest]) => new Map(other).get(key) === digest);
        expect(contentsOf(list).equals(contentsOf(other))).toBe(same);
      }),
    );
    expect(
      contentsOf([
        ['a', 'd1'],
        ['b', 'd2'],
      ]).equals(
        contentsOf([
          ['a', 'd2'],
          ['b', 'd1'],
        ]),
      ),
    ).toBe(false);
    expect(
      contentsOf([['a', 'd1']]).equals(
        contentsOf([
          ['a', 'd1'],
          ['a', 'd1'],
        ]),
      ),
    ).toBe(false);
  });

  test('law: what is taken back was never there', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const contents = contentsOf([...list, ['one more', 'd']]);
        contents.remove('one more', 'd');
        expect(contents.equals(contentsOf(list))).toBe(true);
      }),
    );
  });
});
