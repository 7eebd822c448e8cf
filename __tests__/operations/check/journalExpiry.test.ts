import { journalPrefix } from '../../../core/journal/journalKeys';
import { daysAtMost, judgeExpiry, oldestStoredAtMs } from '../../../operations/check/journalExpiry';
import { MemoryBucket } from '../../support/memoryBucket';

const DAY_MS = 86_400_000;
const table = { prefix: 'dcs/', tableName: 'clicks' };
const image = { body: 'x', metadata: {} };

test('what is covered has its days, those of a lock that was renewed before, and a week', () => {
  const of = (mode: 'OFF' | 'COMPLIANCE') => daysAtMost({ objectLock: { mode, retentionDays: 90, renewal: true } });
  expect([of('OFF'), of('COMPLIANCE')]).toEqual([37, 127]);
});

test.each([
  [undefined, 'ok'],
  [0, 'ok'],
  [37 * DAY_MS, 'ok'],
  [37 * DAY_MS + 1, 'warning'],
] as const)('an oldest object of %s ms is %s', (ageMs, verdict) => {
  const nowMs = 1_000 * DAY_MS;
  expect(judgeExpiry(ageMs === undefined ? undefined : nowMs - ageMs, nowMs, 37)).toMatchObject({ verdict });
});

test('the oldest is what lies below a delete marker too, of this journal and no other', async () => {
  const bucket = new MemoryBucket();
  const below = journalPrefix(table);
  expect(await oldestStoredAtMs(bucket.versionLister, table)).toBeUndefined();
  bucket.store(`${below}2026/11/01/00/b`, image, 20_000);
  bucket.store(`${below}2026/10/01/00/a`, image, 10_000);
  bucket.deleteMarker(`${below}2026/10/01/00/a`);
  // Of what is gone, markers are left for a while, here more than a page has.
  for (const name of ['c', 'd', 'e', 'f']) bucket.deleteMarker(`${below}2026/09/01/00/${name}`);
  bucket.store(`${journalPrefix({ ...table, tableName: 'orders' })}2026/09/01/00/a`, image, 5_000);
  bucket.store('dcs/clicks/1/image.json', image, 1_000);
  expect(await oldestStoredAtMs(bucket.versionLister, table)).toBe(10_000);
});
