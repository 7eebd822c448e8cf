import type { DynamoDBStreamEvent } from 'aws-lambda';
import { objectHistories } from '../../aws/objectVersions';
import { s3TextStore } from '../../aws/textStore';
import { chainGaps } from '../../core/chain';
import type { AttributeMap } from '../../core/attributeValue';
import { FunctionError } from '../../local/function/localFunction';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN } from '../../local/parts/s3Faults';
import {
  expectConverged,
  imagesIn,
  objectKeyIn,
  startDeployment,
  tableOf,
  until,
  versionsIn,
} from './support/deployment';

let run: LocalRun;
let users: LocalTable;

beforeAll(async () => {
  // Few retries, so that what cannot be captured is parked within the test.
  run = await startDeployment((deployed) => ({
    ...deployed,
    captureFunction: { ...deployed.captureFunction, timeoutSeconds: 5 },
    eventSourceMapping: { ...deployed.eventSourceMapping, maximumRetryAttempts: 40, maximumBatchingWindowInSeconds: 0 },
  }));
  users = tableOf(run, 'users');
});
afterAll(() => run.stop());
afterEach(() => {
  run.source.gateway.faults = () => undefined;
  jest.restoreAllMocks();
});

const user = (id: string, n = 0): AttributeMap => ({ id: { S: id }, n: { N: String(n) } });

async function write(ids: readonly string[], rounds = 1): Promise<void> {
  for (let round = 0; round < rounds; round++) await Promise.all(ids.map((id) => users.table.put(user(id, round))));
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

const versionsOf = (id: string) => versionsIn(run.source, objectKeyIn(users, user(id)));

async function parkedBodies(): Promise<string[]> {
  const texts = s3TextStore(run.source);
  const bodies: string[] = [];
  for await (const { objectKey } of objectHistories(run.source, 'aws/lambda/'))
    bodies.push((await texts.read(objectKey)) ?? '');
  return bodies;
}

describe('promise 1: no change is dropped', () => {
  test('when S3 answers 503 and resets connections for a while', async () => {
    let puts = 0;
    const faults = [SLOW_DOWN, SLOW_DOWN, undefined, RESET_BEFORE, RESET_AFTER];
    run.source.gateway.faults = ({ method }) =>
      method === 'PUT' && puts++ < 300 ? faults[puts % faults.length] : undefined;
    const ids = named('flaky', 30);
    await write(ids, 3);
    await run.drained();

    expect(puts).toBeGreaterThan(300);
    for (const id of ids) {
      const versions = await versionsOf(id);
      expect(new Set(versions.map(({ body }) => body)).size).toBe(3);
      expect(chainGaps(versions.map(({ header }) => header))).toEqual([]);
    }
    await expectConverged(run, users);
  });

  test('when half of a batch fails until permission comes back', async () => {
    const before = users.pump.counts.partialInvocations;
    run.source.gateway.faults = ({ method, objectKey }) =>
      method === 'PUT' && /half-\d*[02468]\//.test(objectKey) ? ACCESS_DENIED : undefined;
    await write(named('half', 20));
    await until(() => users.pump.counts.partialInvocations > before);
    run.source.gateway.faults = () => undefined;
    await run.drained();
    await expectConverged(run, users);
  });

  test('when the function crashes in the middle of a batch', async () => {
    let puts = 0;
    let crashes = 0;
    run.source.gateway.faults = ({ method }) => {
      if (method === 'PUT' && ++puts === 5) {
        crashes++;
        void users.captureFunction.stop();
      }
      return undefined;
    };
    const failedBefore = users.pump.counts.failedInvocations;
    await write(named('crash', 40), 2);
    await run.drained();
    expect(crashes).toBe(1);
    expect(users.pump.counts.failedInvocations).toBeGreaterThan(failedBefore);
    await expectConverged(run, users);
  });

  test('when time runs out: the function answers what is left instead of dying', async () => {
    const { partialInvocations, failedInvocations } = users.pump.counts;
    run.source.gateway.faults = ({ method }) => (method === 'PUT' ? { kind: 'delay', milliseconds: 6_000 } : undefined);
    await write(named('slow', 10));
    await until(() => users.pump.counts.partialInvocations > partialInvocations);
    run.source.gateway.faults = () => undefined;
    await run.drained();
    expect(users.pump.counts.failedInvocations).toBe(failedInvocations);
    await expectConverged(run, users);
  });

  test('when a record cannot be read: the good ones arrive, the poison is parked whole, in its own words', async () => {
    const poison = '"eventName":"POISON"';
    const invoke = users.captureFunction.invoke.bind(users.captureFunction);
    jest.spyOn(users.captureFunction, 'invoke').mockImplementation((event) => {
      const { Records } = structuredClone(event) as DynamoDBStreamEvent;
      for (const record of Records)
        if (record.dynamodb?.Keys?.id?.S === 'poison-7') record.eventName = 'POISON' as never;
      return invoke({ Records });
    });
    await write(named('poison', 15));
    await run.drained();

    const arrived = (await imagesIn(run.source, 'users')).keys();
    const ids = [...arrived].flatMap((key) => /poison-\d+/.exec(key) ?? []);
    expect(ids.sort()).toEqual(
      named('poison', 15)
        .filter((id) => id !== 'poison-7')
        .sort(),
    );
    const bodies = (await parkedBodies()).filter((body) => body.includes('poison-7'));
    expect(bodies).toHaveLength(1);
    const { payload, requestContext } = JSON.parse(bodies[0]!) as {
      payload: string;
      requestContext: { condition: string };
    };
    expect(requestContext.condition).toBe('RetryAttemptsExhausted');
    expect(
      (JSON.parse(payload) as DynamoDBStreamEvent).Records.map(({ dynamodb }) => dynamodb?.NewImage?.id),
    ).toContainEqual({ S: 'poison-7' });
    expect(payload).not.toContain(poison); // what the stream said, not what broke it
    // The parked batch is a copy's worth, too.
    let replicas = 0;
    for await (const { versions } of objectHistories(run.destination, 'aws/lambda/')) replicas += versions.length;
    expect(replicas).toBe((await parkedBodies()).length);

    // The item's next change can be read, and shows that one before it is missing.
    jest.restoreAllMocks();
    await users.table.put(user('poison-7', 1));
    await run.drained();
    await expectConverged(run, users);
    const [begins] = await versionsOf('poison-7');
    expect(begins?.header.event).toBe('MODIFY');
  });
});

describe('promise 2: convergence', () => {
  test('an old batch that a cold function writes again does not become the newest image', async () => {
    const events: DynamoDBStreamEvent[] = [];
    const invoke = users.captureFunction.invoke.bind(users.captureFunction);
    jest.spyOn(users.captureFunction, 'invoke').mockImplementation((event) => {
      events.push(event as DynamoDBStreamEvent);
      return invoke(event);
    });
    await write(['replayed'], 1);
    await run.drained();
    const old = events.at(-1);
    for (const round of [1, 2, 3]) await users.table.put(user('replayed', round));
    await run.drained();

    await users.captureFunction.stop(); // whatever starts now is cold and remembers nothing
    expect(await invoke(old)).toEqual({ batchItemFailures: [] });
    await run.replication.drained();

    const versions = await versionsOf('replayed');
    expect(versions.map(({ item }) => item?.n)).toEqual([0, 1, 2, 3, 0].map((n) => ({ N: String(n) })));
    expect(chainGaps(versions.map(({ header }) => header))).toEqual([]);
    await expectConverged(run, users);
  });

  test('a batch that comes back to a warm function adds nothing', async () => {
    const events: unknown[] = [];
    const invoke = users.captureFunction.invoke.bind(users.captureFunction);
    jest.spyOn(users.captureFunction, 'invoke').mockImplementation((event) => {
      events.push(event);
      return invoke(event);
    });
    await write(['warm'], 2);
    await run.drained();
    for (const event of events) await invoke(event);
    expect(await versionsOf('warm')).toHaveLength(2);
  });

  test('a delete and a re-create of one key within one batch are three images, in order', async () => {
    await users.table.put(user('phoenix', 1));
    await users.table.delete({ id: { S: 'phoenix' } });
    await users.table.put(user('phoenix', 2));
    await run.drained();
    const versions = await versionsOf('phoenix');
    expect(versions.map(({ header }) => header.event)).toEqual(['INSERT', 'REMOVE', 'INSERT']);
    await expectConverged(run, users);
  });
});

describe('bad input gets a clear error and loses nothing', () => {
  test('a function without its environment names every variable', async () => {
    const { LocalFunction } = await import('../../local/function/localFunction');
    const bare = new LocalFunction({
      functionName: 'bare',
      codePath: `${__dirname}/../../dist/lambda/capture/index.js`,
      environment: {},
      timeoutSeconds: 60,
    });
    const failure = bare.invoke({ Records: [] });
    await expect(failure).rejects.toThrow(FunctionError);
    await expect(failure).rejects.toThrow(/DCS_BUCKET is missing.*DCS_TABLE is missing.*DCS_PARTITION_KEY is missing/);
    await bare.stop();
  });
});
