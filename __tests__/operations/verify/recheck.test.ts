import { readItems, Recheck, replicationStatusOf, type Places } from '../../../operations/verify/recheck';
import { S3Error } from '../../../aws/s3Error';
import { encodeImage, itemDigest } from '../../../core/image';
import { MemoryBucket } from '../../support/memoryBucket';

const OBJECT_KEY = 't/a/image.json';
const KEYS = { id: { S: 'a' } };
const itemOf = (state: number) => ({ ...KEYS, state: { N: String(state) } });

/** A table with one item that others write, and a capture that is as far behind as the test says. */
class Scene {
  clockMs = 1_000_000;
  state = 0;
  readonly source = new MemoryBucket();
  readonly destination = new MemoryBucket();
  private pauses = 0;

  constructor(private readonly whilePausing: (scene: Scene, pause: number) => void = () => undefined) {}

  /** Stores the image of a change to a state, made at a moment, in both buckets or in one. */
  capture(
    state: number,
    madeAtMs: number,
    buckets: MemoryBucket[] = [this.source, this.destination],
    storedAtMs = this.clockMs,
  ): void {
    const image = encodeImage(
      {
        event: 'MODIFY',
        position: { source: 'stream', streamLabel: 'L', sequenceNumber: String(state) },
        changedAtMs: madeAtMs,
        previousDigest: itemDigest(itemOf(state - 1)),
      },
      itemOf(state),
    );
    for (const bucket of buckets) bucket.store(OBJECT_KEY, image, storedAtMs);
  }

  async verified(settleMs: number) {
    const recheck = new Recheck(this.places(), settleMs);
    await recheck.add([{ objectKey: OBJECT_KEY, keys: KEYS }]);
    expect(recheck.size).toBe(1 - recheck.same);
    const differences = (await recheck.settle()).map(({ class: name, replicationStatus }) =>
      [name, replicationStatus].filter(Boolean).join(' '),
    );
    expect(recheck.size).toBe(0);
    return { same: recheck.same, late: recheck.late, differences };
  }

  places(status = 'PENDING'): Places {
    return {
      table: { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } },
      items: { getBatch: () => Promise.resolve([itemOf(this.state)]) },
      source: this.source,
      destination: this.destination,
      statusOf: () => Promise.resolve(status),
      signal: new AbortController().signal,
      nowMs: () => this.clockMs,
      pause: (ms) => {
        this.clockMs += Math.max(ms, 1);
        this.whilePausing(this, ++this.pauses);
        return Promise.resolve();
      },
    };
  }
}

test('what is right at the first look is the same, and nothing is waited for', async () => {
  const scene = new Scene(() => {
    throw new Error('it paused');
  });
  scene.capture(0, scene.clockMs);
  expect(await scene.verified(60_000)).toEqual({ same: 1, late: 0, differences: [] });
});

test('what becomes right within its time is late, and no difference', async () => {
  const scene = new Scene((here, pause) => pause === 3 && here.capture(1, here.clockMs));
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(60_000)).toEqual({ same: 0, late: 1, differences: [] });
});

test('what is still different when its time is over is a difference, and not before', async () => {
  const scene = new Scene();
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  const startedMs = scene.clockMs;
  expect(await scene.verified(60_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
  expect(scene.clockMs - startedMs).toBeGreaterThanOrEqual(60_000);
});

test('an item that never holds still is right when its image follows, however far behind it stays', async () => {
  const scene = new Scene((here) => {
    here.state += 1;
    here.capture(here.state - 1, here.clockMs - 10);
  });
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(60_000)).toEqual({ same: 0, late: 1, differences: [] });
});

test('an item that never holds still and whose image does not follow is stale', async () => {
  const scene = new Scene((here) => void (here.state += 1));
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
});

test('nor does it follow because the clock of whoever verifies is slow', async () => {
  const scene = new Scene((here) => void (here.state += 1));
  const rightMs = scene.clockMs + 600_000;
  scene.capture(0, rightMs, undefined, rightMs);
  scene.state = 1;
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
});

test('nor because it goes back and forth between states that it had before', async () => {
  const scene = new Scene((here) => void (here.state = 1 - here.state));
  scene.capture(0, scene.clockMs);
  scene.capture(1, scene.clockMs);
  scene.capture(2, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
});

test('nor because what is captured is stored once more', async () => {
  const scene = new Scene((here) => {
    here.state += 1;
    here.capture(0, here.clockMs);
  });
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
});

test('an item that never holds still follows, whatever time it is for whoever verifies', async () => {
  const scene = new Scene((here) => {
    here.state += 1;
    here.capture(here.state - 1, here.clockMs - 86_400_000, undefined, here.clockMs - 86_400_000);
  });
  scene.capture(0, 0, undefined, 0);
  scene.state = 1;
  expect(await scene.verified(60_000)).toEqual({ same: 0, late: 1, differences: [] });
});

test('a capture that goes on but is further behind than the time to settle is told as stale', async () => {
  const startedMs = 1_000_000;
  const scene = new Scene((here, pause) => {
    here.state += 1;
    here.capture(pause, startedMs - 3_600_000 + pause * 1_000);
  });
  scene.capture(0, startedMs - 3_600_000);
  scene.state = 1_000;
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['stale'] });
});

test('a destination that does not follow the source is told, with what S3 says of it', async () => {
  const scene = new Scene((here) => {
    here.state += 1;
    here.capture(here.state, here.clockMs, [here.source]);
  });
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  scene.capture(1, scene.clockMs, [scene.source]);
  expect(await scene.verified(30_000)).toEqual({ same: 0, late: 0, differences: ['notReplicated PENDING'] });
});

test('what is told of a difference is what the last look saw', async () => {
  const scene = new Scene((here, pause) => pause === 2 && here.capture(1, here.clockMs, [here.source]));
  scene.capture(0, scene.clockMs);
  scene.state = 1;
  expect(await scene.verified(60_000)).toEqual({ same: 0, late: 0, differences: ['notReplicated PENDING'] });
});

test('what S3 could not replicate is a class of its own', async () => {
  const scene = new Scene();
  scene.capture(0, scene.clockMs, [scene.source]);
  const recheck = new Recheck(scene.places('FAILED'), 0);
  await recheck.add([{ objectKey: OBJECT_KEY, keys: KEYS }]);
  expect(await recheck.settle()).toMatchObject([{ class: 'replicationFailed', replicationStatus: 'FAILED' }]);
});

test('many are asked for in batches that DynamoDB takes, and told in the order of their keys', async () => {
  const [places, asked] = [new Scene().places(), [] as number[]];
  const items: Places['items'] = {
    getBatch: (keys) => {
      asked.push(keys.length);
      return Promise.resolve(keys.toReversed());
    },
  };
  const recheck = new Recheck({ ...places, items }, 0);
  const ids = Array.from({ length: 150 }, (_, n) => `${100 + ((n * 7) % 150)}`);
  await recheck.add(ids.map((id) => ({ objectKey: `t/${id}/image.json`, keys: { id: { S: id } } })));
  expect(asked).toEqual([100, 50]);
  const differences = await recheck.settle();
  expect(differences.map(({ objectKey }) => objectKey)).toEqual(ids.sort().map((id) => `t/${id}/image.json`));
  expect(differences[0]).toMatchObject({ class: 'missing', in: 'source' });
});

test('an object of which nobody knows the item is not asked for: DynamoDB refuses an empty batch', async () => {
  const items: Places['items'] = { getBatch: () => Promise.reject(new Error('it asked')) };
  expect(await readItems({ ...new Scene().places(), items }, [{ objectKey: OBJECT_KEY }])).toEqual(new Map());
});

test('the status of a version that S3 has not, or not any more, has a word; other errors are errors', async () => {
  const status = (statusOf: Places['statusOf']) => replicationStatusOf({ statusOf }, OBJECT_KEY, 'v');
  const failing = (statusCode: number) => () => Promise.reject(new S3Error('Code', statusCode, 'no', {}));
  expect(await status(() => Promise.resolve(undefined))).toBe('NONE');
  expect(await status(() => Promise.resolve('COMPLETED'))).toBe('COMPLETED');
  expect(await status(failing(404))).toBe('GONE');
  await expect(status(failing(403))).rejects.toThrow(S3Error);
  await expect(status(() => Promise.reject(Object.assign(new Error('other'), { statusCode: 404 })))).rejects.toThrow(
    'other',
  );
});
