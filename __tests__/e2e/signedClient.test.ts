import { s3CurrentLister } from '../../aws/currentObjects';
import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { couldNotLook, isDenied } from '../../aws/couldNotLook';
import { s3ImageStore, type ImageStore } from '../../aws/imageStore';
import { s3VersionLister, type VersionLister, type VersionsPage } from '../../aws/objectVersions';
import { S3Error } from '../../aws/s3Error';
import { dynamoDbBatchTable, RejectedWriteError } from '../../aws/batchTable';
import { dynamoDbTable } from '../../aws/table';
import { dynamoDbScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { databaseSettings } from '../../local/parts/servers';
import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN, type Fault } from '../../local/parts/s3Faults';
import type { Parts } from '../../local/parts/startParts';
import { sdkImageStore } from '../aws/reference/sdkImageStore';
import { sdkCurrentLister, sdkVersionLister } from '../aws/reference/sdkListers';
import { sdkScanner, sdkWriter } from '../aws/reference/sdkTable';
import { startTwoAccounts } from './support/twoAccounts';

jest.setTimeout(60_000);

let parts: Parts;
beforeAll(async () => {
  parts = await startTwoAccounts();
  await createVersionedBucket(parts.source, 'contract');
});
afterAll(() => parts.stop());
afterEach(() => {
  parts.source.gateway.faults = () => undefined;
});

const bucketSettings = () => {
  const { endpoint, region, credentials } = parts.source;
  return { bucket: 'contract', endpoint, region, credentials };
};
const image = (body: string) => ({ body, metadata: { event: 'INSERT', at: '1763900000000', digest: 'a/b+c=' } });

/** Every kind of name that a key of ours may have, and more. */
const AWKWARD = [
  'users/plain/image.json',
  'users/a b+c%20d/image.json',
  "users/!'()*~-_./image.json",
  'users/=/..//./image.json',
  'users/ü 李 🦊/image.json',
  'users/&<>"amp;/image.json',
];

/** One fault for each of the first calls. */
const failing = (...faults: (Fault | undefined)[]) => {
  let call = 0;
  parts.source.gateway.faults = () => faults[call++];
  return () => call;
};

describe.each([
  ['the signed client', s3ImageStore],
  ['the SDK', sdkImageStore],
] as const)('images over %s', (name, storeOf) => {
  const folder = name.replaceAll(' ', '-');
  let store: ImageStore;
  beforeAll(() => {
    store = storeOf({ ...bucketSettings(), largeImageStorageClass: 'STANDARD_IA' });
  });

  test.each(AWKWARD)('what is put under %s is read back, body and metadata', async (objectKey) => {
    const stored = image('{"Item":{"text":{"S":"Zoë 李 🦊 \\u0000"}}}');
    const startedAtMs = Date.now() - 2_000;
    await store.put(`${folder}/${objectKey}`, stored);
    const read = await store.get(`${folder}/${objectKey}`);
    expect(read).toEqual({ ...stored, storedAtMs: expect.any(Number) as number });
    expect(read.storedAtMs).toBeGreaterThan(startedAtMs);
    const { metadata, storedAtMs } = read;
    expect(await store.head(`${folder}/${objectKey}`)).toEqual({ metadata, storedAtMs });
  });

  test('each put is a version, and each version is read by its id', async () => {
    for (const body of ['1', '2', '3']) await store.put(`${folder}/versions`, image(body));
    const { versions } = await s3VersionLister(bucketSettings()).page(`${folder}/versions`);
    const bodies = versions.map(async ({ versionId }) => (await store.get(`${folder}/versions`, versionId)).body);
    expect(await Promise.all(bodies)).toEqual(['3', '2', '1']);
  });

  test('an image from 128 KiB on has the storage class of large ones', async () => {
    await store.put(`${folder}/large`, image('x'.repeat(128 * 1024)));
    await store.put(`${folder}/larger`, image('x'.repeat(128 * 1024 - 1)));
    const { versions } = await s3VersionLister(bucketSettings()).page(`${folder}/large`);
    expect(versions.map(({ storageClass }) => storageClass)).toEqual(['STANDARD_IA', 'STANDARD']);
  });

  test('a condition that does not hold is an outcome, and changes nothing', async () => {
    const objectKey = `${folder}/conditional`;
    expect(await store.putIf(objectKey, image('1'), { IfNoneMatch: '*' })).toBe('written');
    expect(await store.putIf(objectKey, image('2'), { IfNoneMatch: '*' })).toBe('refused');
    expect(await store.putIf(objectKey, image('2'), { IfMatch: '"00000000000000000000000000000000"' })).toBe('refused');
    expect((await store.get(objectKey)).body).toBe('1');
  });

  test('a conflict of conditional puts is tried again', async () => {
    failing({ kind: 'error', statusCode: 409, code: 'ConditionalRequestConflict' });
    expect(await store.putIf(`${folder}/conflict`, image('1'), { IfNoneMatch: '*' })).toBe('written');
  });

  test.each([
    ['throttling', SLOW_DOWN],
    ['a connection that breaks before', RESET_BEFORE],
    ['a connection that breaks after', RESET_AFTER],
    ['an internal error', { kind: 'error', statusCode: 500, code: 'InternalError' } as const],
  ])('%s is passed over', async (story, fault) => {
    const calls = failing(fault, fault);
    await store.put(`${folder}/${story}`, image(story));
    expect(calls()).toBe(3);
    expect((await store.get(`${folder}/${story}`)).body).toBe(story);
  });

  test('what stays away is given up after four calls, and named', async () => {
    const calls = failing(...Array.from({ length: 9 }, () => SLOW_DOWN));
    const error = await store.put(`${folder}/away`, image('')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SlowDown', statusCode: 503 });
    expect(couldNotLook(error)).toBe(true);
    expect(calls()).toBe(4);
  });

  test('what is refused is refused once, with its code, its object, and what to do', async () => {
    const calls = failing(ACCESS_DENIED);
    const denied = await store.put(`${folder}/x`, image('')).catch((thrown: unknown) => thrown);
    expect(denied).toBeInstanceOf(S3Error);
    expect(denied).toMatchObject({ code: 'AccessDenied', statusCode: 403 });
    expect((denied as Error).message).toBe(
      `PUT s3://contract/${folder}/x failed: AccessDenied: injected; the credentials in use lack the permission, or a bucket or key policy denies it`,
    );
    expect(isDenied(denied)).toBe(true);
    expect(calls()).toBe(1);
    await expect(store.get(`${folder}/nothing`)).rejects.toMatchObject({ code: 'NoSuchKey', statusCode: 404 });
    await expect(store.head(`${folder}/nothing`)).rejects.toMatchObject({ code: 'NotFound', statusCode: 404 });
    const elsewhere = storeOf({ ...bucketSettings(), bucket: 'nowhere', largeImageStorageClass: 'STANDARD' });
    await expect(elsewhere.put('x', image(''))).rejects.toMatchObject({ code: 'NoSuchBucket', statusCode: 404 });
  });

  test('an answer to HEAD that is denied has no code but its status', async () => {
    failing(ACCESS_DENIED);
    const denied = await store.head(`${folder}/x`).catch((thrown: unknown) => thrown);
    expect(isDenied(denied)).toBe(true);
  });

  test('what is aborted ends at once, and while it waits to try again', async () => {
    const aborted = AbortSignal.abort();
    await expect(store.put(`${folder}/x`, image(''), { signal: aborted })).rejects.toThrow(/abort/i);
    const controller = new AbortController();
    parts.source.gateway.faults = () => {
      controller.abort();
      return SLOW_DOWN;
    };
    await expect(store.put(`${folder}/x`, image(''), { signal: controller.signal })).rejects.toThrow(/abort/i);
  });
});

describe('listings', () => {
  beforeAll(async () => {
    const store = s3ImageStore({ ...bucketSettings(), largeImageStorageClass: 'STANDARD_IA' });
    for (const body of ['1', '2']) for (const key of AWKWARD) await store.put(`listed/${key}`, image(body));
  });

  test.each([
    ['versions', s3VersionLister, sdkVersionLister, 2 * AWKWARD.length],
    ['current objects', s3CurrentLister, sdkCurrentLister, AWKWARD.length],
  ])('%s: every page says what the SDK says', async (_, signed, sdk, count) => {
    const [ours, reference] = await Promise.all([signed, sdk].map((lister) => pages(lister(bucketSettings()))));
    expect(ours).toEqual(reference);
    expect(ours?.flatMap(({ versions }) => versions)).toHaveLength(count);
    expect(ours?.length).toBeGreaterThan(2);
    expect(new Set(ours?.flatMap(({ versions }) => versions.map(({ objectKey }) => objectKey)))).toEqual(
      new Set(AWKWARD.map((key) => `listed/${key}`)),
    );
  });

  test.each([
    ['versions', s3VersionLister],
    ['current objects', s3CurrentLister],
  ])('%s: nothing is an empty page, and a bucket that is not there an error', async (_, lister) => {
    expect(await lister(bucketSettings()).page('nothing/')).toEqual({ versions: [] });
    await expect(lister({ ...bucketSettings(), bucket: 'nowhere' }).page('')).rejects.toMatchObject({
      code: 'NoSuchBucket',
    });
  });
});

async function pages(lister: VersionLister): Promise<VersionsPage[]> {
  const all: VersionsPage[] = [];
  let page: VersionsPage | undefined;
  do {
    page = await lister.page('listed/', { maxKeys: 2, after: page?.next });
    all.push(page);
  } while (page.next);
  return all;
}

describe('tables', () => {
  const settings = () => databaseSettings(parts.dynamoDb, 'contract');
  const items = Array.from({ length: 25 }, (_, n): AttributeMap => {
    const awkward = Object.fromEntries([['__proto__', { M: { n: { N: '12345678901234567890.123456789' } } }]]);
    return { id: { S: `${n} ü 🦊` }, bytes: { B: 'AP+A' }, set: { BS: ['AA==', '/w=='] }, ...awkward };
  });
  beforeAll(async () => {
    await dynamoDbTable('items', settings()).create({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
  });

  test('what is written by either is read by both, to the last bit and page by page', async () => {
    const sorted = (list: readonly AttributeMap[]) => list.map(canonicalItem).sort();
    for (const writer of [dynamoDbBatchTable('items', settings()), sdkWriter('items', settings())]) {
      expect(await writer.write(items.map((put) => ({ put })))).toEqual([]);
      for (const scanner of [dynamoDbScanner('items', settings()), sdkScanner('items', settings())]) {
        const read: AttributeMap[] = [];
        let after: AttributeMap | undefined;
        do {
          const page = await scanner.page(
            { number: 0, of: 1 },
            { after, maxItems: 10, signal: new AbortController().signal },
          );
          if (page === 'throttled') throw new Error('nobody throttles here');
          expect(page.capacityUnits).toBeGreaterThan(0);
          read.push(...page.items);
          after = page.next;
        } while (after);
        expect(sorted(read)).toEqual(sorted(items));
      }
      expect(await writer.write(items.map(({ id }) => ({ delete: { id: id! } })))).toEqual([]);
    }
  });

  test('what DynamoDB refuses has its code', async () => {
    const signal = new AbortController().signal;
    for (const scannerOf of [dynamoDbScanner, sdkScanner]) {
      const refused = await scannerOf('nothing', settings())
        .page({ number: 0, of: 1 }, { signal })
        .catch((thrown: unknown) => thrown);
      expect(refused).toMatchObject({ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } });
    }
    for (const writerOf of [dynamoDbBatchTable, sdkWriter]) {
      const wrong = writerOf('items', settings()).write([{ put: { other: { S: 'without a key' } } }]);
      await expect(wrong).rejects.toBeInstanceOf(RejectedWriteError);
    }
  });
});
