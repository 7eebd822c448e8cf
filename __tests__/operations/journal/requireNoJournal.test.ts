import { RefusedError } from '../../../core/errors';
import { backfillImage } from '../../../core/image';
import { basePrefix, journalPrefix, runsPrefix } from '../../../core/journal/journalKeys';
import { encodeJournal } from '../../../core/journal/journalObject';
import { hasJournal } from '../../../operations/journal/hasJournal';
import { requireNoJournal } from '../../../operations/journal/requireNoJournal';
import { MemoryBucket } from '../../support/memoryBucket';

const table = { prefix: 'eu/', tableName: 'users' };

test('a bucket with a journal of the table is refused, also under a delete marker; one with images alone is not', async () => {
  const bucket = new MemoryBucket();
  const image = backfillImage({ id: { S: 'a' } }, 1_000);
  bucket.store('eu/users/a/image.json', image);
  const asked = () => requireNoJournal(bucket.versionLister, table, 'it reads images alone');
  await expect(asked()).resolves.toBeUndefined();

  const entries = [{ objectKey: 'eu/users/a/image.json', image }];
  const { objectKey, body, metadata } = encodeJournal({ table, kind: 'backfill', writtenAtMs: 1_000, entries });
  bucket.store(objectKey, { body: body.toString('latin1'), metadata });
  bucket.deleteMarker(objectKey);
  await expect(asked()).rejects.toThrow(RefusedError);
  await expect(asked()).rejects.toThrow('memory has a journal of users, and it reads images alone');
});

describe('what has expired first', () => {
  /** Marked by lifecycle, with what it had under the marker, or without that. */
  function expired(bucket: MemoryBucket, objectKey: string, isGone: boolean): void {
    bucket.store(objectKey, { body: 'x', metadata: {} });
    bucket.deleteMarker(objectKey);
    if (isGone) bucket.deleteVersion(objectKey, 'v0');
  }
  const places = [
    ['journal', journalPrefix],
    ['runs', runsPrefix],
    ['base', basePrefix],
  ] as const;

  test.each(places)('hides nothing of %s', async (_, prefixOf) => {
    const bucket = new MemoryBucket();
    for (let n = 0; n < 7; n++) expired(bucket, `${prefixOf(table)}0${n}`, true);
    await expect(hasJournal(bucket.versionLister, table)).resolves.toBe(false);

    bucket.store(`${prefixOf(table)}1`, { body: 'x', metadata: {} });
    await expect(hasJournal(bucket.versionLister, table)).resolves.toBe(true);
    await expect(requireNoJournal(bucket.versionLister, table, 'why')).rejects.toThrow('has a journal of users');
  });

  test.each(places)('counts, of %s, as long as it lies under its marker', async (_, prefixOf) => {
    const bucket = new MemoryBucket();
    expired(bucket, `${prefixOf(table)}0`, false);
    await expect(hasJournal(bucket.versionLister, table)).resolves.toBe(true);
    await expect(requireNoJournal(bucket.versionLister, table, 'why')).rejects.toThrow('has a journal of users');
  });
});
