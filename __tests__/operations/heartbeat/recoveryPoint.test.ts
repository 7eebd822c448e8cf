import fc from 'fast-check';
import type { StampedText } from '../../../aws/stampedText';
import { heartbeatText } from '../../../core/heartbeat';
import { beat } from '../../../operations/heartbeat/beat';
import { recoveryPoint, recoveryPointOf } from '../../../operations/heartbeat/recoveryPoint';
import { replicaAge } from '../../../operations/heartbeat/replicaAge';

const AT = Date.parse('2026-11-26T12:00:00Z');
const stamped = (change: Partial<StampedText> = {}): StampedText => ({
  text: heartbeatText(AT),
  storedAtMs: AT + 2_000,
  answeredAtMs: AT + 120_000,
  replicationStatus: 'REPLICA',
  ...change,
});
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((each) => each * 1_000);

describe('the recovery point', () => {
  test('is never later than what S3 says of the replica, nor than what the heartbeat says', () => {
    fc.assert(
      fc.property(seconds, seconds, seconds, (scheduledAtMs, storedAtMs, answeredAtMs) => {
        const text = heartbeatText(scheduledAtMs);
        const point = recoveryPointOf(stamped({ text, storedAtMs, answeredAtMs }), 'key');
        const atMs = Math.min(scheduledAtMs, storedAtMs);
        expect(point).toEqual({ atMs, ageSeconds: Math.max(0, (answeredAtMs - atMs) / 1_000) });
      }),
    );
  });

  test('a heartbeat that came late is late, also if the time of a replica were that of its arrival', () => {
    const arrived = { storedAtMs: AT + 7_200_000, answeredAtMs: AT + 7_201_000 };
    expect(recoveryPointOf(stamped(arrived), 'key')).toMatchObject({ ageSeconds: 7_201 });
  });

  test('a heartbeat that lies about the future is no younger than it is', () => {
    const lying = { text: heartbeatText(AT + 86_400_000), answeredAtMs: AT + 3_602_000 };
    expect(recoveryPointOf(stamped(lying), 'key')).toMatchObject({ ageSeconds: 3_600 });
  });

  test.each(['COMPLETED', undefined])(
    'an object with the replication status %s proves nothing',
    (replicationStatus) => {
      expect(recoveryPointOf(stamped({ replicationStatus }), 'a/=dcs/=heartbeat.json')).toEqual({
        unknown: 'a/=dcs/=heartbeat.json is no replica: somebody has written it in the destination bucket itself',
      });
    },
  );

  test('there is none without a heartbeat, and none of one that cannot be read', async () => {
    expect(await recoveryPoint(() => Promise.resolve(undefined), 'dcs/')).toEqual({
      unknown: 'no heartbeat has arrived: there is no dcs/=dcs/=heartbeat.json',
    });
    expect(recoveryPointOf(stamped({ text: '{}' }), 'key')).toMatchObject({
      unknown: expect.stringContaining('the heartbeat is "{}"') as string,
    });
  });
});

describe('what is published', () => {
  const publish = async (heartbeat: StampedText | undefined) => {
    const published: number[] = [];
    const done = replicaAge(
      () => Promise.resolve(heartbeat),
      '',
      (age) => Promise.resolve(void published.push(age)),
    );
    await done.catch(() => undefined);
    return { done, published };
  };

  test('is the age, in seconds', async () => {
    const { done, published } = await publish(stamped());
    expect(await done).toEqual({ atMs: AT, ageSeconds: 120 });
    expect(published).toEqual([120]);
  });

  test.each([
    ['there is no heartbeat', undefined, /no heartbeat has arrived/],
    ['the heartbeat is not of replication', stamped({ replicationStatus: undefined }), /is no replica/],
    ['the heartbeat cannot be read', stamped({ text: '' }), /the heartbeat is ""/],
  ])('is nothing, and an error, when %s: no value is what the alarm takes for the worst', async (_, heartbeat, why) => {
    const { done, published } = await publish(heartbeat);
    await expect(done).rejects.toThrow(why);
    expect(published).toEqual([]);
  });
});

describe('what is written', () => {
  const written = async (event: { time?: unknown } | undefined) => {
    const stored: Record<string, string> = {};
    const write = (objectKey: string, text: string) => Promise.resolve(void (stored[objectKey] = text));
    await beat({ write }, 'dcs/', event);
    return stored;
  };

  test('is one object, with the time that EventBridge says', async () => {
    expect(await written({ time: '2026-11-26T21:40:00Z' })).toEqual({
      'dcs/=dcs/=heartbeat.json': '{"format":"1","scheduledAt":"2026-11-26T21:40:00.000Z"}\n',
    });
  });

  test.each([undefined, {}, { time: 'now' }])('is nothing for the event %j', async (event) => {
    await expect(written(event)).rejects.toThrow(/the event is .*; its time has to be one such as/);
  });
});
