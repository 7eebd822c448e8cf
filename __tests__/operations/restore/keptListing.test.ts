import fc from 'fast-check';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ObjectHistory } from '../../../aws/objectVersions';
import { KeptListing } from '../../../operations/restore/keptListing';

const version = fc.record({
  versionId: fc.string(),
  storedAtMs: fc.nat(),
  sizeBytes: fc.nat(),
  etag: fc.string(),
  isLatest: fc.boolean(),
  storageClass: fc.constantFrom('STANDARD', 'GLACIER'),
});
const histories: fc.Arbitrary<ObjectHistory[]> = fc.array(
  fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.array(version, { minLength: 1, maxLength: 4 }))
    .map(([objectKey, versions]) => ({ objectKey, versions: versions.map((each) => ({ objectKey, ...each })) })),
  { maxLength: 40 },
);

async function all(listing: KeptListing): Promise<ObjectHistory[]> {
  const found: ObjectHistory[] = [];
  for await (const history of listing.histories()) found.push(history);
  return found;
}

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'dcs-test-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

test('law: a listing that is kept is the listing, as often as it is gone through, however little room it has', async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 9 }), async (listed, inMemory) => {
      const listing = new KeptListing(folder, inMemory);
      for (const history of listed) await listing.add(history);
      expect(await all(listing)).toEqual(listed);
      expect(await all(listing)).toEqual(listed);
      expect(listing.isComplete).toBe(true);
      expect(await readdir(folder)).toEqual([]);
      await listing.close();
    }),
  );
});

test('where nothing can be written it says that it is incomplete', async () => {
  await rm(folder, { recursive: true });
  const listing = new KeptListing(folder, 1);
  const objectKey = 'users/a/image.json';
  const one = { objectKey, versionId: 'v', storedAtMs: 0, sizeBytes: 1, etag: '', isLatest: true };
  await listing.add({ objectKey, versions: [{ ...one, storageClass: 'STANDARD' }] });
  await listing.add({ objectKey, versions: [{ ...one, storageClass: 'STANDARD' }] });
  expect(listing.isComplete).toBe(false);
  expect(await all(listing)).toEqual([]);
  await listing.close();
});
