import type { VersionLister } from '../../../aws/objectVersions';
import { journalKey, runsPrefix } from '../../../core/journal/journalKeys';
import { listedJournal, newestOfJournal } from '../../../operations/status/journalListing';
import { MemoryBucket } from '../../support/memoryBucket';

const TABLE = { prefix: 'eu/', tableName: 'visits' };
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 5, 12, 30);
const digest = (n: number) => n.toString(16).padStart(64, '0').split('').reverse().join('');

let bucket: MemoryBucket;
beforeEach(() => (bucket = new MemoryBucket(NOW_MS)));
function store(n: number, writtenAtMs: number, lines: number): string {
  const objectKey = journalKey(TABLE, writtenAtMs, { firstSequenceNumber: String(n), lines, digest: digest(n) });
  bucket.store(objectKey, { body: 'x'.repeat(lines), metadata: {} }, writtenAtMs);
  return objectKey;
}
/** As its name tells, its first line was stored then. */
function storeRun(firstStoredAtMs: number): void {
  const time = new Date(firstStoredAtMs).toISOString().replace(/[-:]|\.000/g, '');
  const name = `${time}-${time}-0123456789abcdef`;
  bucket.store(`${runsPrefix(TABLE)}${name}/manifest.json`, { body: '{}', metadata: {} }, NOW_MS);
}
const listed = () => listedJournal(bucket.versionLister, TABLE);

test('a table without a journal has none, and all of that was looked at', async () => {
  bucket.store('eu/visits/a/image.json', { body: '{}', metadata: {} });
  await expect(listed()).resolves.toEqual({ isThere: false, changes: 0, sizeBytes: 0, isWhole: true });
});

test('its changes are the lines that the names of its objects tell', async () => {
  for (const [n, lines] of [3, 1, 7].entries()) store(n, NOW_MS - (3 - n) * HOUR_MS, lines);
  await expect(listed()).resolves.toEqual({
    ...{ isThere: true, changes: 11, sizeBytes: 11, firstStoredAtMs: NOW_MS - 3 * HOUR_MS, isWhole: true },
  });
});

test('an object that was stored twice is one', async () => {
  const objectKey = store(1, NOW_MS - HOUR_MS, 5);
  bucket.store(objectKey, { body: 'x', metadata: {} });
  await expect(listed()).resolves.toMatchObject({ changes: 5 });
});

test('beside runs there may be more than its objects tell, also where the first of them is there', async () => {
  store(1, NOW_MS - 2 * HOUR_MS, 5);
  await expect(listed()).resolves.toMatchObject({ changes: 5, isWhole: true });
  storeRun(NOW_MS - 2 * HOUR_MS);
  await expect(listed()).resolves.toMatchObject({ changes: 5, isWhole: false });
});

test('what is in runs alone has more changes than can be told, and reaches further back', async () => {
  storeRun(NOW_MS - 40 * 24 * HOUR_MS);
  const alone = { isThere: true, changes: 0, firstStoredAtMs: NOW_MS - 40 * 24 * HOUR_MS, isWhole: false };
  await expect(listed()).resolves.toMatchObject(alone);
  store(1, NOW_MS - HOUR_MS, 5);
  await expect(listed()).resolves.toMatchObject({ ...alone, changes: 5 });
});

test('a run behind one that has expired is found', async () => {
  const gone = `${runsPrefix(TABLE)}20250101T000000Z-20250101T000000Z-0123456789abcdef/manifest.json`;
  bucket.store(gone, { body: '{}', metadata: {} });
  bucket.deleteMarker(gone);
  bucket.deleteVersion(gone, 'v0');
  storeRun(NOW_MS - 40 * 24 * HOUR_MS);
  const alone = { isThere: true, firstStoredAtMs: NOW_MS - 40 * 24 * HOUR_MS, isWhole: false };
  await expect(listed()).resolves.toMatchObject(alone);
});

describe('the newest objects', () => {
  async function newest() {
    const page = jest.fn((...given: Parameters<VersionLister['page']>) => bucket.versionLister.page(...given));
    const { found, isWhole } = await newestOfJournal({ bucket: 'b', page }, TABLE, NOW_MS);
    const [first] = [...found].sort((a, b) => b.storedAtMs - a.storedAtMs);
    return { first: first?.objectKey, found: found.length, isWhole, requests: page.mock.calls.length };
  }

  test('are those of the last day', async () => {
    store(1, NOW_MS - 26 * HOUR_MS, 1);
    await expect(newest()).resolves.toEqual({ first: undefined, found: 0, isWhole: true, requests: 1 });
    store(2, NOW_MS - 3 * HOUR_MS, 1);
    const first = store(3, NOW_MS - 2 * HOUR_MS, 1);
    await expect(newest()).resolves.toEqual({ first, found: 2, isWhole: true, requests: 1 });
  });

  // A page has three versions.
  test.each([
    ['of a busy table are in the present hour, wherever they stand in it', 0, 3],
    ['may be those of somebody whose clock is ahead', -1, 2],
    ['of a table that was busy are in its last hour', 5, 8],
  ])('%s', async (_, hoursAgo, requests) => {
    for (let n = 100; n < 140; n++) store(n, NOW_MS - 24 * HOUR_MS, 1);
    store(60, NOW_MS - hoursAgo * HOUR_MS - 60_000, 1);
    const first = store(50, NOW_MS - hoursAgo * HOUR_MS, 1);
    await expect(newest()).resolves.toEqual({ first, found: 2, isWhole: true, requests });
  });

  test('are not all looked at where an hour has more than ten pages', async () => {
    for (let n = 100; n < 131; n++) store(n, NOW_MS, 1);
    await expect(newest()).resolves.toMatchObject({ found: 30, isWhole: false, requests: 12 });
  });
});
