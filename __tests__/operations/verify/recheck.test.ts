import { Recheck, type Places } from '../../../operations/verify/recheck';
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
    const differences = (await recheck.settle()).map(({ class: name, replicationStatus }) =>
      [name, replicationStatus].filter(Boolean).join(' '),
    );
    return { same: recheck.same, late: recheck.late, differences };
  }

  private places(): Places {
    return {
      table: { prefix: '', tableName: 't', keySchema: { partitionKey: 'id' } },
      items: { getBatch: () => Promise.resolve([itemOf(this.state)]) },
      source: this.source,
      destination: this.destination,
      statusOf: () => Promise.resolve('PENDING'),
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
