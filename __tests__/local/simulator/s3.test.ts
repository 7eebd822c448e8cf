import { bucketCalls } from '../../../local/simulator/bucketCalls';
import { S3Bucket } from '../../../local/simulator/s3';
import { describeS3Contract } from '../../aws/describeS3Contract';

describeS3Contract('simulated', () => {
  let nowMs = 0;
  const bucket = new S3Bucket('bucket', () => (nowMs += 1_000));
  const at = { name: 'contract', call: <Answer>(_: unknown, does: () => Answer) => Promise.resolve().then(does) };
  return Promise.resolve({
    ...bucketCalls(at, bucket),
    prefix: 'contract/',
    async addDeleteMarker(objectKey) {
      await at.call(undefined, () => bucket.addDeleteMarker(objectKey));
    },
    deleteVersion: (objectKey, versionId) => at.call(undefined, () => bucket.deleteVersion(objectKey, versionId)),
    deleteTopMarker: (objectKey) =>
      at.call(undefined, () => bucket.deleteVersion(objectKey, bucket.versionsOf(objectKey).at(-1)?.versionId ?? '')),
  });
});

describe('what only the simulated S3 shows', () => {
  const DAY_MS = 86_400_000;
  const version = (body: string) => ({ body, metadata: {} });

  // "Replicating objects": key name, creation time, user metadata and version id are those of the source
  test('a replica has the version id and the time of its source, whenever it comes', () => {
    let nowMs = 0;
    const [source, byArrival, byCreation] = ['a', 'b', 'c'].map((name) => new S3Bucket(name, () => nowMs));
    const made = ['one', 'two'].map((body) => {
      nowMs += 5_000;
      return source!.put('key', version(body));
    });
    nowMs += DAY_MS;
    for (const one of made.toReversed()) {
      byArrival!.replicate('key', one, 'byArrival');
      byCreation!.replicate('key', one, 'byCreation');
    }
    const shown = (bucket: S3Bucket | undefined) =>
      bucket?.versionsOf('key').map(({ body, storedAtMs, versionId }) => [body, storedAtMs, versionId]);
    expect(shown(byCreation)).toEqual(shown(source));
    expect(shown(byArrival)).toEqual(shown(source)?.toReversed());
  });

  // "Lifecycle configuration elements": counted from when the successor was stored, by S3's own order
  test('lifecycle deletes what has been noncurrent for so long, and never the current version', () => {
    let nowMs = 0;
    const bucket = new S3Bucket('bucket', () => nowMs);
    for (const body of ['one', 'two', 'three']) {
      bucket.put('key', version(body));
      nowMs += 10 * DAY_MS;
    }
    const left = () => bucket.versionsOf('key').map(({ body }) => body);
    bucket.expireNoncurrent('', 21);
    expect(left()).toEqual(['one', 'two', 'three']);
    bucket.expireNoncurrent('', 15);
    expect(left()).toEqual(['two', 'three']);
    nowMs += 1_000 * DAY_MS;
    bucket.expireNoncurrent('', 15);
    expect(left()).toEqual(['three']);
  });
});
