import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN, type Fault } from '../../local/parts/s3Faults';
import type { Parts } from '../../local/parts/startParts';
import { ownParts } from './support/servers/shared';
import { replicatedBuckets, startTwoAccounts } from './support/twoAccounts';

let parts: Parts;
beforeAll(async () => {
  parts = await startTwoAccounts();
});
afterEach(() => {
  for (const { gateway } of [parts.source, parts.destination]) gateway.faults = () => undefined;
});
afterAll(() => parts.stop());

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i);
const AWKWARD_KEY = `users/a%2Fb ü💾+&?'"/=/~..=/image.json`;

test('a copy has the body, metadata, headers, tags and storage class of its version, under the same key', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'contents');
  const metadata = { 'dcs-format': '1', 'dcs-event': 'INSERT', 'dcs-sequence-number': '000000000000000000123' };
  const headers = {
    ContentType: 'application/json',
    ContentEncoding: 'identity',
    ContentLanguage: 'de',
    ContentDisposition: 'inline',
    CacheControl: 'no-store',
    StorageClass: 'STANDARD_IA',
  } as const;
  await source.put(AWKWARD_KEY, EVERY_BYTE, { ...headers, Metadata: metadata, Tagging: 'a=1&b%20%3D=%2B%3A' });
  await replication.drained();

  const original = await source.get(AWKWARD_KEY);
  const copy = await destination.get(AWKWARD_KEY);
  expect(replication.failures).toEqual([]);
  expect(copy).toMatchObject({ ...headers, Metadata: metadata, ETag: original.ETag });
  expect(copy.bytes).toEqual(EVERY_BYTE);
  expect(await destination.tags(AWKWARD_KEY)).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b =', Value: '+:' },
  ]);
});

test("a rule's storage class comes before the object's", async () => {
  const bucket = 'arn:aws:s3:::destination-class';
  const rule = { destination: { bucket, storage_class: 'GLACIER_IR' } };
  const { source, destination, replication } = await replicatedBuckets(parts, 'class', rule);
  await source.put('k', 'image', { StorageClass: 'STANDARD_IA' });
  await replication.drained();
  expect((await destination.get('k')).StorageClass).toBe('GLACIER_IR');
});

test('the status goes from PENDING to COMPLETED and REPLICA, for each version', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'status');
  let isHeld = true;
  parts.destination.gateway.faults = ({ method }) => (isHeld && method === 'PUT' ? SLOW_DOWN : undefined);
  const versionIds = [await source.put('k', 'one'), await source.put('k', 'two')];
  for (const versionId of [...versionIds, undefined])
    await expect(source.status('k', versionId)).resolves.toBe('PENDING');
  expect((await source.get('k', versionIds[0])).ReplicationStatus).toBe('PENDING');
  isHeld = false;
  await replication.drained();

  for (const versionId of [...versionIds, undefined])
    await expect(source.status('k', versionId)).resolves.toBe('COMPLETED');
  const { versions } = await destination.versions();
  expect(versions).toHaveLength(2);
  for (const { VersionId } of versions) await expect(destination.status('k', VersionId)).resolves.toBe('REPLICA');
});

test('a copy is a REPLICA as soon as it can be seen', async () => {
  const { source, destination } = await replicatedBuckets(parts, 'seen');
  await source.put('k', 'image');
  for (;;) {
    const status = await destination.status('k').catch((error: unknown) => (error as Error).name);
    if (status === 'NotFound') continue;
    expect(status).toBe('REPLICA');
    break;
  }
});

test('versions of one object arrive in their order, while many objects are under way', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'order');
  const objectKeys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  await Promise.all(
    objectKeys.map(async (objectKey) => {
      for (const body of ['a', 'b', 'c', 'd']) await source.put(objectKey, body);
    }),
  );
  await replication.drained();
  expect(replication.counts).toMatchObject({ pending: 0, completed: 80, failed: 0 });
  const etags = async (bucket: typeof source, objectKey: string) =>
    (await bucket.versions(objectKey)).versions.filter(({ Key }) => Key === objectKey).map(({ ETag }) => ETag);
  for (const objectKey of objectKeys)
    expect(await etags(destination, objectKey)).toEqual(await etags(source, objectKey));
});

test('through an outage of the destination nothing is lost or copied twice: refused, cut off before, cut off after', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'outage');
  const outage: Fault[] = [SLOW_DOWN, RESET_BEFORE, RESET_AFTER, RESET_AFTER, SLOW_DOWN, RESET_AFTER, RESET_BEFORE];
  parts.destination.gateway.faults = ({ method }) => (method === 'PUT' ? outage.shift() : undefined);
  for (const body of ['a', 'b', 'c', 'd', 'e']) await source.put('k', body);
  await replication.drained();

  expect(outage).toEqual([]);
  expect(replication.counts).toMatchObject({ pending: 0, completed: 5, failed: 0 });
  const etags = (versions: { ETag?: string }[]) => versions.map(({ ETag }) => ETag);
  const [original, copied] = [await source.versions(), await destination.versions()];
  expect(etags(copied.versions)).toEqual(etags(original.versions));
  for (const { VersionId } of copied.versions)
    await expect(destination.status('k', VersionId)).resolves.toBe('REPLICA');
});

test('a version that the destination refuses is FAILED, with S3 saying why, and later ones are replicated', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'refused');
  parts.destination.gateway.faults = ({ method }) => (method === 'PUT' ? ACCESS_DENIED : undefined);
  const refused = await source.put('k', 'one');
  await replication.drained();
  parts.destination.gateway.faults = () => undefined;
  const accepted = await source.put('k', 'two');
  await replication.drained();

  await expect(source.status('k', refused)).resolves.toBe('FAILED');
  await expect(source.status('k', accepted)).resolves.toBe('COMPLETED');
  expect(replication.failures).toMatchObject([
    { version: { objectKey: 'k', versionId: refused }, reason: { code: 'AccessDenied', statusCode: 403 } },
  ]);
  expect(replication.failures[0]?.reason.message).toContain('PUT s3://destination-refused/k failed: AccessDenied');
  expect((await destination.versions()).versions).toHaveLength(1);
});

test('delete markers stay behind where the rule says so: the destination still shows the object', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'markers-off');
  for (const objectKey of ['a', 'b']) await source.put(objectKey, 'image');
  await source.delete('a');
  await source.deleteMany(['b']);
  await replication.drained();
  expect(replication.counts).toMatchObject({ completed: 2, deleteMarkersNotReplicated: 2, deleteMarkersCompleted: 0 });
  await expect(source.get('a')).rejects.toThrow('does not exist');
  expect((await destination.get('a')).ReplicationStatus).toBe('REPLICA');
  expect((await destination.versions()).deleteMarkers).toEqual([]);
});

test('delete markers are replicated where the rule says so, by DeleteObject and DeleteObjects', async () => {
  const rule = { delete_marker_replication: { status: 'Enabled' } };
  const { source, destination, replication } = await replicatedBuckets(parts, 'markers-on', rule);
  for (const objectKey of ['a', AWKWARD_KEY]) await source.put(objectKey, 'image');
  await source.delete('a');
  await source.deleteMany([AWKWARD_KEY]);
  await replication.drained();
  expect(replication.counts).toMatchObject({ completed: 4, deleteMarkersCompleted: 2 });
  expect((await destination.versions()).deleteMarkers.map(({ Key }) => Key).sort()).toEqual(['a', AWKWARD_KEY].sort());
});

test('the deletion of a version is never replicated', async () => {
  const rule = { delete_marker_replication: { status: 'Enabled' } };
  const { source, destination, replication } = await replicatedBuckets(parts, 'version-delete', rule);
  const versionId = await source.put('k', 'image');
  await replication.drained();
  await source.delete('k', versionId);
  await replication.drained();
  expect((await source.versions()).versions).toEqual([]);
  expect((await destination.versions()).versions).toHaveLength(1);
  expect(replication.counts).toMatchObject({ completed: 1, failed: 0, deleteMarkersCompleted: 0 });
});

test.each([
  ['a disabled rule', { status: 'Disabled' }],
  ['a rule for another prefix', { filter: { prefix: 'orders/' } }],
])('under %s nothing is replicated or has a status', async (_, rule) => {
  const name = 'status' in rule ? 'disabled' : 'other-prefix';
  const { source, destination, replication } = await replicatedBuckets(parts, name, rule);
  await source.put('users/1', 'image');
  await replication.drained();
  expect((await destination.versions()).versions).toEqual([]);
  await expect(source.status('users/1')).resolves.toBeUndefined();
  expect(replication.counts).toMatchObject({ withoutRule: 1, completed: 0 });
});

test('what is written into the destination by others is no replica', async () => {
  const { destination } = await replicatedBuckets(parts, 'foreign');
  await destination.put('k', 'garbage');
  await expect(destination.status('k')).resolves.toBeUndefined();
});

test('a client of the source sees faults that are over as none: the SDK tries again', async () => {
  const { source, destination, replication } = await replicatedBuckets(parts, 'client-faults');
  const faults: Fault[] = [SLOW_DOWN, RESET_BEFORE];
  parts.source.gateway.faults = () => faults.shift();
  await source.put('k', 'image');
  await replication.drained();
  expect(faults).toEqual([]);
  expect((await destination.versions()).versions).toHaveLength(1);
});

test('when the source side is stopped, the destination goes on alone', async () => {
  const alone = await startTwoAccounts(ownParts);
  try {
    const { source, destination, replication } = await replicatedBuckets(alone, 'alone');
    await source.put('k', 'image');
    await replication.drained();
    await replication.stop();
    await alone.source.stop();
    await expect(source.owned()).rejects.toThrow('ECONNREFUSED');
    expect((await destination.get('k')).ReplicationStatus).toBe('REPLICA');
    await Promise.race([alone.died, Promise.resolve()]);
  } finally {
    await alone.stop();
  }
});
