import { breakEvenChanges } from '../../../operations/costs/breakEven';
import { imagesOfMonth } from '../../../operations/costs/images';
import { journalOfMonth } from '../../../operations/costs/journal';
import { keepingOf } from '../../../operations/costs/keeping';
import { sumOf, type CostLine } from '../../../operations/costs/lines';
import { otherWays } from '../../../operations/costs/others';
import { backfillByMap, backfillWork } from '../../../operations/costs/work/backfill';
import { drillWork, revertWork, verifyByMap, verifyWork } from '../../../operations/costs/work/compare';
import { restoreByImport, restoreByWrites } from '../../../operations/costs/work/restore';
import { leastSeconds } from '../../../operations/costs/work/work';
import { waysOf } from '../../../operations/costs/ways';
import type { Workload } from '../../../operations/costs/workload';
import { givenSettingsSchema } from '../../../settings/schema';

/*
 * Reckoned by hand, with a pocket calculator, from the list prices of us-east-1. One million items of 600 bytes, ten changes
 * a second, kept for 365 days, both accounts in us-east-1 so that nothing crosses Regions.
 *
 * A month has 730 h x 3,600 s = 2,628,000 s, so 26,280,000 changes.
 * Versions, the history full: 1,000,000 + 10 x 86,400 x 365 = 316,360,000.
 * An image is 600 + 300 = 900 bytes: 316,360,000 x 900 / 2^30 = 265.170 GB in each bucket.
 */
const keeping = keepingOf(givenSettingsSchema.parse({}));
const table: Workload = {
  ...{ items: 1_000_000, itemBytes: 600, changesPerSecond: 10, shards: 1, indexes: 0, versions: 316_360_000 },
  ...{ sourceRegion: 'us-east-1', destinationRegion: 'us-east-1', keeping },
};

const shown = (lines: readonly CostLine[]) => lines.map(({ what, usd }) => [what, Number(usd.toFixed(2))]);

test('a month of the image layout', () => {
  expect(shown(imagesOfMonth(table))).toEqual([
    ['PUT requests, source bucket', 131.4], // 26,280 thousands x 0.005
    ['PUT requests of replication, destination bucket', 131.4], // the same again
    ['replication time control', 0.33], // 26,280,000 x 900 B = 22.028 GB, x 0.015
    ['storage, source bucket', 6.1], // 265.170 x 0.023
    ['storage, destination bucket', 6.1],
    // One shard, a window of 1 s: 2,628,000 invocations, which is more than 26,280,000 / 500. x 0.20 a million.
    ['capture, invocations', 0.53],
    // 2,628,000 x 0.05 s x 0.5 GB = 65,700; 26,280,000 / 11,900 x 1.7275 GB = 3,815; 69,515 GB-s x 0.0000133334
    ['capture, time', 0.93],
    // Retention 30 days, 6 sweeps: 730 / 24 x 6 / 30 = 6.083 looks at a million items = 6.083 x 0.40
    ['looks at the locks of the newest images', 2.43],
    ['locks renewed', 6.08], // every fifth: 1.2167 million x 5.00
  ]);
});

/*
 * The journal of the same table, batches of 10 s, everything locked for 30 days. A month has 262,800 windows of 10 s, each an object: the
 * 100 changes of one are fewer than the 3,145 that 6 MB hold (2.5 x 600 + 500 = 2,000 B each). A change is 156 B, a day 134,784,000 B =
 * 0.12553 GB, an hour 5.616 MB. In its 900 s the compactor ends with merges of 1,800 MB, which are 320.5 hours: log4 = 4.16, so a change is
 * merged 4 times.
 *
 * Runs: 730 of level 0, each two files, manifest and mark: 4 objects; 182.5 of level 1, 4 each; 45.6 of 89.9 MB, 3 parts of 32 MiB, 8 objects;
 * 11.4 of 359 MB, 11 parts, 24; 2.85 of 1,438 MB, 43 parts, 88: 2,920 + 730 + 365 + 274 + 251 = 4,540. A base has 1,000,000 x (156 + 60) B =
 * 0.2012 GB, and 600 MB of text in parts of 4 MiB: 144 parts, 290 objects, x 30.417 = 8,821. In all 13,361.
 */
test('a month of the journal layout, batches of 10 s', () => {
  expect(shown(journalOfMonth(table, 10))).toEqual([
    ['PUT requests, source bucket', 1.31], // 262.8 thousands x 0.005
    ['PUT requests of replication, destination bucket', 1.31],
    ['replication time control', 0.06], // 26,280,000 x 156 B = 3.818 GB, x 0.015
    ['storage of journals, source bucket', 0.11], // 0.12553 x (30 + 7) = 4.645, x 0.023
    ['storage of journals, destination bucket', 0.09], // x (30 + 1) = 3.891
    ['storage of runs', 0.09], // x 30 = 3.766
    ['moves to GLACIER_IR, runs', 0], // 4.02 parts of 32 MiB a day: 122 a month, 0.002
    ['storage in GLACIER_IR, runs', 0.17], // 0.12553 x 335 = 42.05, x 0.004
    ['storage of runs that were merged', 0.35], // 4 x 30 x 0.12553 = 15.06, x 0.023
    ['storage of bases', 0.14], // 30 x 0.2012 = 6.035, x 0.023
    ['capture, invocations', 0.05], // 262,800 x 0.20 a million
    // 262,800 x 0.05 x 0.5 = 6,570; 26,280,000 / 34,700 x 1.7275 = 1,308; 7,878 GB-s
    ['capture, time', 0.11],
    ['compactor, invocations', 0], // 730
    // 26.28 M / 139,000 = 189 s; (5 x 26.28 M + 30.417 M) / 300,000 = 539 s; 196,983 pages x 0.05 = 9,849 s. 10,577 s x 1.7275 = 18,272
    ['compactor, time', 0.24],
    // 262,800 / 30.417 x 31 = 267,840 objects: 267.84 pages and two, 730 times: 196,983
    ['compactor, LIST requests', 0.98],
    ['compactor, GET requests', 0.12], // 262,800 + 2 x 13,361 = 289.5 thousands x 0.0004
    ['compactor, PUT requests of runs and bases', 0.07], // 13.361 thousands x 0.005
    ['compactor, PUT requests of tags', 1.38], // 262,800 + 13,361
    ['tags of journals', 0.27], // 26.784 x 0.01
    // (267,840 + 3,011 objects of runs of a year) x 6.083 + 262,800 = 1,910 thousands x 0.0004
    ['looks at the locks of journals and runs', 0.76],
    ['locks renewed', 0.02], // 3,011 x 6.083 / 5 = 3,663
  ]);
});

test('a million changes of a busy table cost less than six cents in a journal, storage of a year and all, and ten dollars as images', () => {
  const busy = { ...table, changesPerSecond: 100, destinationRegion: 'eu-west-1' };
  const millions = 262.8;
  expect(sumOf(journalOfMonth(busy)).usd / millions).toBeCloseTo(0.0567, 4);
  expect(sumOf(imagesOfMonth(busy)).usd / millions).toBeCloseTo(10.53, 2);
});

test('a batch of large items ends with its bytes, and one of a small batch size with its records', () => {
  const objects = (workload: Workload) => journalOfMonth(workload)[0]?.quantity;
  // 2.5 x 250,000 + 500 = 625,500 B: 10 records of 6 MB. 26,280,000 / 10
  expect(objects({ ...table, itemBytes: 250_000 })).toBe(2_628_000);
  const journal = { ...keeping.journal, batchSize: 50 };
  expect(objects({ ...table, keeping: { ...keeping, journal } })).toBe(525_600);
});

test('a table whose settings have the journal is reckoned with that, its window and its days', () => {
  const settings = givenSettingsSchema.parse({
    tables: [
      { name: 'clicks', layout: 'journal', batchingWindowSeconds: 60 },
      { name: 'users', batchSize: 7 },
    ],
    source: {
      ...{ accountId: '111111111111', region: 'eu-central-1', bucketName: 'example-dcs-source' },
      lifecycle: { journalExpirationDays: null },
    },
  });
  const clicks = keepingOf(settings, 'clicks');
  expect(clicks).toMatchObject({
    ...{ layout: 'journal', batchSize: 500, windowSeconds: 1 },
    journal: { batchSize: 10_000, windowSeconds: 60, sourceDays: Infinity },
  });
  expect(waysOf({ ...table, keeping: clicks }).map(({ kind, name }) => [kind, name])).toEqual([
    ['deployed', 'Journal, as the settings have it'],
    ['window', 'Journal, batches of 10 s'],
    ['layout', 'Images, batches of 1 s'],
    ...otherWays(table).map(({ name }) => ['other', name]),
  ]);
  expect(keepingOf(settings, 'users')).toMatchObject({
    ...{ layout: 'images', batchSize: 7 },
    journal: { batchSize: 10_000, windowSeconds: 10 },
  });
});

/*
 * Without locks and time control, one item: for each change a second, in a month, images take 2 x 2.628 x 5 = 26.28 PUTs,
 * 2 x 31,536,000 x 900 / 2^30 x 0.023 = 1.2159 storage, 0.5256 invocations and 0.876 of Lambda's time: 28.90.
 * A journal of 10 s takes 5.71 from 0.1 changes a second on, whatever they are: two PUTs and a tag for each of 262,800 objects are 3.94, the
 * LISTs 0.98, what the tags cost 0.27, Lambda 0.37, GETs 0.11 and runs 0.02; a change a second more adds 0.04. 5.71 / 28.86 = 0.198.
 */
test('where the journal layout becomes cheaper', () => {
  const bare: Workload = {
    ...table,
    items: 1,
    keeping: { ...keeping, timeControl: false, lockDays: 0, renewedLockDays: undefined },
  };
  expect(breakEvenChanges(bare)).toBe(0.2);
  // A price that is not known makes no break-even.
  expect(breakEvenChanges({ ...table, destinationRegion: 'ap-southeast-2' })).toBeNaN();
  expect(breakEvenChanges({ ...table, destinationRegion: 'ap-southeast-2' }, 'us-east-1')).toBe(0);
});

test('what AWS offers for the same table', () => {
  // 600,000,000 B = 0.5588 GB. A month changes 26,280,000 x 600 B = 14.685 GB.
  const usd = Object.fromEntries(otherWays(table).map(({ name, lines }) => [name, sumOf(lines).usd.toFixed(2)]));
  expect(usd).toEqual({
    'Point-in-time recovery': '0.11', // 0.5588 x 0.20
    'AWS Backup, every day, 35 days in both accounts': '3.91', // 2 x 35 x 0.5588 x 0.10
    // 0.1118 + 14.685 x 0.10 + (864,000 x 365 x 600 B + 600 MB = 176.78 GB) x 0.023 = 0.1118 + 1.4685 + 4.0659
    'Incremental exports every 15 minutes, into the other account': '5.65',
    'A replica of a global table': '16.56', // 26.28 x 0.625 = 16.425, + 0.5588 x 0.25
  });
});

describe('once', () => {
  const whole = { items: 1_000_000, isByKey: false, copyRegion: 'us-east-1', targetRegion: 'us-east-1' };
  const usd = ({ lines }: { lines: readonly CostLine[] }) => Number(sumOf(lines).usd.toFixed(3));

  test('backfill', () => {
    // 600,000,000 / 4,096 = 146,485 units x 0.125 a million = 0.0183; LIST 1,000 = 0.005; 2 x 5.00; 0.8382 GB x 0.015 = 0.0126
    const scan = backfillWork(table, { fromExport: false });
    expect(usd(scan)).toBe(10.036);
    // The export in place of the scan: 0.5588 GB x 0.10 = 0.0559
    expect(usd(backfillWork(table, { fromExport: true }))).toBe(10.073);
    // By the engine, which lists nothing: + 125 s x 1.7275 GB = 0.0029, + 0.0001, - 0.005
    expect(usd(backfillByMap(table))).toBe(10.071);
    expect(leastSeconds(scan.bounds)).toBeCloseTo(1_000_000 / 3_500, 6);
    // 146,485 units at 100 a second
    expect(leastSeconds(backfillWork(table, { fromExport: false, readRate: 100 }).bounds)).toBeCloseTo(1_464.85, 6);
  });

  test('restore', () => {
    // LIST 316,360 = 1.5818; GET a million = 0.40; a million writes = 0.625; read again 0.0183
    const writes = restoreByWrites(table, whole);
    expect(usd(writes)).toBe(2.625);
    // 316,360,000 / 291,000 keys a second of listing = 1,087 s, against 1,000,000 / 4,000 = 250 s of writes
    expect(leastSeconds(writes.bounds)).toBeCloseTo(1_087.148, 3);
    // Two indexes: 3 writes an item, 1.875
    expect(usd(restoreByWrites({ ...table, indexes: 2 }, whole))).toBe(3.875);
    // 1.5818 + 0.40 + 72 files 0.00036 + 0.5588 GB x 0.15 = 0.0838, + 0.0183
    expect(usd(restoreByImport(table, whole))).toBe(2.084);
    // One item by its key: LIST, GET, write, read: less than a thousandth
    const one = restoreByWrites(table, { ...whole, items: 1, isByKey: true });
    expect(sumOf(one.lines).usd).toBeCloseTo(0.000005 + 0.0000004 + 0.000000625 + 0.000000125, 12);
    // A folder is read for nothing: 0.625 + 0.0183
    expect(usd(restoreByWrites(table, { ...whole, copyRegion: undefined }))).toBe(0.643);
  });

  test('thaw: a million requests at 0.03 a thousand and 0.8382 GB at 0.01; how long it takes is known', () => {
    const thawed = { versions: 1_000_000, tier: 'Standard' as const };
    const thawing = restoreByWrites(table, { ...whole, thawed });
    // 2.6251 + 30 + 0.0084
    expect(usd(thawing)).toBe(32.633);
    expect(leastSeconds(thawing.bounds)).toBe(5 * 3_600);
    const bulk = restoreByWrites(table, { ...whole, thawed: { ...thawed, tier: 'Bulk' } });
    expect(sumOf(bulk.lines).unknown).toBe(2);
    // By three jobs of 400,000 at most: 3 x 0.25 + 1.00
    const byJobs = restoreByWrites(table, { ...whole, thawed: { ...thawed, hasJobs: true } });
    expect(usd(byJobs)).toBe(34.383);
    const few = { ...thawed, versions: 10_000 };
    const ofFew = (hasJobs: boolean) => usd(restoreByWrites(table, { ...whole, thawed: { ...few, hasJobs } }));
    expect(ofFew(true)).toBe(ofFew(false));
  });

  test('verify, drill, revert', () => {
    // 0.0183 + 2 x 1.5818
    expect(usd(verifyWork(table, { history: false }))).toBe(3.182);
    // + 2 x 316.36 million x 0.40
    expect(usd(verifyWork(table, { history: true }))).toBe(256.27);
    // a sample of a thousand: 147 units, 2,000 LIST = 0.01
    expect(usd(verifyWork(table, { history: false, sample: 1_000 }))).toBe(0.01);
    // By the engine: 0.5588 GB x 0.10; LIST 1.5818; GET 0.40; 10 files 0.00005, 100 reads of them 0.00004; 125 s x 1.7275 GB = 0.0029; 0.0001
    expect(usd(verifyByMap(table))).toBe(2.041);
    // In another Region, + 0.5588 x 0.02
    expect(usd(verifyByMap({ ...table, destinationRegion: 'eu-west-1' }))).toBe(2.052);
    // the restore and another 0.0183
    expect(usd(drillWork(table, whole, true))).toBe(2.643);
    expect(usd(drillWork(table, whole, false))).toBe(2.625);
    // An hour: 36,000 items. LIST 1.5818; GET 2 x 0.0144; reads 72,000 units = 0.009; writes 0.0225
    expect(usd(revertWork(table, { ...whole, items: 36_000 }))).toBe(1.642);
  });
});

test('large images: STANDARD_IA, and replaced ones in GLACIER_IR after 30 days', () => {
  // 1,000 items of 300,000 B, 0.01 changes a second: 864 a day.
  const large: Workload = { ...table, items: 1_000, itemBytes: 300_000, changesPerSecond: 0.01, versions: 316_360 };
  const usd = new Map(shown(imagesOfMonth(large)) as [string, number][]);
  // 26,280 PUTs at 0.01 a thousand
  expect(usd.get('PUT requests, source bucket')).toBe(0.26);
  // 1,000 + 864 x 30 = 26,920 x 300,300 B = 7.529 GB x 0.0125
  expect(usd.get('storage, source bucket')).toBe(0.09);
  // 26.28 thousands x 0.02
  expect(usd.get('moves to GLACIER_IR, source bucket')).toBe(0.53);
  // 864 x 335 = 289,440 x 300,300 B = 80.949 GB x 0.004
  expect(usd.get('storage in GLACIER_IR, source bucket')).toBe(0.32);
});
