import fc from 'fast-check';
import { md5Of, TOMBSTONE_MD5 } from '../../../operations/verify/bodyDigest';
import { DigestIndex } from '../../../operations/verify/digestIndex';

const BODIES = ['a', 'b', 'c'].map(md5Of);

const body = fc.constantFrom(...BODIES, TOMBSTONE_MD5, undefined);
const objects = fc.uniqueArray(
  fc.record({
    objectKey: fc.string({ minLength: 1, maxLength: 4 }),
    source: fc.option(body),
    destination: fc.option(body),
    table: fc.option(fc.constantFrom(...BODIES)),
    sourceFirst: fc.boolean(),
  }),
  { selector: ({ objectKey }) => objectKey, maxLength: 40 },
);

test('law: what it says of every object is what the two listings said, in whatever order', () => {
  fc.assert(
    fc.property(objects, (all) => {
      const index = new DigestIndex();
      for (const { objectKey, source, destination, sourceFirst } of all) {
        const notes = [
          () => source !== null && index.note('source', objectKey, source),
          () => destination !== null && index.note('destination', objectKey, destination),
        ];
        for (const note of sourceFirst ? notes : notes.reverse()) note();
      }
      const listed = all.filter(({ source, destination }) => source !== null || destination !== null);
      expect(index.size).toBe(listed.length);

      for (const { objectKey, source, destination, table } of all) {
        if (table !== null) expect(index.isSame(objectKey, table)).toBe(source === table && destination === table);
      }
      const unseen = listed.filter(({ table }) => table === null);
      const isGone = (side: string | null | undefined) => side === null || side === TOMBSTONE_MD5;
      const doubtful = unseen.filter(({ source, destination }) => !(isGone(source) && isGone(destination)));
      expect(index.unseen()).toEqual({ tombstones: unseen.length - doubtful.length, doubtful: doubtful.length });
      expect(all.filter(({ objectKey }) => index.takeDoubtful(objectKey))).toEqual(doubtful);
      expect(all.filter(({ objectKey }) => index.takeDoubtful(objectKey))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('a hundred thousand objects are told from one another', () => {
  const index = new DigestIndex();
  for (let n = 0; n < 100_000; n++) {
    index.note('source', `t/${n}/image.json`, md5Of(String(n)));
    index.note('destination', `t/${n}/image.json`, md5Of(String(n)));
  }
  expect(index.size).toBe(100_000);
  for (let n = 0; n < 100_000; n += 997) {
    expect(index.isSame(`t/${n}/image.json`, md5Of(String(n)))).toBe(true);
    expect(index.isSame(`t/${n}/image.json`, md5Of('x'))).toBe(false);
    expect(index.isSame(`t/${n}x/image.json`, md5Of(String(n)))).toBe(false);
  }
});
