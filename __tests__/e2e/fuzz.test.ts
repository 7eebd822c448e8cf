import type { AttributeMap } from '../../core/attributeValue';
import { canonicalItem } from '../../core/canonicalItem';
import { chainGaps } from '../../core/chain';
import { compareChanges } from '../../core/changePosition';
import { keysOf } from '../../core/objectKey';
import { dynamoDbTable, type Table } from '../../aws/table';
import { changed, seededRandom, user, type Random } from '../../local/demo/workload';
import { snapshotOf } from '../../local/demo/snapshot';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED, RESET_AFTER, RESET_BEFORE, SLOW_DOWN, type Faults } from '../../local/parts/s3Faults';
import type { S3Request } from '../../local/parts/s3Request';
import { records } from './support/commandParts';
import type { Outcome } from '../support/outcome';
import { dcsOnRun, startTableLike, storeDefinition, type DcsOnRun } from './support/dcsOnRun';
import {
  expectConverged,
  folded,
  imagesIn,
  objectKeyIn,
  startDeploymentForOwnTables,
  type StoredVersion,
} from './support/deployment';

const ITEMS = 30;
const STEPS = 10;

let run: LocalRun;
beforeAll(async () => {
  run = await startDeploymentForOwnTables();
});
afterAll(() => run.stop());

let users: LocalTable;
let dcs: DcsOnRun;
afterEach(async () => {
  run.source.gateway.faults = () => undefined;
  await users.stop();
  await dcs.remove();
});
const name = () => users.deployed.tableName;
const isImagePut = ({ method, objectKey }: S3Request) => method === 'PUT' && objectKey.endsWith('/image.json');
const drained = async () => {
  await users.pump.drained();
  await run.replication.drained();
};

/** What was written, by object key: every state that each item has had, in order; undefined where it was deleted. */
type Model = Map<string, (string | undefined)[]>;

/**
 * Random writes, failures of S3, and commands killed at random points while the writing goes on. Whatever happened, at the
 * end the same commands, run again, leave everything right.
 */
describe.each([1, 2])('after a random life (seed %i)', (seed) => {
  test('both copies converge, every change is there, nothing newer was covered, and a restore is whole', async () => {
    const random = seededRandom(seed * 7919);
    users = await startTableLike(run, 'users', `fuzz${seed}`);
    dcs = await dcsOnRun(run, users);
    await storeDefinition(run, users);
    const model: Model = new Map();
    for (let step = 0; step < STEPS; step++) await aStep(random, model, `fuzz${seed}-${step}`);

    run.source.gateway.faults = () => undefined;
    await drained();
    await expectDone(['redrive', name()], { left: 0 });
    await expectDone(['backfill', name()], { failed: 0 });
    await drained();
    await expectConverged(run, users); // promise 2
    await expectWholeHistory(model); // promises 5 and 7
    await expectDone(['verify', name(), '--history', '--wait', '5m'], { differences: 0 });
    await expectRestored(`fuzz${seed}-restored`); // promise 8
  });
});

async function aStep(random: Random, model: Model, scratchName: string): Promise<void> {
  run.source.gateway.faults = someFaults(random);
  const writing = someWrites(random, model);
  const commands: (() => Promise<unknown>)[] = [
    () => killed(random, ['backfill', name(), '--segments', '2']),
    () => killed(random, ['redrive', name()]),
    () => interruptedRestore(random, scratchName, writing),
    () => Promise.resolve(),
  ];
  await commands[random(commands.length)]!();
  await writing;
  await users.pump.drained();
}

/** S3 as it can be: well, busy, breaking connections, or refusing images, so that all of a time is parked. */
function someFaults(random: Random): Faults {
  const weather: Faults[] = [
    () => undefined,
    (request) => (isImagePut(request) ? ACCESS_DENIED : undefined),
    (request) => (isImagePut(request) ? [SLOW_DOWN, RESET_BEFORE, RESET_AFTER][random(9)] : undefined),
  ];
  return weather[random(weather.length)]!;
}

async function someWrites(random: Random, model: Model): Promise<void> {
  for (let i = 10 + random(30); i > 0; i--) {
    const item = user(random(ITEMS), random);
    const states = model.get(objectKeyIn(users, item)) ?? [];
    model.set(objectKeyIn(users, item), states);
    const exists = states.at(-1) !== undefined;
    if (exists && random(3) === 0) {
      await users.table.delete(keysOf(users.deployed.keySchema, item));
      states.push(undefined);
    } else {
      const next: AttributeMap = changed(item, random);
      await users.table.put(next);
      states.push(canonicalItem(next));
    }
  }
}

/** Runs a command and kills it when some requests have gone through S3, which may be after its end. */
async function killed(random: Random, args: readonly string[]): Promise<Outcome> {
  const { child, ended } = dcs.start(args);
  const weather = run.source.gateway.faults;
  let requestsUntilKill = 1 + random(60);
  run.source.gateway.faults = (request) => {
    if (--requestsUntilKill === 0) child.kill('SIGKILL');
    return weather(request);
  };
  return ended.finally(() => (run.source.gateway.faults = weather));
}

/** A restore that is killed while its table is being filled; the same command, once nothing is written any more, completes it. */
async function interruptedRestore(random: Random, into: string, writing: Promise<void>): Promise<void> {
  await writing;
  await drained();
  const args = ['restore', name(), '--into', into];
  const { child, ended } = dcs.start(args);
  let requestsUntilKill = 1 + random(40);
  run.destination.gateway.faults = () => {
    if (--requestsUntilKill === 0) child.kill('SIGKILL');
    return undefined;
  };
  const first = await ended.finally(() => (run.destination.gateway.faults = () => undefined));
  // One that was done before it could be killed has nothing to continue.
  const { code, stderr } = first.code === 0 ? first : await dcs.run(args);
  expect({ code, why: code === 0 ? '' : stderr }).toEqual({ code: 0, why: '' });
  expect(await snapshotOf(restoredTable(into), users.deployed.keySchema)).toEqual(await folded(run.destination, users));
}

async function expectDone(args: readonly string[], expected: Record<string, unknown>): Promise<void> {
  const { code, stdout, stderr } = await dcs.run([...args, '--json']);
  expect({ code, why: code === 0 ? '' : stderr }).toEqual({ code: 0, why: '' });
  expect(records(stdout).at(-1)).toMatchObject({ type: args[0], ...expected });
}

/** The stream images of each item are exactly the states that it has had, in order; and the version stored last is the newest. */
async function expectWholeHistory(model: Model): Promise<void> {
  const stored = await imagesIn(run.source, name());
  expect([...stored.keys()].sort()).toEqual([...model.keys()].sort());
  for (const [objectKey, states] of model) {
    const images = stored.get(objectKey) ?? [];
    expect({ objectKey, gaps: chainGaps(images.map(({ header }) => header)) }).toEqual({ objectKey, gaps: [] });
    expect({ objectKey, states: statesOf(images) }).toEqual({ objectKey, states });
    const newest = images.reduce((a, b) => (compareChanges(a.header.position, b.header.position) <= 0 ? b : a));
    expect(images.at(-1)?.body).toBe(newest.body);
  }
}

function statesOf(images: readonly StoredVersion[]): (string | undefined)[] {
  const changes = new Map<string, StoredVersion>();
  for (const image of images)
    if (image.header.position.source === 'stream') changes.set(image.header.position.sequenceNumber, image);
  return [...changes.values()]
    .sort((a, b) => compareChanges(a.header.position, b.header.position))
    .map(({ item }) => item && canonicalItem(item));
}

async function expectRestored(into: string): Promise<void> {
  const expected = await snapshotOf(users.table, users.deployed.keySchema);
  await expectDone(['restore', name(), '--into', into], {
    counts: { put: expected.size },
    left: 0,
  });
  const restored = restoredTable(into);
  expect(await snapshotOf(restored, users.deployed.keySchema)).toEqual(expected);
  expect(await folded(run.destination, users)).toEqual(expected);
}

/** DynamoDB Local tells databases apart by region, too. */
function restoredTable(into: string): Table {
  return dynamoDbTable(into, { ...users.dynamoDb, region: run.destination.region });
}
