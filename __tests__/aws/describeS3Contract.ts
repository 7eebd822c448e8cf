import { createHash } from 'node:crypto';
import type { ImageStore } from '../../aws/imageStore';
import type { ListingMarker, ObjectVersion, VersionLister } from '../../aws/objectVersions';
import type { TextStore } from '../../aws/textStore';

/** A versioned bucket, by all the calls that the project makes to one, and the two that others make. */
export interface ContractBucket {
  readonly images: ImageStore;
  readonly versions: VersionLister;
  readonly current: VersionLister;
  readonly texts: TextStore;
  /** DeleteObject without a version. */
  readonly addDeleteMarker: (objectKey: string) => Promise<void>;
  /** DeleteObject of one version, or of a delete marker by its place: the one on top. */
  readonly deleteVersion: (objectKey: string, versionId: string) => Promise<void>;
  readonly deleteTopMarker: (objectKey: string) => Promise<void>;
  /** Nothing is below it. */
  readonly prefix: string;
}

/**
 * What S3 does with objects and versions, as its user guide and API reference say; the title of the page is beside each. The
 * simulated S3, the emulator, and a real bucket are held to it alike.
 */
export function describeS3Contract(name: string, makeBucket: () => Promise<ContractBucket>): void {
  describe(`S3, ${name}`, () => {
    let bucket: ContractBucket;
    let folders = 0;
    let folder: string;
    beforeAll(async () => {
      bucket = await makeBucket();
    });
    beforeEach(() => {
      folder = `${bucket.prefix}${++folders}/`;
    });
    const image = (body: string) => ({ body, metadata: { 'dcs-event': 'INSERT', 'dcs-digest': `of ${body}` } });
    const md5 = (body: string) => createHash('md5').update(body).digest('hex');
    const all = async (lister: VersionLister, maxKeys?: number, after?: ListingMarker): Promise<ObjectVersion[]> => {
      const page = await lister.page(folder, { maxKeys, after });
      return [...page.versions, ...(page.next ? await all(lister, maxKeys, page.next) : [])];
    };
    const putAll = async (...names: string[]) => {
      for (const objectName of names) await bucket.images.put(`${folder}${objectName}`, image(objectName));
    };
    const bodiesOf = async (versions: readonly ObjectVersion[]) => {
      const read = versions.map(({ objectKey, versionId }) => bucket.images.get(objectKey, versionId));
      return (await Promise.all(read)).map(({ body }) => body);
    };

    // "Adding objects to versioning-enabled buckets"; "ListObjectVersions": the last stored first
    test('each put is a version of its own, the last one is the latest and comes first', async () => {
      for (const body of ['one', 'two', 'three']) await bucket.images.put(`${folder}a`, image(body));
      const versions = await all(bucket.versions);
      expect(await bodiesOf(versions)).toEqual(['three', 'two', 'one']);
      expect(versions.map(({ isLatest }) => isLatest)).toEqual([true, false, false]);
      expect(new Set(versions.map(({ versionId }) => versionId)).size).toBe(3);
      expect((await bucket.images.get(`${folder}a`)).body).toBe('three');
    });

    // "Object" (API): the ETag of an object that was put in one piece, encrypted by S3's own keys or not, is its MD5
    test('a listing tells size, class and MD5, and what was put is read back with its metadata', async () => {
      await bucket.images.put(`${folder}a`, image('text ü'));
      const [version] = await all(bucket.versions);
      expect(version).toMatchObject({ sizeBytes: 7, storageClass: 'STANDARD', etag: md5('text ü') });
      const read = await bucket.images.get(`${folder}a`, version?.versionId);
      expect(read).toEqual({ ...image('text ü'), storedAtMs: version?.storedAtMs });
      const { metadata, storedAtMs } = read;
      expect(await bucket.images.head(`${folder}a`)).toEqual({ metadata, storedAtMs });
    });

    // "Conditional writes": If-None-Match; "if the current object version is a delete marker, the operation succeeds"
    test('If-None-Match writes where nothing is, also under a delete marker, and nowhere else', async () => {
      const put = (body: string) => bucket.images.putIf(`${folder}a`, image(body), { IfNoneMatch: '*' });
      expect([await put('one'), await put('two')]).toEqual(['written', 'refused']);
      await bucket.addDeleteMarker(`${folder}a`);
      expect(await put('three')).toBe('written');
      expect(await bodiesOf(await all(bucket.versions))).toEqual(['three', 'one']);
    });

    // "Conditional writes": If-Match compares the ETag of the current version
    test('If-Match writes over that content alone: not over another, not where nothing is, not on a delete marker', async () => {
      const put = (body: string, over: string) =>
        bucket.images.putIf(`${folder}a`, image(body), { IfMatch: md5(over) });
      expect(await put('x', 'one')).toBe('refused');
      await bucket.images.put(`${folder}a`, image('one'));
      expect([await put('two', 'one'), await put('x', 'one')]).toEqual(['written', 'refused']);
      await bucket.addDeleteMarker(`${folder}a`);
      expect(await put('x', 'two')).toBe('refused');
      expect(await bodiesOf(await all(bucket.versions))).toEqual(['two', 'one']);
    });

    // The ETag is of the content: "Conditional writes" knows no other comparison for general purpose buckets
    test('If-Match holds again when the content has come back', async () => {
      for (const body of ['a', 'b', 'a']) await bucket.images.put(`${folder}a`, image(body));
      expect(await bucket.images.putIf(`${folder}a`, image('c'), { IfMatch: md5('a') })).toBe('written');
    });

    // "Working with delete markers"
    test('under a delete marker an object is not there, and each of its versions is', async () => {
      await putAll('a', 'b');
      await bucket.addDeleteMarker(`${folder}a`);
      await expect(bucket.images.get(`${folder}a`)).rejects.toMatchObject({ code: 'NoSuchKey', statusCode: 404 });
      await expect(bucket.images.head(`${folder}a`)).rejects.toMatchObject({ code: 'NotFound', statusCode: 404 });
      expect((await all(bucket.current)).map(({ objectKey }) => objectKey)).toEqual([`${folder}b`]);
      const versions = await all(bucket.versions);
      expect(await bodiesOf(versions)).toEqual(['a', 'b']);
      expect(versions.map(({ isLatest }) => isLatest)).toEqual([false, true]);
    });

    // "Managing delete markers": to delete the marker brings the object back
    test('without its delete marker an object is there again', async () => {
      await putAll('a');
      await bucket.addDeleteMarker(`${folder}a`);
      await bucket.deleteTopMarker(`${folder}a`);
      expect((await bucket.images.get(`${folder}a`)).body).toBe('a');
      expect((await all(bucket.current)).length).toBe(1);
    });

    // "Deleting object versions": the one before becomes the current version
    test('a version that is deleted is gone, and the one before it is the latest', async () => {
      for (const body of ['one', 'two']) await bucket.images.put(`${folder}a`, image(body));
      const [last] = await all(bucket.versions);
      await bucket.deleteVersion(`${folder}a`, last?.versionId ?? '');
      const left = await all(bucket.versions);
      expect(left.map(({ isLatest }) => isLatest)).toEqual([true]);
      expect(await bodiesOf(left)).toEqual(['one']);
      await expect(bucket.images.get(`${folder}a`, last?.versionId)).rejects.toMatchObject({ statusCode: 404 });
    });

    // "ListObjectVersions", "ListObjectsV2": keys in UTF-8 binary order; key-marker and version-id-marker, start-after
    test.each([1, 2, 3, 7])(
      'pages of %i entries bring what one page brings, delete markers or not',
      async (maxKeys) => {
        await putAll('b', 'a/x', 'a', 'B', '~', 'a', 'b', 'a');
        await bucket.addDeleteMarker(`${folder}b`);
        await bucket.addDeleteMarker(`${folder}a/x`);
        for (const lister of [bucket.versions, bucket.current]) {
          const whole = await all(lister);
          expect(await all(lister, maxKeys)).toEqual(whole);
          const keys = whole.map(({ objectKey }) => objectKey);
          expect(keys).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
        }
        expect((await all(bucket.versions)).length).toBe(8);
        expect((await all(bucket.current)).length).toBe(3);
      },
    );

    // "ListObjectsV2": start-after. (Where key-marker stands alone, ListObjectVersions does not tell whether its key is left out.)
    test('a listing of current objects after a key begins behind it, whether it is there or not', async () => {
      await putAll('a', 'b', 'c');
      for (const objectName of ['a', 'aa']) {
        const page = await bucket.current.page(folder, { after: { objectKey: `${folder}${objectName}` } });
        expect(page.versions.map(({ objectKey }) => objectKey)).toEqual([`${folder}b`, `${folder}c`]);
      }
    });

    test('texts are read as they were written, and none where nothing is', async () => {
      expect(await bucket.texts.read(`${folder}text`)).toBeUndefined();
      await bucket.texts.write(`${folder}text`, 'zwölf\n');
      expect(await bucket.texts.read(`${folder}text`)).toBe('zwölf\n');
    });
  });
}
