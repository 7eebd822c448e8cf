import { Findings } from '../../../operations/drill/findings';
import { settle } from '../../../operations/drill/settle';
import type { AttributeMap } from '../../../core/attributeValue';
import { backfillImage, encodeImage, itemDigest } from '../../../core/image';
import { objectKeyOf } from '../../../core/objectKey';
import { MemoryBucket } from '../../support/memoryBucket';
import { MemoryTable } from '../../support/memoryTable';

const SCHEMA = { partitionKey: 'id' };
const LOCATION = { prefix: '', tableName: 'users' };
const MOMENT_MS = Date.UTC(2026, 10, 23, 12);
const KEYS = { id: { S: 'a' } };
const OBJECT_KEY = objectKeyOf(LOCATION, SCHEMA, KEYS);
const item = (state: string): AttributeMap => ({ ...KEYS, state: { S: state } });

/** One item's changes, seconds after the moment, in the order of being made. */
interface Change {
  readonly before?: AttributeMap;
  readonly after?: AttributeMap;
  readonly at: number;
}

function bucketWith(changes: readonly Change[]): MemoryBucket {
  const bucket = new MemoryBucket();
  changes.forEach((change, i) => storeIn(bucket, change, i));
  return bucket;
}

function storeIn(bucket: MemoryBucket, { before, after, at }: Change, i: number): void {
  const event = after === undefined ? 'REMOVE' : before === undefined ? 'INSERT' : 'MODIFY';
  const position = { source: 'stream', streamLabel: 'label', sequenceNumber: String(100 + i) } as const;
  const changedAtMs = MOMENT_MS + at * 1_000;
  const image = encodeImage({ event, position, changedAtMs, previousDigest: itemDigest(before) }, after);
  bucket.store(OBJECT_KEY, image, changedAtMs + 500);
}

/** Settles the one item; the clock moves only by pauses, and `whenWaiting` happens before the first. */
async function settled(
  bucket: MemoryBucket,
  { restored, live }: { restored?: AttributeMap; live?: AttributeMap },
  whenWaiting: () => void = () => undefined,
): Promise<{ findings: Findings; waits: number }> {
  const findings = new Findings();
  let [nowMs, waits] = [MOMENT_MS + 60_000, 0];
  const suspects = async function* () {
    yield await Promise.resolve({ objectKey: OBJECT_KEY, keys: KEYS, restored: itemDigest(restored) });
  };
  await settle(
    {
      ...{ source: bucket, live: new MemoryTable(SCHEMA, live ? [live] : []), momentMs: MOMENT_MS, waitMs: 10_000 },
      restored: new MemoryTable(SCHEMA, restored ? [restored] : []),
      ...{ signal: new AbortController().signal, nowMs: () => nowMs, findings },
      pause: (ms) => {
        nowMs += ms;
        return Promise.resolve();
      },
      onWaiting: () => {
        waits += 1;
        if (waits === 1) whenWaiting();
      },
    },
    suspects(),
  );
  return { findings, waits };
}

const made: Change = { after: item('1'), at: -10 };

describe('an item that differs', () => {
  test('is explained by a later change that was made to the restored state, whatever came after', async () => {
    const bucket = bucketWith([made, { before: item('1'), after: item('2'), at: 5 }]);
    const { findings, waits } = await settled(bucket, {
      restored: item('1'),
      live: item('3, whose image is on its way'),
    });
    expect(findings).toMatchObject({ differences: 0, counts: { changedAfter: 1, late: 0 } });
    expect(waits).toBe(0);
  });

  test('is explained when it was made, or deleted, after the moment', async () => {
    const born = await settled(bucketWith([{ after: item('1'), at: 5 }]), { live: item('1') });
    const gone = await settled(bucketWith([made, { before: item('1'), at: 5 }]), { restored: item('1') });
    for (const { findings } of [born, gone]) {
      expect(findings).toMatchObject({ differences: 0, counts: { changedAfter: 1, late: 0 } });
    }
  });

  test('is not explained by a later change that was made to another state: an image is missing', async () => {
    const bucket = bucketWith([made, { before: item('lost'), after: item('2'), at: 5 }]);
    const { findings, waits } = await settled(bucket, { restored: item('1'), live: item('2') });
    expect(findings.listed).toEqual([
      expect.objectContaining({ kind: 'different', reason: expect.stringContaining('12:00:05') as unknown }),
    ]);
    expect(waits).toBe(5);
  });

  test('is late when its last change before the moment comes while it is waited for', async () => {
    const bucket = bucketWith([made]);
    const change: Change = { before: item('1'), after: item('2'), at: -1 };
    const live = { restored: item('1'), live: item('2') };
    const { findings, waits } = await settled(bucket, live, () => storeIn(bucket, change, 1));
    expect(findings).toMatchObject({ differences: 0, counts: { changedAfter: 0, late: 1 } });
    expect(waits).toBe(1);
  });

  test('is a difference when nothing explains it until the time is over, by what is missing where', async () => {
    const kindOf = async (bucket: MemoryBucket, states: Parameters<typeof settled>[1]) =>
      (await settled(bucket, states)).findings.listed.map(({ kind }) => kind);
    expect(await kindOf(bucketWith([]), { live: item('1') })).toEqual(['missing']);
    expect(await kindOf(bucketWith([made]), { restored: item('1') })).toEqual(['extra']);
    expect(await kindOf(bucketWith([made]), { restored: item('1'), live: item('2') })).toEqual(['different']);
  });

  test('names the keys and the attributes that differ, and nothing of what they hold', async () => {
    const live = { ...item('2'), address: { M: { city: { S: 'secret' } } } };
    const restored = { ...item('2'), address: { M: { city: { S: 'other' } } } };
    const { findings } = await settled(bucketWith([made]), { restored, live });
    expect(findings.listed).toMatchObject([{ kind: 'different', keys: KEYS, attributes: ['address.city'] }]);
    expect(JSON.stringify(findings.listed)).not.toMatch(/secret|other"/);
  });

  test('is believed to have changed where a backfill, which knows nothing of before, ends where the table is', async () => {
    const bucket = new MemoryBucket();
    bucket.store(OBJECT_KEY, backfillImage(item('1'), MOMENT_MS - 5_000), MOMENT_MS - 5_000);
    bucket.store(OBJECT_KEY, backfillImage(item('2'), MOMENT_MS + 5_000), MOMENT_MS + 5_000);
    const right = await settled(bucket, { restored: item('1'), live: item('2') });
    expect(right.findings).toMatchObject({ differences: 0, counts: { changedAfter: 1 } });
    const wrong = await settled(bucket, { restored: item('1'), live: item('3') });
    expect(wrong.findings.differences).toBe(1);
  });
});
