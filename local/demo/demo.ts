import { setTimeout as delay } from 'node:timers/promises';
import type { AttributeMap } from '../../core/attributeValue';
import type { LocalRun } from '../localRun';
import type { LocalTable } from '../localTable';
import { badMigration, everydayWork, total, type Application, type Changes } from './application';
import { showJournalJourney } from './journalJourney';
import { showJourney } from './journey';
import type { Narrator } from './narrator';
import { backfillAll, compactAll, verifyAll } from './operate';
import { restore } from './restore';
import { compare, snapshotOf, type Comparison, type Snapshot } from './snapshot';
import { changesIn, layoutIn, locationOf } from './stored';
import { order, seededRandom, user, type Random } from './workload';

/** What the demo proves, in numbers; `--json` prints it. */
export interface DemoResult {
  readonly items: number;
  readonly changes: number;
  readonly images: number;
  readonly replicas: number;
  /** Items put back: at the last moment, and at the earlier one. */
  readonly restored: { readonly latest: number; readonly earlier: number };
  readonly identical: boolean;
  readonly differences: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

interface Moment {
  readonly name: 'latest' | 'earlier';
  readonly atMs?: number;
  readonly expected: ReadonlyMap<string, Snapshot>;
}

/** The story: write, look at one change, do damage, lose the source account, restore both moments, compare. */
export async function tellDemo(narrator: Narrator, run: LocalRun, itemCount: number): Promise<DemoResult> {
  const random = seededRandom(20_181_123);
  const applications = applicationsOf(run, itemCount, random);
  const seconds: Record<string, number> = {};
  const timed = async <Result>(
    name: string,
    label: string,
    work: () => Promise<Result>,
    told: (result: Result) => string,
  ): Promise<Result> => {
    const [result, took] = await narrator.stage(label, work, told);
    seconds[name] = took;
    return result;
  };
  const changes: Changes[] = [];
  const work = async (doWork: (application: Application, random: Random) => Promise<Changes>) => {
    const done: Changes[] = [];
    for (const application of applications.values()) done.push(await doWork(application, random));
    changes.push(...done);
    return total(done);
  };

  narrator.title('A day at work');
  await run.refreshTableDefinitions();
  await timed(
    'write',
    'written',
    () => work(everydayWork),
    ({ inserts, updates, deletes }) =>
      `${inserts} inserts, ${updates} updates, ${deletes} deletes in ${run.tables.size} tables`,
  );
  await timed(
    'capture',
    'captured',
    () => run.drained(),
    () => `${run.replication.counts.completed} objects in the source bucket, each with its replica`,
  );
  await timed(
    'backfill',
    'backfilled',
    () => backfillAll(run),
    ({ read, written }) => `${read} items read, ${written} added to what capture has stored`,
  );
  if ([...run.tables.values()].some((table) => layoutIn(table) === 'journal')) {
    await timed(
      'compact',
      'sorted',
      () => compactAll(run),
      ({ runs, bases }) => `${runs} runs and ${bases} bases in the destination bucket`,
    );
  }
  const { atMs, ageSeconds } = await run.playHeartbeat();
  narrator.fact('recovery point', `${new Date(atMs).toISOString()}, ${ageSeconds} s ago, by the newest heartbeat`);
  const verified = await timed(
    'verify',
    'verified',
    () => verifyAll(run),
    ({ items, differences }) =>
      `${items} items are ${differences.length === 0 ? 'the same' : 'NOT the same'} in tables and both buckets`,
  );

  narrator.title("One item's journey");
  const users = run.tables.get('users');
  const first = applications.get('users')?.items[0];
  if (users && first) {
    const show = layoutIn(users) === 'journal' ? showJournalJourney : showJourney;
    await show(narrator, run, users, first, random);
    changes.push({ inserts: 0, updates: 1, deletes: 0 });
  }

  narrator.title('A bad migration, and worse');
  const earlier = await momentNow(run, applications);
  await timed(
    'damage',
    'damaged',
    () => work(badMigration),
    ({ updates, deletes }) =>
      `${updates} items overwritten, ${deletes} deleted, after ${new Date(earlier.atMs ?? 0).toISOString()}`,
  );
  await run.drained();
  const latest: Moment = { name: 'latest', expected: await snapshots(applications) };
  const images = await changesIn(run.source, run);
  await run.loseSourceAccount();
  for (const { table } of applications.values()) await table.drop();
  narrator.fact('lost', `the tables, and everything else of account ${run.source.accountId} in ${run.source.region}`);

  narrator.title(`Back from ${run.destination.bucket} alone`);
  const replicas = await changesIn(run.destination, run);
  const restored = { latest: 0, earlier: 0 };
  const differences: string[] = [...verified.differences];
  for (const moment of [latest, earlier]) {
    const label = moment.name === 'latest' ? 'to the end' : 'to before it';
    const tables = await timed(
      `restore ${moment.name}`,
      label,
      () => restoreAll(run, moment),
      (all) => `${sum(all.map(({ items }) => items))} items in ${all.length} tables`,
    );
    restored[moment.name] = sum(tables.map(({ items }) => items));
    const found = await timed(`compare ${moment.name}`, 'compared', () => compareAll(moment, tables), tellComparison);
    differences.push(
      ...found.flatMap(({ tableName, comparison }) => describeDifferences(moment, tableName, comparison)),
    );
  }

  const made = total(changes).all;
  if (images !== made) differences.push(`${made} changes were made, and ${images} images are in the source bucket`);
  if (replicas !== images)
    differences.push(`${images} images are in the source bucket, and ${replicas} in the destination bucket`);
  return {
    items: itemCount,
    changes: made,
    images,
    replicas,
    restored,
    identical: differences.length === 0,
    differences,
    seconds,
  };
}

/** Two thirds users, one third orders. */
function applicationsOf(run: LocalRun, itemCount: number, random: Random): Map<string, Application> {
  const orders = Math.floor(itemCount / 3);
  const items: Record<string, AttributeMap[]> = {
    users: Array.from({ length: itemCount - orders }, (_, n) => user(n, random)),
    orders: Array.from({ length: orders }, (_, n) => order(n, random)),
  };
  const application = ({ table, deployed }: LocalTable): Application => ({
    table,
    keySchema: deployed.keySchema,
    items: items[deployed.tableName] ?? [],
  });
  return new Map([...run.tables].map(([tableName, captured]) => [tableName, application(captured)]));
}

/** The end of the second that is running: DynamoDB tells the time of a change to the second. Resolves when it is over. */
async function momentNow(run: LocalRun, applications: ReadonlyMap<string, Application>): Promise<Moment> {
  await run.drained();
  const atMs = Math.floor(Date.now() / 1000) * 1000 + 999;
  const expected = await snapshots(applications);
  await delay(Math.max(0, atMs + 1 - Date.now()));
  return { name: 'earlier', atMs, expected };
}

async function snapshots(applications: ReadonlyMap<string, Application>): Promise<Map<string, Snapshot>> {
  const all = new Map<string, Snapshot>();
  for (const [tableName, { table, keySchema }] of applications) all.set(tableName, await snapshotOf(table, keySchema));
  return all;
}

interface RestoredTable {
  readonly tableName: string;
  readonly items: number;
  readonly found: () => Promise<Snapshot>;
}

async function restoreAll(run: LocalRun, { name, atMs }: Moment): Promise<RestoredTable[]> {
  const all: RestoredTable[] = [];
  for (const [tableName, captured] of run.tables) {
    const into = name === 'latest' ? tableName : `${tableName}-${name}`;
    const dynamoDb = run.destinationDynamoDb(into);
    const { table, items } = await restore(run.destination, locationOf(captured), { tableName: into, dynamoDb }, atMs);
    all.push({ tableName, items, found: () => snapshotOf(table, captured.deployed.keySchema) });
  }
  return all;
}

interface ComparedTable {
  readonly tableName: string;
  readonly comparison: Comparison;
}

async function compareAll({ expected }: Moment, tables: readonly RestoredTable[]): Promise<ComparedTable[]> {
  const all: ComparedTable[] = [];
  for (const { tableName, found } of tables)
    all.push({ tableName, comparison: compare(expected.get(tableName) ?? new Map(), await found()) });
  return all;
}

function tellComparison(compared: readonly ComparedTable[]): string {
  const count = (count: (comparison: Comparison) => number) => sum(compared.map(({ comparison }) => count(comparison)));
  return `${count((c) => c.identical)} identical, ${count((c) => c.different.length)} different, ${count((c) => c.missing.length)} missing, ${count((c) => c.extra.length)} too many`;
}

function describeDifferences({ name }: Moment, tableName: string, { different, missing, extra }: Comparison): string[] {
  const lines = (kind: string, keys: readonly string[]) => keys.map((key) => `${tableName} (${name}): ${kind} ${key}`);
  return [...lines('different', different), ...lines('missing', missing), ...lines('too many', extra)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
