import { compactAndTell } from '../../../../operations/journal/compact/compactAndTell';
import { MemoryBucket } from '../../../support/memoryBucket';
import { requestOf, START_MS, store, type Batch } from './journals';

const HOUR_MS = 3_600_000;
const batch = (sequenceNumber: number): Batch => ({
  ...{ kind: 'capture', label: '2026-11-23T08:00:00.000', storedAfter: [sequenceNumber] },
  changes: [{ id: `item-${sequenceNumber}`, sequenceNumber, state: 'one', changedAfter: sequenceNumber }],
});

function compactorOf(bucket: MemoryBucket) {
  const said: string[] = [];
  const published: Record<string, number> = {};
  const run = (changes: Parameters<typeof requestOf>[1] = {}) =>
    compactAndTell(requestOf(bucket, { nowMs: bucket.nowMs, ...changes }), {
      say: (text) => said.push(text),
      publish: (name, value) => {
        published[name] = value;
        return Promise.resolve();
      },
    });
  return { run, said, published };
}

const RIGHT = { UnfoldedJournalAgeSeconds: 0, BaseAgeSeconds: 0, UnreadableJournalObjects: 0 };

test('a run folds what is new every hour, makes a base about once a day, and publishes how far it has got', async () => {
  const bucket = new MemoryBucket(START_MS + HOUR_MS);
  const { run, published } = compactorOf(bucket);
  store(bucket, batch(1));
  expect(await run()).toMatchObject({ runs: 1, bases: 1, covered: 1, isFinished: true });
  expect(published).toEqual(RIGHT);
  const bases = [];
  for (let hour = 1; hour <= 25; hour++) {
    bucket.clockMs += HOUR_MS;
    store(bucket, batch(hour + 1));
    bases.push((await run()).bases);
    expect(published).toMatchObject({ UnfoldedJournalAgeSeconds: 0, UnreadableJournalObjects: 0 });
    expect(published.BaseAgeSeconds).toBeLessThanOrEqual(23 * 3_600);
  }
  expect(bases.reduce((all, each) => all + each)).toBe(1);
});

test('what there is no time for is told by its age; a base that cannot be made, by its', async () => {
  const bucket = new MemoryBucket(START_MS + HOUR_MS);
  const { run, published } = compactorOf(bucket);
  store(bucket, batch(1));
  await run();
  store(bucket, batch(2));
  bucket.clockMs += 3 * HOUR_MS;
  expect(await run({ timeLeftMs: () => 0 })).toMatchObject({ isFinished: false, runs: 0 });
  expect(published.UnfoldedJournalAgeSeconds).toBeGreaterThan(3 * 3_600);
  await run();
  bucket.clockMs += 20 * HOUR_MS;
  await run({ timeLeftMs: () => 0 });
  expect(published.BaseAgeSeconds).toBeGreaterThanOrEqual(23 * 3_600);
});

test('what cannot be read is counted and named with its reason, and its age rings nothing: it waits for nobody', async () => {
  const bucket = new MemoryBucket(START_MS + HOUR_MS);
  const { run, published, said } = compactorOf(bucket);
  const [damaged] = store(new MemoryBucket(START_MS), batch(1));
  bucket.store(damaged!, { body: 'no gzip', metadata: {} }, START_MS);
  store(bucket, batch(2));
  bucket.clockMs += 100 * HOUR_MS;
  expect(await run()).toMatchObject({ runs: 1, unfolded: 1, unreadable: 1, isFinished: true });
  expect(published).toMatchObject({ UnfoldedJournalAgeSeconds: 0, UnreadableJournalObjects: 1 });
  expect(said.join('\n')).toContain(`${damaged!} cannot be read: `);
});

test('a run that fails publishes nothing: the alarms are about that', async () => {
  const bucket = new MemoryBucket(START_MS + HOUR_MS);
  const { run, published } = compactorOf(bucket);
  store(bucket, batch(1));
  const refused = new Error('AccessDenied');
  const bytes = { putOnce: () => Promise.reject(refused) };
  await expect(run({ bytes })).rejects.toBe(refused);
  expect(published).toEqual({});
});
