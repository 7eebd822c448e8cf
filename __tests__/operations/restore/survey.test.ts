import { tmpdir } from 'node:os';
import type { Archive } from '../../../aws/archive';
import { ReadGuard } from '../../../operations/guards';
import { KeptListing } from '../../../operations/restore/keptListing';
import { restoreTable } from '../../../operations/restore/restoreTable';
import { askingBack } from '../../../operations/restore/askBack';
import { survey, thawWords, whenThawed } from '../../../operations/restore/survey';
import type { PlanRequest } from '../../../operations/restore/plan';
import { pace } from '../../../operations/pace';
import { backfillImage, encodeImage, NO_ITEM } from '../../../core/image';
import { encodeJournal } from '../../../core/journal/journalObject';
import { S3Error } from '../../../aws/s3Error';
import { stateOfObject, type ObjectState } from '../../../operations/images/stateOfObject';
import { withJournals } from '../../../operations/journal/journalImageSource';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const table = { prefix: '', tableName: 'users', keySchema: { partitionKey: 'id' } };
const signal = new AbortController().signal;

function insert(bucket: MemoryBucket, id: string, storageClass?: string): void {
  const position = { source: 'stream', streamLabel: 'L', sequenceNumber: '1' } as const;
  const header = { event: 'INSERT', position, changedAtMs: 0, previousDigest: NO_ITEM } as const;
  bucket.store(`users/${id}/image.json`, encodeImage(header, { id: { S: id } }), 1_000, storageClass);
}

/** Takes a few looks until something is back. */
class SlowArchive implements Archive {
  readonly asked: string[] = [];
  looks = 3;

  state({ objectKey }: { objectKey: string }): Promise<'archived' | 'thawing' | 'readable'> {
    if (!this.asked.includes(objectKey)) return Promise.resolve('archived');
    return Promise.resolve(this.looks-- > 0 ? 'thawing' : 'readable');
  }

  thaw({ objectKey }: { objectKey: string }): Promise<void> {
    this.asked.push(objectKey);
    return Promise.resolve();
  }
}

function archived(): { request: PlanRequest & { signal: AbortSignal; target: MemoryTable }; archive: SlowArchive } {
  const [bucket, archive] = [new MemoryBucket(), new SlowArchive()];
  insert(bucket, 'a', 'GLACIER');
  insert(bucket, 'b', 'DEEP_ARCHIVE');
  insert(bucket, 'c');
  const source = Object.assign(bucket, { archive });
  const target = new MemoryTable(table.keySchema);
  return { archive, request: { source, table, target, momentMs: Infinity, mode: 'fill', signal } };
}

const thaw = { tier: 'Standard', days: 3 } as const;

describe('before a restore', () => {
  test('archived images that are needed are counted by class, and none is asked back unless told', async () => {
    const { request, archive } = archived();
    const found = await survey(request, undefined, () => undefined);
    expect(found.objects).toBe(3);
    expect(found.archived.map(({ storageClass, versions }) => [storageClass, versions])).toEqual([
      ['GLACIER', 1],
      ['DEEP_ARCHIVE', 1],
    ]);
    expect(archive.asked).toEqual([]);
    expect(thawWords(found, 'Bulk')).toEqual([
      expect.stringContaining('in GLACIER: 5 to 12 hours with tier Bulk'),
      expect.stringContaining('in DEEP_ARCHIVE: within 48 hours with tier Bulk'),
    ]);
  });

  test('with thaw they are asked back once, waited for, and restored with the rest', async () => {
    const { request, archive } = archived();
    await survey(request, askingBack(archive, thaw), () => undefined);
    let waits = 0;
    const pause = () => {
      waits += 1;
      return Promise.resolve();
    };
    const whenArchived = whenThawed(request, thaw, pause);
    const report = await restoreTable({ ...request, whenArchived, nowMs: () => 0, pause });
    expect(report).toMatchObject({ left: 0, differences: 0, counts: { put: 3 } });
    expect(archive.asked).toHaveLength(2);
    expect(waits).toBe(3);
  });
});

describe('a survey and the restore after it', () => {
  const restored = async (listing: KeptListing) => {
    const [source, target] = [new MemoryBucket(), new MemoryTable(table.keySchema)];
    for (let n = 0; n < 20; n += 1) insert(source, `u${n}`);
    const listed = jest.spyOn(source, 'histories');
    const request = { source, table, target, momentMs: Infinity, mode: 'fill', signal } as const;
    await survey(request, undefined, () => undefined, listing);
    const report = await restoreTable({ ...request, listing, nowMs: () => 0, pause: () => Promise.resolve() });
    await listing.close();
    return { report, listings: listed.mock.calls.length };
  };

  test('list the bucket once', async () => {
    const { report, listings } = await restored(new KeptListing(tmpdir(), 3));
    expect(report).toMatchObject({ left: 0, differences: 0, counts: { put: 20 } });
    expect(listings).toBe(1);
  });

  test('list it twice where the disk has no room, and bring everything back all the same', async () => {
    const { report, listings } = await restored(new KeptListing('/nowhere', 3));
    expect(report).toMatchObject({ left: 0, differences: 0, counts: { put: 20 } });
    expect(listings).toBe(2);
  });
});

describe('when nothing at all can be read', () => {
  const unreadable = { is: 'unreadable', objectKey: 'k', reason: 'AccessDenied', isDenied: true } as const;

  test('the first hundred are enough to know that the reader is at fault', () => {
    const guard = new ReadGuard();
    for (let i = 0; i < 99; i++) guard.checked(unreadable);
    expect(() => guard.checked(unreadable)).toThrow(
      'none of the first 100 objects may be read. The last one: AccessDenied',
    );
  });

  test('what is damaged says nothing of the reader, however much of it comes first', () => {
    const guard = new ReadGuard();
    const damaged = { is: 'unreadable', objectKey: 'k', reason: 'it is not gzip' } as const;
    for (let i = 0; i < 200; i++) expect(guard.checked(damaged)).toBe(damaged);
  });

  test.each(['image', 'object of the journal'])('it is told of an %s that the reader is denied', async (what) => {
    const bucket = new MemoryBucket();
    const denied = () => Promise.reject(new S3Error('AccessDenied', 403, 'denied', {}));
    const image = backfillImage({ id: { S: 'a' } }, 0);
    if (what === 'image') bucket.store('users/a/image.json', image);
    else {
      const entries = [{ objectKey: 'users/a/image.json', image }];
      const { objectKey, body, metadata } = encodeJournal({ table, kind: 'backfill', writtenAtMs: 0, entries });
      bucket.store(objectKey, { body: body.toString('latin1'), metadata });
    }
    const { name, histories, history } = bucket;
    const images = { name, histories, history, images: { get: denied, head: denied } };
    const source = withJournals(images, { lister: bucket.versionLister, bytes: { get: denied } }, '');
    const states: ObjectState[] = [];
    for await (const found of source.histories('users/')) {
      states.push(await stateOfObject({ source, table, momentMs: Infinity }, found));
    }
    expect(states).toMatchObject([{ is: 'unreadable', isDenied: true }]);
  });

  test('one that can be read makes the others damage', () => {
    const guard = new ReadGuard();
    guard.checked({ is: 'absent', objectKey: 'k' });
    for (let i = 0; i < 200; i++) expect(guard.checked(unreadable)).toBe(unreadable);
  });
});

describe('a pace', () => {
  test('lets the rate through on average, whatever the batches', async () => {
    const clock = { ms: 0 };
    const pause = (ms: number) => Promise.resolve(void (clock.ms += ms));
    const wait = pace(100, () => clock.ms, pause);
    for (let i = 0; i < 40; i++) await wait(25, signal);
    expect(clock.ms).toBe(9_750); // 1,000 items at 100 a second; the last batch need not be waited for
  });

  test('what was not used in a quiet time is not made up for', async () => {
    const clock = { ms: 0 };
    const pause = (ms: number) => {
      clock.ms += ms;
      return Promise.resolve();
    };
    const wait = pace(100, () => clock.ms, pause);
    await wait(25, signal);
    clock.ms = 60_000;
    for (let i = 0; i < 5; i++) await wait(25, signal);
    expect(clock.ms).toBe(61_000);
  });

  test('no rate, no waiting', async () => {
    await pace(
      undefined,
      () => 0,
      () => Promise.reject(new Error('waited')),
    )(1_000_000, signal);
  });
});
