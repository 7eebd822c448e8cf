import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  CreateBucketCommand,
} from '@aws-sdk/client-s3';
import { s3LockStore } from '../../aws/objectLocks';
import { s3TagStore } from '../../aws/objectTags';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../core/journal/coveredTag';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3Client } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import { DAY_MS, type VersionLock } from '../../core/lockRenewal';
import { renewLocks } from '../../operations/renewLocks/renewLocks';
import { commandPartsOfFile } from './support/commandParts';

const parts = commandPartsOfFile();
const SILENT = { onPage: () => undefined, onLeft: () => undefined };
const RULE = { mode: 'COMPLIANCE', retentionDays: 30 } as const;
const BODY = '{"Item":{}}';
const MD5 = createHash('md5').update(BODY).digest('base64');
let buckets = 0;

/** A bucket with Object Lock of its own. */
async function lockedBucket(mode: 'COMPLIANCE' | 'GOVERNANCE' | undefined) {
  const bucket = `locked-${++buckets}`;
  const settings = {
    ...{ endpoint: parts.s3.endpoint, region: 'eu-west-1', bucket },
    credentials: { accessKeyId: 'locks', secretAccessKey: 'local' },
  };
  const client = s3Client(settings);
  await client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ObjectLockEnabledForBucket: true,
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    }),
  );
  if (mode) {
    const Rule = { DefaultRetention: { Mode: mode, Days: 30 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }));
  }
  const put = async (Key: string) => {
    const { VersionId = '' } = await client.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: BODY, ContentMD5: MD5 }),
    );
    return VersionId;
  };
  const remove = (Key: string, VersionId: string) =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  return { settings, put, remove, locks: s3LockStore(settings) };
}

const inDays = (mode: VersionLock['mode'], days: number): VersionLock => ({
  mode,
  untilMs: Math.floor((Date.now() + days * DAY_MS) / 1_000) * 1_000,
});

test('a lock is what it was set to, and is seen without reading the object', async () => {
  const { put, locks } = await lockedBucket(undefined);
  const key = `users/a%2Fb ü💾+&?'"=/image.json`;
  const versionId = await put(key);
  expect((await locks.look(key, versionId)).lock).toBeUndefined();
  const lock = inDays('GOVERNANCE', 3);
  await locks.lock(key, versionId, lock);
  expect((await locks.look(key, versionId)).lock).toEqual(lock);
});

test.each<[string, VersionLock['mode'], VersionLock['mode'], number, string | undefined]>([
  ['is made longer', 'COMPLIANCE', 'COMPLIANCE', 40, undefined],
  ['is not made shorter in COMPLIANCE mode', 'COMPLIANCE', 'COMPLIANCE', 20, 'AccessDenied'],
  ['is not weakened', 'COMPLIANCE', 'GOVERNANCE', 40, 'AccessDenied'],
  ['is made longer in GOVERNANCE mode', 'GOVERNANCE', 'GOVERNANCE', 40, undefined],
  ['is not made shorter in GOVERNANCE mode without a bypass', 'GOVERNANCE', 'GOVERNANCE', 20, 'AccessDenied'],
  ['never ends in the past', 'GOVERNANCE', 'GOVERNANCE', -1, 'InvalidArgument'],
])('a lock in force %s', async (_what, mode, wanted, days, refusal) => {
  const { put, locks } = await lockedBucket(mode);
  const versionId = await put('users/a/image.json');
  const outcome = locks.lock('users/a/image.json', versionId, inDays(wanted, days));
  if (refusal === undefined) await outcome;
  else await expect(outcome).rejects.toMatchObject({ code: refusal });
});

test('a version is tagged by its id, locked and below a newer one', async () => {
  const { settings, put } = await lockedBucket('COMPLIANCE');
  const key = `users/a%2Fb ü💾+&?'"=/image.json`;
  const [old, current] = [await put(key), await put(key)];
  await s3TagStore(settings).put(key, old, COVERED_TAG);
  await s3TagStore(settings).put(key, old, SUPERSEDED_TAG);
  const tagsOf = async (VersionId: string) =>
    (await s3Client(settings).send(new GetObjectTaggingCommand({ Bucket: settings.bucket, Key: key, VersionId })))
      .TagSet;
  expect(await tagsOf(old)).toEqual([{ Key: SUPERSEDED_TAG.key, Value: SUPERSEDED_TAG.value }]);
  expect(await tagsOf(current)).toEqual([]);
});

test('a sweep locks what was unlocked, which then cannot be deleted', async () => {
  const { settings, put, remove, locks } = await lockedBucket(undefined);
  const [old, current] = [await put('users/a/image.json'), await put('users/a/image.json')];
  const definition = await put('users/table.json');
  const { sweeps, renewed } = await renewLocks({
    ...{ locks, prefix: '', rule: RULE, nowMs: Date.now, hasTime: () => true, watch: SILENT },
    lister: s3VersionLister(settings),
    texts: s3TextStore(settings),
  });
  expect(renewed).toBe(2);
  expect(sweeps.last?.counts).toEqual({ versions: 2, renewed: 2, foundUnlocked: 2, weaker: 0, left: 0 });
  for (const [key, id] of [['users/a/image.json', current] as const, ['users/table.json', definition] as const])
    await expect(remove(key, id)).rejects.toThrow('Access Denied');
  await remove('users/a/image.json', old);
});
