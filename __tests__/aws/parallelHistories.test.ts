import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  HistoryGrouping,
  type DeleteMarker,
  type ListingMarker,
  type ObjectHistory,
  type ObjectVersion,
  type VersionLister,
} from '../../aws/objectVersions';
import { inParallel } from '../../core/inParallel';
import { parallelHistories } from '../../aws/parallelHistories';

const PREFIX = 'users/';
const PAGE = 5;

const version = (objectKey: string, n: number): ObjectVersion => ({
  objectKey,
  versionId: `${objectKey}#${n}`,
  storedAtMs: n,
  sizeBytes: 2,
  etag: '',
  isLatest: false,
  storageClass: 'STANDARD',
});

/** Where a listing goes on. S3: behind the marker, which need not be there. */
type GoesOn = (listed: readonly ObjectVersion[], marker: ListingMarker) => readonly ObjectVersion[];

const asS3: GoesOn = (listed, { objectKey, versionId }) =>
  versionId === undefined
    ? listed.filter((one) => one.objectKey > objectKey)
    : listed.slice(listed.findIndex((one) => one.versionId === versionId) + 1);

/** As an emulator does: behind a key that is not there, the first version is left out. */
const leavingOneOut: GoesOn = (listed, marker) =>
  marker.versionId === undefined
    ? listed.slice(listed.findIndex((one) => one.objectKey >= marker.objectKey) + 1)
    : asS3(listed, marker);

/** A bucket whose objects have their versions listed newest first, a few on a page. */
function bucket(objects: ReadonlyMap<string, number>, goesOn: GoesOn): VersionLister {
  const listed = [...objects.keys()]
    .sort()
    .flatMap((key) => Array.from({ length: objects.get(key) ?? 0 }, (_, n) => version(key, n)).reverse());
  return {
    bucket: 'b',
    async page(_, { after, maxKeys = PAGE } = {}) {
      await new Promise(setImmediate);
      const rest = after ? goesOn(listed, after) : listed;
      const versions = rest.slice(0, maxKeys);
      const last = versions.at(-1);
      return {
        versions,
        ...(rest.length > maxKeys && last && { next: { objectKey: last.objectKey, versionId: last.versionId } }),
      };
    },
  };
}

const objects = fc
  .array(fc.tuple(fc.stringMatching(/^[A-Za-z0-9%=~._-]{1,4}$/), fc.integer({ min: 1, max: 8 })), { maxLength: 40 })
  .map((entries) => new Map(entries.map(([key, versions]) => [`${PREFIX}${key}/image.json`, versions])));

describe('listing on several connections', () => {
  test.each([
    ['S3', asS3],
    ['an endpoint that leaves one version out behind a key that is not there', leavingOneOut],
  ])('law: every object comes once, with all of its versions in the order they were stored: %s', async (_, goesOn) => {
    await fc.assert(
      fc.asyncProperty(objects, fc.integer({ min: 1, max: 6 }), async (all, parallelism) => {
        const found: ObjectHistory[] = [];
        for await (const history of parallelHistories(bucket(all, goesOn), PREFIX, { parallelism }))
          found.push(history);
        expect(found.map(({ objectKey }) => objectKey).sort()).toEqual([...all.keys()].sort());
        for (const { objectKey, versions } of found) {
          expect(versions.map(({ storedAtMs }) => storedAtMs)).toEqual(
            Array.from({ length: all.get(objectKey) ?? 0 }, (_, n) => n),
          );
        }
      }),
      { numRuns: 300 },
    );
  });

  test('several pages come at a time, and little is listed twice, however slow the consumer is', async () => {
    const random = (n: number) => createHash('md5').update(String(n)).digest('hex');
    const all = new Map(Array.from({ length: 10_000 }, (_, n) => [`${PREFIX}${random(n)}/image.json`, 1]));
    const lister = bucket(all, asS3);
    const [listed, running, most] = [{ entries: 0 }, { pages: 0 }, { pages: 0 }];
    const counted: VersionLister = {
      ...lister,
      async page(prefix, options) {
        most.pages = Math.max(most.pages, ++running.pages);
        const page = await lister.page(prefix, { maxKeys: 1_000, ...options });
        running.pages -= 1;
        listed.entries += page.versions.length;
        return page;
      },
    };
    let found = 0;
    for await (const history of parallelHistories(counted, PREFIX, { parallelism: 16 })) {
      found += history.versions.length;
      await new Promise(setImmediate);
    }
    expect(found).toBe(all.size);
    expect(most.pages).toBeGreaterThan(1);
    expect(listed.entries).toBeLessThan(2 * all.size);
  });

  test('a page that fails fails the listing', async () => {
    const lister: VersionLister = { bucket: 'b', page: () => Promise.reject(new Error('AccessDenied')) };
    await expect(inParallel(parallelHistories(lister, PREFIX), 1, () => Promise.resolve())).rejects.toThrow(
      'AccessDenied',
    );
  });
});

/** What is stored under a key, the first stored first: versions and delete markers. */
type Entry = 'version' | 'marker';

/** A listing as S3 gives it: by key, the last stored first, so many entries on a page. */
function* pagesOf(objects: ReadonlyMap<string, readonly Entry[]>, entries: number) {
  const listed = [...objects].flatMap(([key, stored]) =>
    stored.map((kind, n) => ({ kind, ...version(key, n), isLatest: n === stored.length - 1 })).reverse(),
  );
  for (let at = 0; at < listed.length; at += entries) {
    const page = listed.slice(at, at + entries);
    const of = (wanted: Entry) => page.filter(({ kind }) => kind === wanted);
    yield { versions: of('version') as ObjectVersion[], deleteMarkers: of('marker') as DeleteMarker[] };
  }
}

test('law: wherever a page ends, each object has its versions, what hides it, and whether anything ever did', () => {
  const stored = fc.array(fc.constantFrom<Entry>('version', 'marker', 'marker'), { minLength: 1, maxLength: 9 });
  const bucketOf = fc.array(stored, { maxLength: 6 }).map((all) => new Map(all.map((one, n) => [`key${n}`, one])));
  fc.assert(
    fc.property(bucketOf, fc.integer({ min: 1, max: 12 }), (all, entries) => {
      const grouping = new HistoryGrouping();
      const found = [...pagesOf(all, entries)].flatMap((page) => grouping.add(page));
      found.push(...grouping.rest());
      const expected = [...all].flatMap(([objectKey, kinds]) => {
        const versions = kinds.flatMap((kind, n) => (kind === 'version' ? [n] : []));
        const [isHidden, hasMarker] = [kinds.at(-1) === 'marker', kinds.includes('marker')];
        const hiddenBy = isHidden ? kinds.length - 1 : undefined;
        return versions.length === 0
          ? []
          : [{ objectKey, versions, hiddenBy, wasHidden: hasMarker && !isHidden ? true : undefined }];
      });
      expect(
        found.map(({ objectKey, versions, hiddenBy, wasHidden }) => ({
          ...{ objectKey, versions: versions.map(({ storedAtMs }) => storedAtMs) },
          ...{ hiddenBy: hiddenBy?.storedAtMs, wasHidden },
        })),
      ).toEqual(expected);
    }),
  );
});
