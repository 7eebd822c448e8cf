import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { BATCH_WRITE_ITEMS, dynamoDbTable } from '../../aws/table';
import type { AttributeMap } from '../../core/attributeValue';
import { VARIABLES } from '../../core/functionVariables';
import { journalPrefix } from '../../core/journal/journalKeys';
import { keysOf } from '../../core/objectKey';
import { snapshotOf, type Snapshot } from '../../local/demo/snapshot';
import { changed, seededRandom, user } from '../../local/demo/workload';
import { playCompaction } from '../../local/compaction';
import type { LocalRun } from '../../local/localRun';
import type { LocalTable } from '../../local/localTable';
import { ACCESS_DENIED } from '../../local/parts/s3Faults';
import type { Layout } from '../../settings/batches';
import { records } from './support/commandParts';
import { dcsOnRun, startTableLike, storeDefinition, type DcsOnRun } from './support/dcsOnRun';
import { listsWhenReplicated, startDeploymentForOwnTables } from './support/deployment';
import { bucketIn } from './support/twoAccounts';
import { underLoad } from './support/underLoad';

let run: LocalRun;
beforeAll(async () => {
  run = await startDeploymentForOwnTables();
});
afterAll(() => run.stop());
afterEach(() => {
  for (const { gateway } of [run.source, run.destination]) gateway.faults = () => undefined;
});

const random = seededRandom(14);

/** A captured table, the command beside it, and what it was at some moments. */
class Scene {
  readonly moments: { readonly asOf: string; readonly items: Snapshot }[] = [];

  private constructor(
    readonly users: LocalTable,
    readonly dcs: DcsOnRun,
  ) {}

  static async start(name: string, layout: Layout): Promise<Scene> {
    const users = await startTableLike(run, 'users', name, undefined, layout);
    await storeDefinition(run, users);
    return new Scene(users, await dcsOnRun(run, users));
  }

  async stop(): Promise<void> {
    await this.users.stop();
    await this.dcs.remove();
  }

  get name(): string {
    return this.users.deployed.tableName;
  }

  async drained(): Promise<void> {
    await this.users.pump.drained();
    await run.replication.drained();
  }

  snapshot(): Promise<Snapshot> {
    return snapshotOf(this.users.table, this.users.deployed.keySchema);
  }

  /** A second between what was done and what comes: DynamoDB tells the time of a change to the second. */
  async moment(): Promise<string> {
    await this.drained();
    const second = Math.ceil(Date.now() / 1_000);
    const asOf = new Date(second * 1_000).toISOString().replace('.000', '');
    this.moments.push({ asOf, items: await this.snapshot() });
    while (Date.now() <= (second + 1) * 1_000) await delay((second + 1) * 1_000 - Date.now() + 1);
    return asOf;
  }

  /** @returns the JSON lines; fails where the command ends otherwise */
  async does(args: readonly string[], code = 0): Promise<Record<string, unknown>[]> {
    const outcome = await this.dcs.inProcess([args[0] ?? '', this.name, ...args.slice(1), '--json']);
    if (outcome.code !== code) throw new Error(`${args.join(' ')}: ${JSON.stringify(outcome, null, 2)}`);
    return records(outcome.stdout);
  }

  async restored(asOf: string, number: number, ...more: string[]): Promise<Snapshot> {
    const into = `${this.name}-${number}`;
    await this.does(['restore', '--as-of', asOf, '--into', into, ...more]);
    const table = dynamoDbTable(into, { ...this.users.dynamoDb, region: run.destination.region });
    return snapshotOf(table, this.users.deployed.keySchema);
  }

  async write(items: readonly AttributeMap[]): Promise<void> {
    for (let at = 0; at < items.length; at += BATCH_WRITE_ITEMS)
      await this.users.table.putBatch(items.slice(at, at + BATCH_WRITE_ITEMS));
  }

  remove(item: AttributeMap): Promise<void> {
    return this.users.table.delete(keysOf(this.users.deployed.keySchema, item));
  }
}

const usersOf = (count: number, from = 0) => Array.from({ length: count }, (_, n) => user(from + n, random));
const idOf = (item: AttributeMap) => (item.id as { S: string }).S;
const last = (lines: readonly Record<string, unknown>[]) => lines.at(-1);

test('every command works on a table in the journal layout', async () => {
  const scene = await Scene.start('clicks', 'journal');
  try {
    const { users } = scene;
    const items = usersOf(40);
    await scene.write(items);
    await scene.drained();
    const before = await scene.moment();

    // Somebody breaks a few; one batch is given up.
    for (const item of items.slice(0, 6)) await users.table.put({ ...item, broken: { BOOL: true } });
    await scene.remove(items[6]!);
    await scene.drained();
    const after = await scene.moment();
    run.source.gateway.faults = ({ method, objectKey }) =>
      method === 'PUT' && objectKey.startsWith(journalPrefix({ prefix: '', tableName: 'clicks' }))
        ? ACCESS_DENIED
        : undefined;
    await users.table.put(changed(items[20]!, random));
    await users.pump.drained();
    run.source.gateway.faults = () => undefined;

    expect(last(await scene.does(['redrive']))).toMatchObject({ done: 1, left: 0, applied: 1 });
    expect(last(await scene.does(['redrive', '--dry-run']))).toMatchObject({ batches: 0 });
    expect(last(await scene.does(['backfill', '--segments', '1']))).toMatchObject({ written: 39, failed: 0 });
    await scene.drained();
    expect(last(await scene.does(['verify', '--wait', '1m', '--history']))).toMatchObject({
      verdict: 'same',
      counts: { items: 39, replicas: 39, replicaTombstones: 1 },
      historyCounts: { objects: 40 },
    });

    const compacted = await playCompaction(run.destination, { prefix: '', tableName: 'clicks' });
    expect(compacted).toMatchObject({ bases: 1, unfolded: 0, unreadable: 0, isFinished: true });
    expect(compacted.covered).toBeGreaterThan(2);

    expect(await scene.restored(before, 1)).toEqual(scene.moments[0]!.items);
    expect(last(await scene.does(['diff', '--from', before, '--to', after], 3))).toMatchObject({
      counts: { changed: 6, removed: 1, added: 0, unknown: 0 },
    });
    const gone = JSON.stringify({ id: idOf(items[6]!) });
    expect(last(await scene.does(['history', '--key', gone]))).toMatchObject({ versions: 2, gaps: 0 });
    expect(last(await scene.does(['ls', '--as-of', before]))).toMatchObject({ counts: { items: 40, unknown: 0 } });
    expect(last(await scene.does(['timeline', '--from', before, '--to', after]))).toMatchObject({
      ...{ insert: 0, change: 6, delete: 1 },
    });
    const folder = path.join(scene.dcs.folder, 'copy');
    await scene.does(['download', '--folder', folder]);
    expect(await scene.restored(before, 2, '--copy', `folder:${folder}`)).toEqual(scene.moments[0]!.items);
    const drilled = await scene.does(['drill', '--report-folder', scene.dcs.folder]);
    expect(last(drilled)).toMatchObject({ verdict: 'same' });

    await scene.does(['revert', '--from', before, '--to', after, '--target', 'source', '--yes']);
    const reverted = new Map([...scene.moments[0]!.items]);
    const now = await scene.snapshot();
    expect([...now].filter(([key, text]) => reverted.get(key) !== text)).toHaveLength(1); // the one that was redriven

    // What was captured is lost in both buckets; the table still has it.
    await scene.drained();
    const lost = await scene.moment();
    await users.table.put(changed(items[30]!, random));
    await scene.remove(items[31]!);
    await scene.drained();
    for (const bucket of [run.source, run.destination]) await removeSince(bucket, 'clicks', lost);
    const wrong = await scene.does(['verify', '--wait', '0s'], 3);
    expect(last(wrong)).toMatchObject({ verdict: 'differences', counts: { stale: 1, extra: 1 } });
    listsWhenReplicated(run);
    expect(last(await scene.does(['verify', '--wait', '1s', '--repair']))).toMatchObject({
      verdict: 'same',
      repairs: { written: 2, mended: 2, left: 0 },
    });
  } finally {
    await scene.stop();
  }
});

/** Takes away the journal objects that were stored after a second. */
async function removeSince(bucket: LocalRun['source'], tableName: string, second: string): Promise<void> {
  const { versions } = await bucketIn(bucket, bucket.bucket).versions(journalPrefix({ prefix: '', tableName }));
  for (const { Key = '', VersionId, LastModified } of versions) {
    if ((LastModified?.getTime() ?? 0) >= Date.parse(second) + 1_000)
      await bucketIn(bucket, bucket.bucket).delete(Key, VersionId);
  }
}

test('a table changes from images to the journal and back under traffic, and each moment can be restored', async () => {
  const scene = await Scene.start('switched', 'images');
  try {
    const { users } = scene;
    const items = usersOf(12);
    await scene.write(items);
    const load = () =>
      underLoad(30, async () => {
        const item = items[random(items.length)]!;
        if (random(5) === 0) await scene.remove(item);
        else await users.table.put(changed(item, random));
      });
    for (const layout of ['journal', 'images'] as const) {
      const traffic = load();
      users.captureFunction.deploy({ [VARIABLES.layout]: layout });
      await traffic.stop();
      await scene.moment();
      await playCompaction(run.destination, { prefix: '', tableName: scene.name });
    }
    await load().stop();
    await scene.moment();
    for (const [i, { asOf, items: expected }] of scene.moments.entries()) {
      expect({ i, restored: await scene.restored(asOf, i) }).toEqual({ i, restored: expected });
    }
    const { stdout } = await scene.dcs.inProcess(['verify', scene.name, '--wait', '1m', '--history', '--json']);
    expect(last(records(stdout))).toMatchObject({ verdict: 'same' });
  } finally {
    await scene.stop();
  }
});
