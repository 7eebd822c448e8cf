import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { objectHistories } from '../../../aws/objectVersions';
import { s3LockStore } from '../../../aws/objectLocks';
import { s3Client } from '../../../aws/s3Client';
import type { AttributeMap } from '../../../core/attributeValue';
import { DAY_MS } from '../../../core/lockRenewal';
import { keysOf } from '../../../core/objectKey';
import { restore } from '../../../local/demo/restore';
import { compare, snapshotOf } from '../../../local/demo/snapshot';
import { order, seededRandom, user } from '../../../local/demo/workload';
import type { LocalRun } from '../../../local/localRun';
import type { LocalBucket } from '../../../local/localTable';
import type { Deployed } from './deployed';
import { RETENTION_DAYS, type Way } from './settings';

const ITEMS = 20;

/** Changes run through the deployed configuration, as far as the destination bucket, and come back from there. */
export function describeUse(way: Way, here: () => Deployed): void {
  describe('in use, by what the accounts say that they are set to', () => {
    let run: LocalRun;
    const logged: string[] = [];
    beforeAll(async () => {
      run = await here().play((line) => logged.push(line));
      await makeChanges(run);
      await run.refreshTableDefinitions();
      await run.drained();
    });

    test('every change of every item is a version in both buckets', async () => {
      expect(logged).toEqual([]);
      expect(run.replication.failures).toEqual([]);
      for (const bucket of [run.source, run.destination]) {
        expect(await versionsByTable(bucket, [...run.tables.keys()])).toEqual({ users: CHANGES, orders: CHANGES });
      }
    });

    test('what is restored from the destination bucket is what the tables hold', async () => {
      for (const [tableName, { table, deployed }] of run.tables) {
        const into = { tableName: `${tableName}-restored`, dynamoDb: run.destinationDynamoDb(tableName) };
        const restored = await restore(run.destination, { prefix: '', tableName }, into);
        const snapshot = (of: typeof table) => snapshotOf(of, deployed.keySchema);
        const comparison = compare(await snapshot(table), await snapshot(restored.table));
        expect(comparison).toEqual({ identical: ITEMS - DELETED, different: [], missing: [], extra: [] });
      }
    });

    test('a copy is locked and encrypted as the destination bucket says', async () => {
      const { objectKey, versionId } = await anImage(run.destination);
      const client = s3Client(run.destination);
      const version = { Bucket: run.destination.bucket, Key: objectKey, VersionId: versionId };
      const head = await client.send(new HeadObjectCommand(version));
      const lockedForDays = (Number(head.ObjectLockRetainUntilDate) - Number(head.LastModified)) / 86_400_000;
      expect(Math.round(lockedForDays)).toBe(RETENTION_DAYS);
      expect(head).toMatchObject({
        ObjectLockMode: 'COMPLIANCE',
        ServerSideEncryption: way === 'apart' ? 'aws:kms' : 'AES256',
        ...(way === 'apart' && { SSEKMSKeyId: here().outputs.destination_key_arn }),
      });
      await expect(client.send(new DeleteObjectCommand(version))).rejects.toThrow('Access Denied');
    });

    test('the renewal of locks, as it is deployed, renews what is current, and not what has been replaced', async () => {
      const client = s3Client(run.destination);
      const Key = 'elsewhere/table.json';
      const versionIds: string[] = [];
      for (const Body of ['replaced', 'current']) {
        const version = { Bucket: run.destination.bucket, Key, Body, ChecksumAlgorithm: 'SHA256' as const };
        const ObjectLockRetainUntilDate = new Date(Date.now() + DAY_MS);
        const put = new PutObjectCommand({ ...version, ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate });
        versionIds.push((await client.send(put)).VersionId!);
      }
      expect(await run.renewLocks()).toMatchObject({ renewedInThisRun: 1, left: 0, isUnderWay: false });
      const locks = s3LockStore(run.destination);
      const lockedForDays = versionIds.map(async (versionId) => {
        const { lock } = await locks.look(Key, versionId);
        return Math.round((lock!.untilMs - Date.now()) / DAY_MS);
      });
      expect(await Promise.all(lockedForDays)).toEqual([1, RETENTION_DAYS]);
    });
  });
}

/** Every item is put, every second one once more, every fifth one deleted. */
const CHANGED_AGAIN = ITEMS / 2;
const DELETED = ITEMS / 5;
const CHANGES = ITEMS + CHANGED_AGAIN + DELETED;

async function makeChanges(run: LocalRun): Promise<void> {
  const items: Record<string, (n: number, seed: number) => AttributeMap> = {
    users: (n, seed) => user(n, seededRandom(seed)),
    orders: (n, seed) => order(n, seededRandom(seed)),
  };
  for (const [tableName, { table, deployed }] of run.tables) {
    const item = items[tableName]!;
    for (let n = 0; n < ITEMS; n++) await table.put(item(n, n));
    for (let n = 0; n < ITEMS; n += 2) await table.put(item(n, ITEMS + n));
    for (let n = 0; n < ITEMS; n += 5) await table.delete(keysOf(deployed.keySchema, item(n, n)));
  }
}

async function versionsByTable(bucket: LocalBucket, tableNames: readonly string[]): Promise<Record<string, number>> {
  const counts = tableNames.map(async (tableName) => {
    let versions = 0;
    for await (const history of objectHistories(bucket, `${tableName}/`)) {
      if (history.objectKey.endsWith('/image.json')) versions += history.versions.length;
    }
    return [tableName, versions] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

async function anImage(bucket: LocalBucket): Promise<{ objectKey: string; versionId: string }> {
  for await (const { objectKey, versions } of objectHistories(bucket, 'users/')) {
    const [version] = versions;
    if (objectKey.endsWith('/image.json') && version) return { objectKey, versionId: version.versionId };
  }
  throw new Error(`no image in ${bucket.bucket}`);
}
