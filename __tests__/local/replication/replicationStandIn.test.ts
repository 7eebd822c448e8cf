import fc from 'fast-check';
import { S3Error } from '../../../aws/s3Error';
import type { NewVersion } from '../../../local/parts/newVersions';
import {
  ReplicationStandIn,
  type ReplicationStatus,
  type ReplicationTargets,
} from '../../../local/replication/replicationStandIn';
import type { ReplicationRule } from '../../../local/replication/ruleFor';

const rule: ReplicationRule = {
  id: 'everything',
  priority: 0,
  isEnabled: true,
  prefix: '',
  replicatesDeleteMarkers: false,
  destinationBucketName: 'destination',
};

const version = (objectKey: string, versionId: string, isDeleteMarker = false): NewVersion => ({
  bucket: 'source',
  objectKey,
  versionId,
  isDeleteMarker,
});

/** A destination whose copies wait until they are let go, and which refuses what it was not asked for. */
class HeldDestination implements ReplicationTargets {
  readonly copies: { objectKey: string; copyOf: string; versionId: string; bucket: string; storageClass?: string }[] =
    [];
  readonly held: { version: NewVersion; go: () => void; fail: (error: Error, hasLanded?: boolean) => void }[] = [];
  mostAtOnce = 0;
  isHolding = true;

  async copyVersion(from: NewVersion, to: { bucket: string; storageClass?: string }): Promise<string> {
    const land = () => {
      const versionId = `copy-${this.copies.length + 1}`;
      this.copies.push({ objectKey: from.objectKey, copyOf: from.versionId, versionId, ...to });
      return versionId;
    };
    if (!this.isHolding) return land();
    return new Promise((resolve, reject) => {
      const held = {
        version: from,
        go: () => resolve(land()),
        fail: (error: Error, hasLanded = false) => {
          if (hasLanded) land();
          reject(error);
        },
      };
      this.held.push(held);
      this.mostAtOnce = Math.max(this.mostAtOnce, this.held.length);
    });
  }

  async addDeleteMarker(objectKey: string, bucket: string): Promise<string> {
    this.copies.push({ objectKey, copyOf: 'delete marker', versionId: 'marker', bucket });
    return Promise.resolve('marker');
  }

  async newestIfCopy({ objectKey, versionId }: NewVersion): Promise<string | undefined> {
    const newest = this.copies.filter((copy) => copy.objectKey === objectKey).at(-1);
    // The real one compares bodies: an equal version before is taken for a copy as well.
    return Promise.resolve(newest?.copyOf.split(' ')[0] === versionId.split(' ')[0] ? newest?.versionId : undefined);
  }

  /** The next copy that is under way, of the object or of any. */
  async next(objectKey?: string) {
    for (;;) {
      const i = this.held.findIndex((held) => objectKey === undefined || held.version.objectKey === objectKey);
      const [found] = i < 0 ? [] : this.held.splice(i, 1);
      if (found) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function standIn(options: Partial<ConstructorParameters<typeof ReplicationStandIn>[0]> = {}) {
  const destination = new HeldDestination();
  const replication = new ReplicationStandIn({
    rules: [rule],
    sourceBucketName: 'source',
    targets: destination,
    firstPauseMs: 0,
    ...options,
  });
  return { destination, replication };
}

const slowDown = new S3Error('SlowDown', 503, 'slow down', {});
const denied = new S3Error('AccessDenied', 403, 'denied', {});

test('a version is PENDING at once, then COMPLETED, and its copy a REPLICA', async () => {
  const { destination, replication } = standIn();
  replication.onNewVersion(version('users/1', 'v1'));
  expect(replication.statusInSource('users/1', 'v1')).toBe<ReplicationStatus>('PENDING');

  (await destination.next()).go();
  await replication.drained();
  expect(replication.statusInSource('users/1', 'v1')).toBe<ReplicationStatus>('COMPLETED');
  await expect(replication.statusInDestination('users/1', 'copy-1')).resolves.toBe('REPLICA');
  expect(replication.counts).toMatchObject({ pending: 0, completed: 1, failed: 0 });
});

test('each version keeps its own status, and what others wrote has none', async () => {
  const { destination, replication } = standIn();
  replication.onNewVersion(version('users/1', 'v1'));
  replication.onNewVersion(version('users/1', 'v2'));
  (await destination.next()).go();
  await destination.next();
  expect(replication.statusInSource('users/1', 'v1')).toBe('COMPLETED');
  expect(replication.statusInSource('users/1', 'v2')).toBe('PENDING');
  expect(replication.statusInSource('users/1', 'v3')).toBeUndefined();
  expect(replication.statusInSource('users/2', 'v1')).toBeUndefined();
  await expect(replication.statusInDestination('users/2', 'copy-1')).resolves.toBeUndefined();
});

test('a copy that can be seen in the bucket already is a REPLICA, even before its own answer is there', async () => {
  const { destination, replication } = standIn();
  replication.onNewVersion(version('users/1', 'v1'));
  const copy = await destination.next();
  const asked = replication.statusInDestination('users/1', 'copy-1');
  copy.go();
  await expect(asked).resolves.toBe('REPLICA');
});

test('law: versions of one object are copied in their order, each once, whatever fails in passing', async () => {
  const histories = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(histories, fc.integer({ min: 1, max: 4 }), async (history, parallelism) => {
      const { destination, replication } = standIn({ parallelism });
      destination.isHolding = false;
      const failsOnce = new Set(history.flatMap(([, fails], i) => (fails ? [`v${i}`] : [])));
      const copy = destination.copyVersion.bind(destination);
      destination.copyVersion = (from, to) =>
        failsOnce.delete(from.versionId) ? Promise.reject(slowDown) : copy(from, to);
      history.forEach(([objectKey], i) => replication.onNewVersion(version(objectKey, `v${i}`)));
      await replication.drained();

      for (const objectKey of ['a', 'b', 'c']) {
        expect(destination.copies.filter((each) => each.objectKey === objectKey).map(({ copyOf }) => copyOf)).toEqual(
          history.flatMap(([key], i) => (key === objectKey ? [`v${i}`] : [])),
        );
      }
    }),
  );
});

test('as many as allowed are under way, of different objects', async () => {
  const { destination, replication } = standIn({ parallelism: 2 });
  for (const objectKey of ['a', 'a', 'b', 'c']) replication.onNewVersion(version(objectKey, `${objectKey}1`));
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve)); // lets everything start that can
    expect(new Set(destination.held.map((held) => held.version.objectKey)).size).toBe(destination.held.length);
    (await destination.next()).go();
  }
  await replication.drained();
  expect(destination.mostAtOnce).toBe(2);
});

test('a version that keeps failing is FAILED after its attempts, with the reason kept, and the next one goes on', async () => {
  const { destination, replication } = standIn({ attempts: 3 });
  replication.onNewVersion(version('users/1', 'v1'));
  replication.onNewVersion(version('users/1', 'v2'));
  for (let attempt = 1; attempt <= 3; attempt++) (await destination.next()).fail(slowDown);
  (await destination.next()).go();
  await replication.drained();

  expect(replication.statusInSource('users/1', 'v1')).toBe('FAILED');
  expect(replication.failures).toEqual([{ version: version('users/1', 'v1'), reason: slowDown }]);
  expect(destination.copies.map(({ copyOf }) => copyOf)).toEqual(['v2']);
  expect(replication.counts).toMatchObject({ pending: 0, completed: 1, failed: 1 });
});

test('what is refused is FAILED at once, as in S3', async () => {
  const { destination, replication } = standIn();
  replication.onNewVersion(version('users/1', 'v1'));
  (await destination.next()).fail(denied);
  await replication.drained();
  expect(replication.failures).toMatchObject([{ reason: denied }]);
  expect(destination.held).toEqual([]);
});

test('an attempt that made its copy and lost the answer is not repeated: one version, one copy', async () => {
  const { destination, replication } = standIn();
  replication.onNewVersion(version('users/1', 'v1'));
  (await destination.next()).fail(new Error('ECONNRESET'), true);
  await replication.drained();
  expect(destination.copies).toHaveLength(1);
  expect(replication.counts).toMatchObject({ completed: 1, failed: 0 });
  await expect(replication.statusInDestination('users/1', 'copy-1')).resolves.toBe('REPLICA');
});

test('the copy of an equal version before is not taken for the one whose answer was lost', async () => {
  const { destination, replication } = standIn();
  // Equal as far as the destination can tell: the same name up to the space.
  replication.onNewVersion(version('users/1', 'same 1'));
  replication.onNewVersion(version('users/1', 'same 2'));
  (await destination.next()).go();
  (await destination.next()).fail(slowDown);
  (await destination.next()).go();
  await replication.drained();
  expect(destination.copies.map(({ copyOf }) => copyOf)).toEqual(['same 1', 'same 2']);
});

test("a copy gets the rule's bucket and storage class", async () => {
  const { destination, replication } = standIn({ rules: [{ ...rule, storageClass: 'GLACIER_IR' }] });
  destination.isHolding = false;
  replication.onNewVersion(version('users/1', 'v1'));
  await replication.drained();
  expect(destination.copies).toMatchObject([{ bucket: 'destination', storageClass: 'GLACIER_IR' }]);
});

test('without a rule nothing is copied, has a status, or is waited for; it is counted', async () => {
  const { destination, replication } = standIn({ rules: [{ ...rule, prefix: 'users/' }] });
  replication.onNewVersion(version('orders/1', 'v1'));
  replication.onNewVersion({ ...version('users/1', 'v1'), bucket: 'some other bucket' });
  await replication.drained();
  expect(destination.held).toEqual([]);
  expect(replication.statusInSource('orders/1', 'v1')).toBeUndefined();
  expect(replication.counts).toMatchObject({ pending: 0, completed: 0, withoutRule: 2 });
});

test('delete markers stay behind, unless the rule takes them along', async () => {
  const off = standIn();
  off.replication.onNewVersion(version('users/1', 'm1', true));
  await off.replication.drained();
  expect(off.destination.copies).toEqual([]);
  expect(off.replication.counts).toMatchObject({ deleteMarkersNotReplicated: 1, withoutRule: 0, completed: 0 });

  const on = standIn({ rules: [{ ...rule, replicatesDeleteMarkers: true }] });
  on.replication.onNewVersion(version('users/1', 'm1', true));
  await on.replication.drained();
  expect(on.destination.copies).toMatchObject([{ copyOf: 'delete marker', bucket: 'destination' }]);
  expect(on.replication.counts).toMatchObject({ completed: 1, deleteMarkersCompleted: 1 });
});

test('stopped, it leaves what is pending as it is, and says so to whoever waits', async () => {
  const { destination, replication } = standIn({ parallelism: 1 });
  replication.onNewVersion(version('users/1', 'v1'));
  replication.onNewVersion(version('users/2', 'v1'));
  const underWay = await destination.next();
  const drained = replication.drained();
  const stopped = replication.stop();
  await expect(drained).rejects.toThrow('stopped; versions that stay pending: 2');
  underWay.go();
  await stopped;

  expect(replication.statusInSource('users/1', 'v1')).toBe('COMPLETED');
  expect(replication.statusInSource('users/2', 'v1')).toBe('PENDING');
  expect(destination.held).toEqual([]);
  await expect(replication.drained()).rejects.toThrow('stopped; versions that stay pending: 1');
});

test('stopping does not wait for the pause before the next attempt', async () => {
  const { destination, replication } = standIn({ firstPauseMs: 1_000_000 });
  replication.onNewVersion(version('users/1', 'v1'));
  (await destination.next()).fail(slowDown);
  await new Promise((resolve) => setImmediate(resolve));
  await replication.stop();
  expect(replication.statusInSource('users/1', 'v1')).toBe('PENDING');
  expect(replication.failures).toEqual([]);
}, 2_000); // less than the longest pause
