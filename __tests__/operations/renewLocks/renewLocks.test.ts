import fc from 'fast-check';
import type { LockStore } from '../../../aws/objectLocks';
import { encodeImage, itemDigest } from '../../../core/image';
import { DAY_MS, heldMs, sweepEveryMs, type LockRule } from '../../../core/lockRenewal';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { lockSweepsKey } from '../../../core/serviceKeys';
import { renewLocks, type RenewLocksRequest } from '../../../operations/renewLocks/renewLocks';
import { newSweep, readSweeps, sweepsText, sweepToDo, RUNS_EVERY_MS } from '../../../operations/renewLocks/sweeps';
import { MemoryBucket } from '../../support/memoryBucket';

const SILENT = { onPage: () => undefined, onLeft: () => undefined };
const RULE: LockRule = { mode: 'COMPLIANCE', retentionDays: 30 };
const START = Date.UTC(2026, 0, 1);

class Destination extends MemoryBucket {
  private changes = 0;

  constructor(rule = RULE) {
    super(START);
    this.s3.defaultLock = rule;
  }

  /** A change of an item, stored now; its place in the change order may be said. */
  change(id: string, isDelete = false, number = ++this.changes): string {
    const item = isDelete ? undefined : { id: { S: id }, change: { N: String(number) } };
    const position = {
      source: 'stream',
      streamLabel: '2026-01-01T00:00:00.000',
      sequenceNumber: String(number),
    } as const;
    const event = isDelete ? 'REMOVE' : 'MODIFY';
    const header = { event, position, changedAtMs: this.clockMs, previousDigest: itemDigest(undefined) } as const;
    this.store(`users/${id}/image.json`, encodeImage(header, item), this.clockMs);
    return `users/${id}/image.json`;
  }

  run(more: Partial<RenewLocksRequest> = {}) {
    const { versionLister: lister, locks, nowMs } = this;
    const texts = {
      read: (key: string) => this.read(key),
      write: (key: string, text: string) => this.write(key, text),
    };
    return renewLocks({
      lister,
      locks,
      texts,
      prefix: '',
      rule: RULE,
      nowMs,
      hasTime: () => true,
      watch: SILENT,
      ...more,
    });
  }

  isLocked(objectKey: string, at = -1): boolean {
    return (this.stored(objectKey).at(at)?.lock?.untilMs ?? 0) > this.clockMs;
  }
}

describe('the newest copy of every item stays locked', () => {
  test('whenever it was changed, for as long as the function runs: law over four retentions', async () => {
    const [STEPS_PER_RETENTION, STEPS] = [16, 64];
    const change = fc.record({
      step: fc.integer({ min: 0, max: STEPS }),
      id: fc.constantFrom('a', 'b', 'c'),
      isDelete: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        async (changes, retentionDays) => {
          const rule = { ...RULE, retentionDays };
          const bucket = new Destination(rule);
          for (let step = 0; step <= STEPS; step++) {
            bucket.clockMs = Math.max(bucket.clockMs, START + (step * retentionDays * DAY_MS) / STEPS_PER_RETENTION);
            for (const { id, isDelete } of changes.filter((one) => one.step === step)) bucket.change(id, isDelete);
            await bucket.run({ rule });
            const items = bucket.keys().filter((key) => key.startsWith('users/'));
            expect(items.filter((key) => !bucket.isLocked(key))).toEqual([]);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test('without a renewal it would not: what has not changed for the retention is the only copy, and unlocked', () => {
    const bucket = new Destination();
    const key = bucket.change('a');
    bucket.clockMs += 30 * DAY_MS;
    expect(bucket.isLocked(key)).toBe(false);
    expect(() => bucket.deleteVersion(key, bucket.stored(key)[0]!.versionId)).not.toThrow();
  });

  test('what is locked cannot be deleted, and no lock gets longer than the retention', async () => {
    const bucket = new Destination();
    const key = bucket.change('a');
    bucket.clockMs += 29 * DAY_MS;
    await bucket.run();
    bucket.clockMs += 20 * DAY_MS;
    const [version] = bucket.stored(key);
    expect(() => bucket.deleteVersion(key, version!.versionId)).toThrow('AccessDenied');
    expect(version!.lock!.untilMs).toBeLessThanOrEqual(START + 59 * DAY_MS + 1_000);
  });
});

describe('which versions are locked', () => {
  /** The lock of each version after a sweep that finds all locks over, the first stored first. */
  async function lockedAfter(bucket: Destination, key: string): Promise<boolean[]> {
    bucket.clockMs += 40 * DAY_MS;
    await bucket.run();
    return bucket.stored(key).map((_, at) => bucket.isLocked(key, at));
  }

  test('of an item only the newest, where that is the current version', async () => {
    const bucket = new Destination();
    for (let i = 0; i < 3; i++) bucket.change('a');
    expect(await lockedAfter(bucket, 'users/a/image.json')).toEqual([false, false, true]);
  });

  test('the newest by the change order as well, where an older change was stored after it', async () => {
    const bucket = new Destination();
    bucket.change('a', false, 1);
    bucket.change('a', false, 3);
    bucket.change('a', false, 2);
    expect(await lockedAfter(bucket, 'users/a/image.json')).toEqual([false, true, true]);
  });

  test('the newest below a delete marker', async () => {
    const bucket = new Destination();
    bucket.change('a');
    bucket.change('a');
    bucket.deleteMarker('users/a/image.json');
    expect(await lockedAfter(bucket, 'users/a/image.json')).toEqual([false, true, false]);
  });

  test('a tombstone, until lifecycle has put a marker on it', async () => {
    const bucket = new Destination();
    bucket.change('a', true);
    bucket.change('b', true);
    bucket.deleteMarker('users/b/image.json');
    expect(await lockedAfter(bucket, 'users/a/image.json')).toEqual([true]);
    expect(bucket.isLocked('users/b/image.json', 0)).toBe(false);
  });

  test('all that may be the newest, where one of them cannot be read', async () => {
    const bucket = new Destination();
    bucket.change('a');
    bucket.store('users/a/image.json', { body: '?', metadata: { 'dcs-format': '9' } }, bucket.clockMs);
    bucket.change('a');
    expect(await lockedAfter(bucket, 'users/a/image.json')).toEqual([true, true, true]);
  });

  test('table.json and reports, but no report that has expired, no probe, no parked batch', async () => {
    const bucket = new Destination();
    const [definition, report, expired] = ['users/table.json', '=dcs/users/drill/1.json', '=dcs/users/drill/0.json'];
    const [probe, parked] = ['=dcs/=check/1.json', 'aws/lambda/1/1'];
    for (const key of [definition, report, expired, probe, parked])
      bucket.store(key, { body: '{}', metadata: {} }, START);
    bucket.deleteMarker(expired);
    expect(await lockedAfter(bucket, definition)).toEqual([true]);
    expect([report, expired, probe, parked].map((key) => bucket.isLocked(key, 0))).toEqual([true, false, false, false]);
  });

  test('what of a journal the compactor has told that it may go is locked no longer; what it has told nothing of, and the runs, are', async () => {
    const bucket = new Destination();
    const below = 'dcs/=dcs/users/';
    const [covered, superseded] = [COVERED_TAG, SUPERSEDED_TAG];
    const objects = [
      ['journal/2026/1.tsv.gz', undefined, true],
      ['journal/2026/2.tsv.gz', covered, false],
      ['journal/2026/3.tsv.gz', superseded, true], // nobody puts that there
      ['journal/2026/4.tsv.gz', { key: 'dcs-covered', value: 'no' }, true],
      ['runs/a/part-0000.tsv.gz', undefined, true],
      ['runs/b/part-0000.tsv.gz', covered, true], // in a base, and the history all the same
      ['runs/c/part-0000.tsv.gz', superseded, false],
      ['base/a/items/part-0000.json.gz', undefined, true],
      ['base/b/items/part-0000.json.gz', covered, false],
      ['base/c/items/part-0000.json.gz', superseded, false],
    ] as const;
    for (const [path, tag] of objects) {
      bucket.store(`${below}${path}`, { body: path, metadata: {} }, START);
      const [version] = bucket.stored(`${below}${path}`);
      if (tag) await bucket.tags.put(`${below}${path}`, version!.versionId, tag);
    }
    bucket.clockMs += 29 * DAY_MS;
    const { sweeps } = await bucket.run({ prefix: 'dcs/' });
    expect(sweeps.last?.counts).toMatchObject({ foundUnlocked: 0, left: 0, versions: objects.length });
    bucket.clockMs += 2 * DAY_MS;
    expect(objects.map(([path]) => [path, bucket.isLocked(`${below}${path}`)])).toEqual(
      objects.map(([path, , isLocked]) => [path, isLocked]),
    );
    // And when they are unlocked, nobody is called for.
    expect((await bucket.run({ prefix: 'dcs/', atOnce: true })).sweeps.last?.counts).toMatchObject({
      foundUnlocked: 0,
    });
  });

  test('every version of an object of a journal, which nobody writes twice, until lifecycle has put a marker on it', async () => {
    const bucket = new Destination();
    const [kept, covered] = ['=dcs/users/journal/1.tsv.gz', '=dcs/users/journal/0.tsv.gz'];
    for (const key of [kept, covered]) bucket.store(key, { body: 'captured', metadata: {} }, START);
    bucket.store(kept, { body: 'put on top of it', metadata: {} }, START + 1);
    bucket.deleteMarker(covered);
    bucket.clockMs = START + 25 * DAY_MS;
    await bucket.run();
    bucket.clockMs = START + 35 * DAY_MS;
    expect([bucket.isLocked(kept, 0), bucket.isLocked(kept, 1), bucket.isLocked(covered, 0)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('S3 refuses a stronger mode: the lock gets longer in its own, and is counted', async () => {
    const bucket = new Destination({ ...RULE, mode: 'GOVERNANCE' });
    const key = bucket.change('a');
    bucket.clockMs += 25 * DAY_MS;
    const { sweeps } = await bucket.run();
    expect(sweeps.last?.counts).toMatchObject({ versions: 1, renewed: 1, weaker: 1, left: 0, foundUnlocked: 0 });
    bucket.clockMs += 20 * DAY_MS;
    expect(bucket.isLocked(key)).toBe(true);
  });
});

describe('a sweep that takes more than one run', () => {
  const filled = () => {
    const bucket = new Destination();
    for (let i = 0; i < 20; i++) bucket.change(`item-${i}`);
    bucket.clockMs += 40 * DAY_MS;
    return bucket;
  };

  test('goes on where it stopped, looks at everything, and says when it has', async () => {
    const bucket = filled();
    let runs = 0;
    let renewed = 0;
    for (let isWhole = false; !isWhole; runs++) {
      const outcome = await bucket.run({ hasTime: () => false });
      renewed += outcome.renewed;
      isWhole = outcome.sweeps.last !== undefined;
    }
    expect(runs).toBeGreaterThan(3);
    expect(renewed).toBe(20);
    expect(readSweeps(await bucket.read(lockSweepsKey(''))).last?.counts).toMatchObject({
      versions: 20,
      foundUnlocked: 20,
      left: 0,
    });
    for (const key of bucket.keys().filter((one) => one.startsWith('users/'))) expect(bucket.isLocked(key)).toBe(true);
    expect((await bucket.run()).renewed).toBe(0);
  });

  test('what is remembered only saves work: without it all is done again', async () => {
    const bucket = filled();
    await bucket.run({ hasTime: () => false });
    await bucket.write(lockSweepsKey(''), 'no JSON');
    const { sweeps } = await bucket.run();
    expect(sweeps.last?.counts).toMatchObject({ versions: 20, left: 0 });
  });

  test('an object that cannot be locked is counted and told, and the others are locked', async () => {
    const bucket = filled();
    const { locks } = bucket;
    const refusing: LockStore = {
      ...locks,
      lock: (key, id, lock) => locks.lock(key, id, key.includes('item-7/') ? { ...lock, untilMs: 0 } : lock),
    };
    const { sweeps } = await bucket.run({ locks: refusing });
    expect(sweeps.last?.counts).toMatchObject({ versions: 19, renewed: 19, left: 1 });
    expect(sweeps.last?.examples).toEqual([expect.stringContaining('InvalidArgument')]);
  });

  test('a function that may not lock anything fails, and does not list everything that it could not do', async () => {
    const bucket = new Destination();
    for (let i = 0; i < 200; i++) bucket.change(`item-${i}`);
    bucket.clockMs += 40 * DAY_MS;
    const { locks } = bucket;
    const denied: LockStore = {
      ...locks,
      lock: (key, id, lock) => locks.lock(key, id, { ...lock, untilMs: 0 }),
    };
    await expect(bucket.run({ locks: denied })).rejects.toThrow('InvalidArgument');
  });
});

describe('when a sweep is due', () => {
  const ended = (left = 0) => {
    const sweep = newSweep(RULE, START);
    return { format: '1', last: { ...sweep, counts: { ...sweep.counts, left }, endedAt: sweep.startedAt } } as const;
  };
  const every = sweepEveryMs(RULE);
  test.each([
    ['before the first', { format: '1' } as const, 0, true],
    ['soon after one', ended(), every - 2 * RUNS_EVERY_MS, false],
    ['one run before the next', ended(), every - RUNS_EVERY_MS, true],
    ['a day after one that could not lock everything', ended(1), DAY_MS, true],
    ['soon after that', ended(1), DAY_MS - 2 * RUNS_EVERY_MS, false],
    ['after a time that lies ahead', ended(), -1, true],
  ])('%s', (_when, sweeps, sinceMs, isDue) => {
    expect(sweepToDo(sweeps, RULE, START + sinceMs) !== undefined).toBe(isDue);
  });
  test('at once with other settings, also in the middle of one', () => {
    const other = { ...RULE, retentionDays: 60 };
    expect(sweepToDo(ended(), other, START)?.rule).toEqual(other);
    const underWay = { ...newSweep(RULE, START), after: 'users/m/image.json' };
    expect(sweepToDo({ format: '1', underWay }, other, START)?.after).toBeUndefined();
    expect(sweepToDo({ format: '1', underWay }, RULE, START)).toEqual(underWay);
  });
  test('everything is held until the sweep after the next could have ended', () => {
    expect(heldMs(RULE)).toBe(2 * every);
  });
  test('what is kept is read as it was written', () => {
    expect(readSweeps(sweepsText(ended(3)))).toEqual(ended(3));
  });
});
