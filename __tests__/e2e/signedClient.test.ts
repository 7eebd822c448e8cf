import { createVersionedBucket } from '../../local/aws/versionedBucket';
import { couldNotLook, isDenied } from '../../aws/couldNotLook';
import type { ImageStore } from '../../aws/imageStore';
import { S3Error } from '../../aws/s3Error';
import { dynamoDbBatchTable, RejectedWriteError } from '../../aws/batchTable';
import { dynamoDbTable } from '../../aws/table';
import { dynamoDbScanner } from '../../aws/tableScan';
import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { databaseSettings } from '../../local/parts/servers';
import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN, type Fault } from '../../local/parts/s3Faults';
import type { Parts } from '../../local/parts/startParts';
import { sdkScanner, sdkWriter } from '../aws/reference/sdkTable';
import { image, imageContract, IMAGE_STORES } from './support/imageContract';
import { startTwoAccounts } from './support/twoAccounts';

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
/** One fault for each of the first calls. */
const failing = (...faults: (Fault | undefined)[]) => {
  let call = 0;
  parts.source.gateway.faults = () => faults[call++];
  return () => call;
};

imageContract(() => ({ settings: bucketSettings(), prefix: 'contract/', missingBucket: 'nowhere' }));

describe.each(IMAGE_STORES)('failing images over %s', (name, storeOf) => {
  const folder = name.replaceAll(' ', '-');
  let store: ImageStore;
  beforeAll(() => {
    store = storeOf({ ...bucketSettings(), largeImageStorageClass: 'STANDARD_IA' });
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
