import { RefusedError } from '../../../core/errors';
import { backfillImage } from '../../../core/image';
import { encodeJournal } from '../../../core/journal/journalObject';
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
