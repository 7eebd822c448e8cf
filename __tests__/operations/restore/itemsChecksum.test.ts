import fc from 'fast-check';
import { digestOf } from '../../../core/digest';
import { itemDigest } from '../../../core/image';
import { ItemsChecksum } from '../../../operations/restore/itemsChecksum';

const digests = fc.array(
  fc.integer({ min: 0, max: 40 }).map((n) => digestOf(`item ${n}`)),
  { maxLength: 30 },
);
const checksumOf = (list: readonly string[]) => {
  const checksum = new ItemsChecksum();
  for (const digest of list) checksum.add(digest);
  return checksum;
};

describe('a checksum of items', () => {
  test('law: collections in any order have the same one exactly when they hold the same items as often', () => {
    fc.assert(
      fc.property(digests, digests, (list, other) => {
        const same = JSON.stringify([...list].sort()) === JSON.stringify([...other].sort());
        expect(checksumOf(list).equals(checksumOf(other))).toBe(same);
      }),
    );
  });

  test('law: another order makes no difference', () => {
    const shuffled = digests.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(fc.property(shuffled, ([list, other]) => expect(checksumOf(list).equals(checksumOf(other))).toBe(true)));
  });

  test('law: what is taken back was never there', () => {
    fc.assert(
      fc.property(digests, fc.string().map(digestOf), (list, digest) => {
        const checksum = checksumOf([...list, digest]);
        expect(checksum.equals(checksumOf(list))).toBe(false);
        checksum.remove(digest);
        expect(checksum.equals(checksumOf(list))).toBe(true);
      }),
    );
  });

  test('law: an item counts as its digest does', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const items = texts.map((text) => ({ id: { S: text } }));
        const ofItems = new ItemsChecksum();
        for (const item of items) ofItems.addItem(item);
        expect(ofItems.equals(checksumOf(items.map((item) => itemDigest(item))))).toBe(true);
        ofItems.addItem({ id: { S: 'one more' } });
        expect(ofItems.equals(checksumOf(items.map((item) => itemDigest(item))))).toBe(false);
      }),
    );
  });

  test('how many there are counts, also of a digest that adds nothing to the sums', () => {
    expect(checksumOf(['0'.repeat(64)]).equals(checksumOf([]))).toBe(false);
  });

  test('one digit of the first thirty-two makes another one', () => {
    const digest = digestOf('item');
    for (let at = 0; at < 32; at += 1) {
      const digit = digest[at] === '0' ? '1' : '0';
      const other = `${digest.slice(0, at)}${digit}${digest.slice(at + 1)}`;
      expect(checksumOf([digest]).equals(checksumOf([other]))).toBe(false);
    }
  });
});
