import fc from 'fast-check';
import type { AttributeMap } from '../../../core/attributeValue';
import { imageBody, type StoredImage } from '../../../core/image';
import type { StreamRecord } from '../../../core/streamRecord';
import { captureBatch, type CaptureContext } from '../../../lambda/capture/captureBatch';
import { NewestWritten } from '../../../lambda/capture/newestWritten';
import { MemoryBucket } from '../../support/memoryBucket';
import { sequenceNumber, STREAM_LABEL, userRecord, USERS, USERS_STREAM_ARN } from '../../fixtures/streamRecords';

const NEVER = new AbortController().signal;

/** Every put adds a version, unless the test makes it fail. */
class Bucket extends MemoryBucket {
  private busy = new Set<string>();
  mostAtOnce = 0;

  constructor(private readonly fails: (objectKey: string, image: StoredImage) => boolean = () => false) {
    super();
  }

  signals: unknown[] = [];

  override async put(objectKey: string, image: StoredImage, options?: { signal?: AbortSignal }): Promise<void> {
    this.signals.push(options?.signal);
    if (this.busy.has(objectKey)) throw new Error(`two puts of ${objectKey} at the same time`);
    this.busy.add(objectKey);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.busy.size);
    await new Promise(setImmediate);
    this.busy.delete(objectKey);
    if (this.fails(objectKey, image)) throw new Error('503 SlowDown');
    await super.put(objectKey, image);
  }

  sequenceNumbers(id: string): (string | undefined)[] {
    return this.stored(`users/${id}/image.json`).map(({ metadata }) => metadata['dcs-sequence-number']);
  }
}

function contextFor(images: Bucket): CaptureContext & { failures: [StreamRecord, unknown][] } {
  const failures: [StreamRecord, unknown][] = [];
  return {
    table: USERS,
    images,
    newestWritten: new NewestWritten(1_000),
    parallelism: 8,
    nowMs: () => Date.UTC(2026, 10, 23, 9),
    failures,
    onFailure: (record, reason) => void failures.push([record, reason]),
  };
}

const insert = (id: string, n: number, to: AttributeMap = {}) =>
  userRecord({ id, sequenceNumber: sequenceNumber(n), to });
const update = (id: string, n: number) =>
  userRecord({ id, sequenceNumber: sequenceNumber(n), from: {}, to: { n: { N: String(n) } } });
const remove = (id: string, n: number) => userRecord({ id, sequenceNumber: sequenceNumber(n), from: {} });
const poison = (id: string, n: number): StreamRecord => ({ ...insert(id, n), eventName: 'UNKNOWN' });
const keyless = (n: number): StreamRecord => ({ ...insert('x', n), dynamodb: { SequenceNumber: sequenceNumber(n) } });

describe('captureBatch', () => {
  test('a record that is null fails its batch, and keeps no other item of it from being written', async () => {
    const bucket = new Bucket();
    const records = [insert('a', 1), null as never, insert('b', 2)];
    await expect(captureBatch(contextFor(bucket), records, NEVER)).rejects.toThrow('sequence number undefined');
    expect(bucket.keys()).toEqual(['users/a/image.json', 'users/b/image.json']);
  });

  test('a batch without failures is done, and every change is a version in order', async () => {
    const bucket = new Bucket();
    const records = [insert('a', 1), insert('b', 2), update('a', 3), remove('a', 4), insert('a', 5)];
    expect(await captureBatch(contextFor(bucket), records, NEVER)).toEqual({ batchItemFailures: [] });
    expect(bucket.sequenceNumbers('a')).toEqual([1, 3, 4, 5].map(sequenceNumber));
    expect(bucket.sequenceNumbers('b')).toEqual([sequenceNumber(2)]);
  });

  test('items are written side by side, up to the limit', async () => {
    const bucket = new Bucket();
    const records = Array.from({ length: 100 }, (_, n) => insert(`u${n}`, n));
    await captureBatch(contextFor(bucket), records, NEVER);
    expect(bucket.keys().length).toBe(100);
    expect(bucket.mostAtOnce).toBe(8);
  });

  test('a failed record stops its item and no other, and the lowest failed sequence number is reported', async () => {
    const bucket = new Bucket((_, { metadata }) => metadata['dcs-sequence-number'] === sequenceNumber(99));
    const records = [insert('a', 98), insert('b', 99), update('b', 100), update('a', 101)];
    const context = contextFor(bucket);
    expect(await captureBatch(context, records, NEVER)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(99) }],
    });
    expect(bucket.sequenceNumbers('a')).toEqual([98, 101].map(sequenceNumber));
    expect(bucket.sequenceNumbers('b')).toEqual([]);
    expect(context.failures.map(([record]) => record)).toEqual([records[1]]);
  });

  test('the lowest is lowest as a number, not as text', async () => {
    const records = ['99', '100'].map((n) => ({
      ...poison('a', 0),
      dynamodb: { ...poison(`u${n}`, 0).dynamodb, SequenceNumber: n },
    }));
    const { batchItemFailures } = await captureBatch(contextFor(new Bucket()), records.reverse(), NEVER);
    expect(batchItemFailures).toEqual([{ itemIdentifier: '99' }]);
  });

  test('a record that cannot be read has failed, never skipped: those of its item wait, the others arrive', async () => {
    const bucket = new Bucket();
    const records = [insert('a', 1), poison('b', 2), update('b', 3), keyless(4), update('a', 5)];
    const { batchItemFailures } = await captureBatch(contextFor(bucket), records, NEVER);
    expect(batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(2) }]);
    expect(bucket.sequenceNumbers('a')).toEqual([1, 5].map(sequenceNumber));
    expect(bucket.sequenceNumbers('b')).toEqual([]);
  });

  test('a failed record that has no sequence number fails the whole batch, after the others are written', async () => {
    const bucket = new Bucket();
    const nameless = { ...keyless(1), dynamodb: {} };
    await expect(captureBatch(contextFor(bucket), [nameless, insert('a', 2)], NEVER)).rejects.toThrow(
      /sequence number undefined/,
    );
    expect(bucket.sequenceNumbers('a')).toEqual([sequenceNumber(2)]);
  });

  test('when time runs out, what is left is reported as failed', async () => {
    const time = new AbortController();
    const bucket = new Bucket((_, { metadata }) => {
      if (metadata['dcs-sequence-number'] === sequenceNumber(2)) time.abort(new Error('out of time'));
      return false;
    });
    const records = [insert('a', 1), update('a', 2), update('a', 3)];
    const context = contextFor(bucket);
    expect(await captureBatch(context, records, time.signal)).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(3) }],
    });
    expect(bucket.sequenceNumbers('a')).toEqual([1, 2].map(sequenceNumber));
    expect(context.failures).toEqual([[records[2], new Error('out of time')]]);
  });

  test('puts that are under way are told when time runs out', async () => {
    const [bucket, deadline] = [new Bucket(), new AbortController().signal];
    await captureBatch(contextFor(bucket), [insert('a', 1)], deadline);
    expect(bucket.signals).toEqual([deadline]);
  });

  test('a defect is no fault of a record: it fails the batch', async () => {
    const context = { ...contextFor(new Bucket()), table: { ...USERS, keySchema: undefined as never } };
    await expect(captureBatch(context, [insert('a', 1)], NEVER)).rejects.toThrow(TypeError);
    expect(context.failures).toEqual([]);
  });

  test('a warm function does not write an older image again when a batch comes back', async () => {
    let isDown = true;
    const bucket = new Bucket((objectKey) => isDown && objectKey.includes('/b/'));
    const records = [insert('a', 1), insert('b', 2), update('a', 3)];
    const context = contextFor(bucket);
    await captureBatch(context, records, NEVER);
    isDown = false;
    expect(await captureBatch(context, records, NEVER)).toEqual({ batchItemFailures: [] });
    expect(bucket.sequenceNumbers('a')).toEqual([1, 3].map(sequenceNumber));
    expect(bucket.sequenceNumbers('b')).toEqual([sequenceNumber(2)]);
  });

  test('records that an old stream still has are written, also after those of the stream that followed it', async () => {
    const bucket = new Bucket();
    const ofNewStream = {
      ...update('a', 1),
      eventSourceARN: USERS_STREAM_ARN.replace(STREAM_LABEL, '2026-12-24T08:00:00.000'),
    };
    const context = contextFor(bucket);
    await captureBatch(context, [ofNewStream], NEVER);
    expect(await captureBatch(context, [insert('a', 7), update('a', 8)], NEVER)).toEqual({ batchItemFailures: [] });
    expect(bucket.sequenceNumbers('a')).toEqual([1, 7, 8].map(sequenceNumber));
  });

  test('law: however puts fail, batches retried from the reported record on end with every change stored and the newest last', async () => {
    const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.boolean(),
        async (list, outages, isWarm) => {
          const records = list.map(([id, isDelete], n) => (isDelete ? remove(id, n) : update(id, n)));
          const bucket = new Bucket(() => outages.pop() ?? false);
          let context = contextFor(bucket);
          let left = records;
          while (left.length > 0) {
            if (!isWarm) context = contextFor(bucket);
            const { batchItemFailures } = await captureBatch(context, left, NEVER);
            const from = batchItemFailures[0]?.itemIdentifier;
            left =
              from === undefined ? [] : left.slice(left.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === from));
          }
          for (const id of ['a', 'b', 'c']) {
            const made = records.filter(({ dynamodb }) => JSON.stringify(dynamodb?.Keys) === `{"id":{"S":"${id}"}}`);
            const stored = bucket.stored(`users/${id}/image.json`);
            expect(new Set(bucket.sequenceNumbers(id))).toEqual(
              new Set(made.map(({ dynamodb }) => dynamodb?.SequenceNumber)),
            );
            const newest = made.at(-1)?.dynamodb?.NewImage;
            if (made.length > 0) expect(stored.at(-1)?.body).toBe(newest ? imageBody(newest) : '{}');
          }
        },
      ),
    );
  });
});

describe('what a warm function remembers', () => {
  test('is bounded: the item written longest ago is forgotten first', () => {
    const newest = new NewestWritten(2);
    const at = (readAtMs: number) => ({ source: 'backfill', readAtMs }) as const;
    newest.set('a', at(1));
    newest.set('b', at(2));
    newest.set('a', at(3));
    newest.set('c', at(4));
    expect(['a', 'b', 'c'].map((key) => newest.get(key))).toEqual([at(3), undefined, at(4)]);
  });
});
