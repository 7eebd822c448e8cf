import { s3CurrentLister } from '../../../aws/currentObjects';
import { s3ImageStore, type ImageStore } from '../../../aws/imageStore';
import { s3VersionLister, type VersionLister, type VersionsPage } from '../../../aws/objectVersions';
import type { S3ClientSettings } from '../../../aws/s3Client';
import { sdkImageStore } from '../../aws/reference/sdkImageStore';
import { sdkCurrentLister, sdkVersionLister } from '../../aws/reference/sdkListers';

/** A versioned bucket in which the contract may write below a prefix. */
export interface ContractBucket {
  readonly settings: S3ClientSettings & { readonly bucket: string };
  /** With a slash at its end; nothing is below it. */
  readonly prefix: string;
  /** Of a bucket that is nobody's. */
  readonly missingBucket: string;
}

export const IMAGE_STORES = [
  ['the signed client', s3ImageStore],
  ['the SDK', sdkImageStore],
] as const;

export const image = (body: string) => ({ body, metadata: { event: 'INSERT', at: '1763900000000', digest: 'a/b+c=' } });

/** Every kind of name that a key of ours may have, and more. */
const AWKWARD = [
  'users/plain/image.json',
  'users/a b+c%20d/image.json',
  "users/!'()*~-_./image.json",
  'users/=/..//./image.json',
  'users/ü 李 🦊/image.json',
  'users/&<>"amp;/image.json',
];

/** What both clients have to do alike, wherever the bucket is. */
export function imageContract(bucket: () => ContractBucket): void {
  describe.each(IMAGE_STORES)('images over %s', (name, storeOf) => {
    let store: ImageStore;
    let folder: string;
    beforeAll(() => {
      store = storeOf({ ...bucket().settings, largeImageStorageClass: 'STANDARD_IA' });
      folder = `${bucket().prefix}${name.replaceAll(' ', '-')}`;
    });
    const versionsOf = async (prefix: string) => (await s3VersionLister(bucket().settings).page(prefix)).versions;

    test.each(AWKWARD)('what is put under %s is read back, body and metadata', async (key) => {
      const objectKey = `${folder}/${key}`;
      const stored = image('{"Item":{"text":{"S":"Zoë 李 🦊 \\u0000"}}}');
      await store.put(objectKey, stored);
      const [{ storedAtMs } = { storedAtMs: NaN }] = await versionsOf(objectKey);
      expect(await store.get(objectKey)).toEqual({ ...stored, storedAtMs });
      expect(await store.head(objectKey)).toEqual({ metadata: stored.metadata, storedAtMs });
    });

    test('each put is a version, and each version is read by its id', async () => {
      for (const body of ['1', '2', '3']) await store.put(`${folder}/versions`, image(body));
      const bodies = (await versionsOf(`${folder}/versions`)).map(
        async ({ versionId }) => (await store.get(`${folder}/versions`, versionId)).body,
      );
      expect(await Promise.all(bodies)).toEqual(['3', '2', '1']);
    });

    test('an image from 128 KiB on has the storage class of large ones', async () => {
      await store.put(`${folder}/large`, image('x'.repeat(128 * 1024)));
      await store.put(`${folder}/larger`, image('x'.repeat(128 * 1024 - 1)));
      const versions = await versionsOf(`${folder}/large`);
      expect(versions.map(({ storageClass }) => storageClass)).toEqual(['STANDARD_IA', 'STANDARD']);
    });

    test('a condition that does not hold is an outcome, and changes nothing', async () => {
      const objectKey = `${folder}/conditional`;
      expect(await store.putIf(objectKey, image('1'), { IfNoneMatch: '*' })).toBe('written');
      expect(await store.putIf(objectKey, image('2'), { IfNoneMatch: '*' })).toBe('refused');
      const other = { IfMatch: '"00000000000000000000000000000000"' };
      expect(await store.putIf(objectKey, image('2'), other)).toBe('refused');
      expect((await store.get(objectKey)).body).toBe('1');
    });

    test('what is not there has its code', async () => {
      await expect(store.get(`${folder}/nothing`)).rejects.toMatchObject({ code: 'NoSuchKey', statusCode: 404 });
      await expect(store.head(`${folder}/nothing`)).rejects.toMatchObject({ code: 'NotFound', statusCode: 404 });
      const nowhere = { ...bucket().settings, bucket: bucket().missingBucket };
      const elsewhere = storeOf({ ...nowhere, largeImageStorageClass: 'STANDARD' });
      await expect(elsewhere.put('x', image(''))).rejects.toMatchObject({ code: 'NoSuchBucket', statusCode: 404 });
    });
  });

  describe('listings', () => {
    const listed = () => `${bucket().prefix}listed/`;
    beforeAll(async () => {
      const store = s3ImageStore({ ...bucket().settings, largeImageStorageClass: 'STANDARD_IA' });
      for (const body of ['1', '2']) for (const key of AWKWARD) await store.put(`${listed()}${key}`, image(body));
    });

    test.each([
      ['versions', s3VersionLister, sdkVersionLister, 2 * AWKWARD.length],
      ['current objects', s3CurrentLister, sdkCurrentLister, AWKWARD.length],
    ])('%s: every page says what the SDK says', async (_, signed, sdk, count) => {
      const [ours, reference] = await Promise.all(
        [signed, sdk].map((lister) => pages(lister(bucket().settings), listed())),
      );
      expect(ours).toEqual(reference);
      expect(ours?.flatMap(({ versions }) => versions)).toHaveLength(count);
      expect(ours?.length).toBeGreaterThan(2);
      expect(new Set(ours?.flatMap(({ versions }) => versions.map(({ objectKey }) => objectKey)))).toEqual(
        new Set(AWKWARD.map((key) => `${listed()}${key}`)),
      );
    });

    test.each([
      ['versions', s3VersionLister],
      ['current objects', s3CurrentLister],
    ])('%s: nothing is an empty page, and a bucket that is not there an error', async (_, lister) => {
      const { settings, prefix, missingBucket } = bucket();
      const { versions, next } = await lister(settings).page(`${prefix}nothing/`);
      expect({ versions, next }).toEqual({ versions: [], next: undefined });
      await expect(lister({ ...settings, bucket: missingBucket }).page('')).rejects.toMatchObject({
        code: 'NoSuchBucket',
      });
    });
  });
}

async function pages(lister: VersionLister, prefix: string): Promise<VersionsPage[]> {
  const all: VersionsPage[] = [];
  let page: VersionsPage | undefined;
  do {
    page = await lister.page(prefix, { maxKeys: 2, after: page?.next });
    all.push(page);
  } while (page.next);
  return all;
}
