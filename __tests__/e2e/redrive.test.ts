import { objectHistories } from '../../aws/objectVersions';
import { s3TextStore } from '../../aws/textStore';
import type { AttributeMap } from '../../core/attributeValue';
import { chainGaps } from '../../core/chain';
import { keysOf } from '../../core/objectKey';
import { changed, seededRandom, user, type Random } from '../../local/demo/workload';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED, RESET_AFTER, SLOW_DOWN } from '../../local/parts/s3Faults';
import type { S3Request } from '../../local/parts/s3Request';
import { records } from './support/commandParts';
import type { DcsOnRun } from './support/dcsOnRun';
import { expectConverged, imagesIn, objectKeyIn, versionsIn } from './support/deployment';
import { eachTestHasItsTable } from './support/ownTable';

let run: LocalRun;
let users: LocalTable;
let dcs: DcsOnRun;
eachTestHasItsTable((own) => ({ run, users, dcs } = own));
const name = () => users.deployed.tableName;
const redrive = (...more: string[]) => dcs.run(['redrive', name(), '--json', ...more]);
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};

const isPut = ({ method }: S3Request) => method === 'PUT';
const isImagePut = (request: S3Request) => isPut(request) && request.objectKey.endsWith('/image.json');

/** While S3 refuses images, capture gives up on everything, and Lambda parks it. */
async function poisoned(work: () => Promise<unknown>): Promise<void> {
  run.source.gateway.faults = (request) => (isImagePut(request) ? ACCESS_DENIED : undefined);
  await work();
  await users.pump.drained();
  run.source.gateway.faults = () => undefined;
}

const usersOf = (count: number) => {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, n) => user(n, random));
};

/** Changes items at random, deletes and makes some again. Answers how many changes it made. */
async function changeSome(items: readonly AttributeMap[], changes: number, random: Random): Promise<number> {
  for (let i = 0; i < changes; i++) {
    const item = items[random(items.length)]!;
    await users.table.put(changed(item, random));
    if (random(4) > 0) continue;
    await users.table.delete(keysOf(users.deployed.keySchema, item));
    i += 1;
    if (i + 1 >= changes) return i + 1;
  }
  return changes;
}

/** Two poisoned times, and work before, between and after them. Answers how many changes were made in all. */
async function historyWithHoles(): Promise<number> {
  const items = usersOf(25);
  const random = seededRandom(23);
  let changes = items.length;
  await users.table.putBatch(items);
  await drained();
  await poisoned(async () => (changes += await changeSome(items, 60, random)));
  changes += await changeSome(items, 25, random);
  await drained();
  await poisoned(async () => (changes += await changeSome(items, 60, random)));
  changes += await changeSome(items, 8, random);
  await drained();
  return changes;
}

/** Every change is an image, none is missing, and the version stored last is the newest. */
async function expectWholeHistory(changes: number): Promise<void> {
  let distinct = 0;
  for (const [objectKey, images] of await imagesIn(run.source, name())) {
    const headers = images.map(({ header }) => header);
    expect({ objectKey, gaps: chainGaps(headers) }).toEqual({ objectKey, gaps: [] });
    const sequenceNumbers = headers.map(({ position }) =>
      position.source === 'stream' ? BigInt(position.sequenceNumber) : 0n,
    );
    const newest = sequenceNumbers.reduce((a, b) => (b > a ? b : a));
    expect(sequenceNumbers.at(-1)).toBe(newest);
    distinct += new Set(sequenceNumbers).size;
  }
  expect(distinct).toBe(changes);
}

/** Ids of all versions of the table's images. */
async function versionIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { versions } of objectHistories(run.source, `${name()}/`))
    ids.push(...versions.map(({ versionId }) => versionId));
  return ids.sort();
}

const last = (stdout: string) => records(stdout).find(({ type }) => type === 'redrive');

test('what was parked goes to its place in the history: below what is newer, on top of what is older', async () => {
  const changes = await historyWithHoles();
  const before = await versionIds();

  const planned = await redrive('--dry-run');
  expect(planned.code).toBe(0);
  expect(await versionIds()).toEqual(before);

  const { code, stdout } = await redrive();
  expect(code).toBe(0);
  const report = last(stdout) as Record<string, number>;
  expect(report).toMatchObject({ left: 0, doneBefore: 0 });
  expect(report.applied! + report.filledIn! + report.alreadyThere!).toBeGreaterThanOrEqual(120);
  expect(report.applied).toBeGreaterThan(0);
  expect(report.filledIn).toBeGreaterThan(0);
  await expectWholeHistory(changes);
  await drained();
  await expectConverged(run, users);

  // Once more there is nothing to do, and without the markers there is still nothing to write.
  const after = await versionIds();
  const again = await redrive();
  expect(again.code).toBe(0);
  expect(last(again.stdout)).toMatchObject({ batches: 0, applied: 0, filledIn: 0 });
  expect(last(again.stdout)?.doneBefore).toBeGreaterThanOrEqual(report.batches!);
  expect(await versionIds()).toEqual(after);
});

test('killed at any point and run again, with S3 failing meanwhile, it comes to the same', async () => {
  const changes = await historyWithHoles();
  const random = seededRandom(31);
  for (let kills = 0; kills < 5; kills++) {
    const { child, ended } = dcs.start(['redrive', name()]);
    // Requests of the one that was killed before may still come, until this one lists what is parked.
    let [putsUntilKill, isOurs] = [1 + random(25), false];
    run.source.gateway.faults = (request) => {
      isOurs ||= request.query.has('list-type');
      if (isOurs && isPut(request) && --putsUntilKill === 0) child.kill('SIGKILL');
      return isPut(request) ? [SLOW_DOWN, RESET_AFTER, undefined, undefined, undefined][random(5)] : undefined;
    };
    await ended;
  }
  run.source.gateway.faults = () => undefined;
  const { code, stderr } = await redrive();
  expect({ code, stderr }).toMatchObject({ code: 0 });
  await expectWholeHistory(changes);
  await drained();
  await expectConverged(run, users);
});

test('while capture goes on, nothing newer is covered', async () => {
  const items = usersOf(12);
  await poisoned(() => changeSome(items, 60, seededRandom(41)));
  const random = seededRandom(43);
  const stop = new AbortController();
  const writer = (async () => {
    while (!stop.signal.aborted) {
      for (const item of items.slice(random(items.length))) await users.table.put(changed(item, random));
      await users.pump.drained(); // so that the histories grow no faster than they can be looked at
    }
  })();
  const { code } = await redrive().finally(() => stop.abort());
  await writer;
  expect(code).toBe(0);
  await drained();
  await expectConverged(run, users);
  for (const images of (await imagesIn(run.source, name())).values())
    expect(chainGaps(images.map(({ header }) => header))).toEqual([]);
});

describe('what cannot be applied', () => {
  const folder = 'aws/lambda/by-hand/shardId-1/2026/01/05';

  test('what is done is marked, and nothing is deleted', async () => {
    await poisoned(() => users.table.putBatch(usersOf(5)));
    const before = await parkedKeys();
    await redrive();
    const after = await parkedKeys();
    expect(after).toEqual([...before, ...before.map((key) => `${key}.redriven.json`)].sort());
  });

  test('credentials that expire end it with 4, and the same command continues', async () => {
    await poisoned(() => users.table.putBatch(usersOf(20)));
    let puts = 0;
    run.source.gateway.faults = (request) =>
      isImagePut(request) && ++puts > 5 ? { kind: 'error', statusCode: 400, code: 'ExpiredToken' } : undefined;
    const expired = await redrive();
    expect(expired.code).toBe(4);
    expect(expired.stderr).toContain('the credentials have expired');
    run.source.gateway.faults = () => undefined;
    const { code, stdout } = await redrive();
    expect(code).toBe(0);
    expect(last(stdout)).toMatchObject({ applied: 15, alreadyThere: 5, left: 0 });
  });

  // The last one: the batch that cannot be read stays, and every redrive tells of it.
  test('a record, a batch, another table: left and listed, the rest is applied, and the exit code is 3', async () => {
    const [item] = usersOf(1);
    await poisoned(() => users.table.put(item!));
    const texts = s3TextStore(run.source);
    const [batchKey] = await parkedKeys();
    const parked = JSON.parse((await texts.read(batchKey!))!) as {
      payload: string;
      DDBStreamBatchInfo: { streamArn: string };
    };
    const broken = parked.payload.replace('"INSERT"', '"MERGE"');
    await texts.write(`${folder}/1-record`, JSON.stringify({ ...parked, payload: JSON.parse(broken) as unknown }));
    await texts.write(`${folder}/2-batch`, '{"payload":"{\\"Rec');
    const other = parked.DDBStreamBatchInfo.streamArn.replace(name(), 'nobody');
    await texts.write(`${folder}/3-table`, JSON.stringify({ ...parked, DDBStreamBatchInfo: { streamArn: other } }));

    // Without a table: a batch that cannot be read may be of any table.
    const { code, stdout } = await dcs.run(['redrive', '--json']);
    expect(code).toBe(3);
    const lines = records(stdout);
    const left = lines.filter(({ type, batch }) => type === 'left' && String(batch).startsWith(folder));
    expect(left.map(({ batch }) => String(batch).slice(folder.length + 1))).toEqual(['1-record', '2-batch', '3-table']);
    for (const [i, words] of ['"MERGE"', 'not JSON', 'nobody, which is not in the settings'].entries())
      expect(left[i]?.reason).toContain(words);
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'batch', batch: batchKey, state: 'done', applied: 1 }),
    );
    expect(await versionsIn(run.source, objectKeyIn(users, item!))).toHaveLength(1);
    expect(await texts.read(`${batchKey!}.redriven.json`)).toContain(`"table":"${name()}"`);
    expect(await texts.read(`${folder}/1-record.redriven.json`)).toBeUndefined();
  });

  async function parkedKeys(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { objectKey } of objectHistories(run.source, `aws/lambda/mapping-${name()}/`))
      keys.push(objectKey);
    return keys.sort();
  }
});

test('options and help', async () => {
  const [unknown, extra, help] = await Promise.all([
    dcs.run(['redrive', 'elsewhere']),
    dcs.run(['redrive', 'users', '--dryrun']),
    dcs.run(['redrive', '--help']),
  ]);
  expect([unknown.code, extra.code, help.code]).toEqual([2, 2, 0]);
  expect(unknown.stderr).toContain('elsewhere is no table of the settings');
  expect(extra.stderr).toContain('did you mean --dry-run?');
  for (const words of ['Usage: dcs redrive [TABLE...]', '--dry-run', 'dcs redrive users'])
    expect(help.stdout).toContain(words);
});
