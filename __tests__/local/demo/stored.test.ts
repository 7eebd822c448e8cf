import fc from 'fast-check';
import { encodeImage, NO_ITEM } from '../../../core/image';
import { changesOf } from '../../../local/demo/stored';
import { MemoryBucket } from '../../support/memoryBucket';

const KEY = 'users/1/image.json';
/** Changes of one item, some of which write the same bytes. */
const bodies = fc.array(fc.constantFrom('red', 'blue', undefined), { minLength: 1, maxLength: 6 });

test('a batch that was sent again counts once, and two changes to the same bytes twice', () =>
  fc.assert(
    fc.asyncProperty(bodies, fc.nat({ max: 5 }), fc.nat({ max: 3 }), async (colours, from, repeats) => {
      const bucket = new MemoryBucket();
      const images = colours.map((colour, n) => imageOf(colour, n));
      for (const image of images) bucket.store(KEY, image);
      for (let n = 0; n < repeats; n++) for (const image of images.slice(from)) bucket.store(KEY, image);
      const { versions } = (await bucket.history(KEY))!;
      expect(await changesOf(bucket, versions)).toBe(colours.length);
    }),
  ));

function imageOf(colour: string | undefined, n: number) {
  return encodeImage(
    {
      event: colour === undefined ? 'REMOVE' : 'MODIFY',
      position: { source: 'stream', streamLabel: '2026-11-27T14:00:00.000', sequenceNumber: String(100 + n) },
      changedAtMs: 0,
      previousDigest: NO_ITEM,
    },
    colour === undefined ? undefined : { id: { S: '1' }, colour: { S: colour } },
  );
}
