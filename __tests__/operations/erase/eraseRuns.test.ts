import { gzipSync } from 'node:zlib';
import { COVERED_TAG, SUPERSEDED_TAG } from '../../../core/journal/coveredTag';
import { DAY_MS } from '../../../core/lockRenewal';
import { catalogOf } from '../../../operations/journal/runs/catalog';
import { JournalFolder } from '../../support/foldJournal';
import { compact, entriesOf, erase, keyOf, put, T0, table, versionsThatName, worldOf } from './journalOfPerson';
import { newestIn, othersIn, statesIn } from './readOfPerson';

describe('erasing one person whose changes are in runs and bases of a journal', () => {
  /** In a run, in a base, and in a batch, all of them locked but one. */
  async function locked(mode: 'COMPLIANCE' | 'GOVERNANCE') {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, entriesOf(changes), T0));
    const folder = new JournalFolder(world.destination, table, 9);
    const run = folder.run([key]);
    folder.base([run]);
    const part = `=dcs/orders/runs/${run.manifest.name}/part-0000.tsv.gz`;
    const untilMs = T0 + 90 * DAY_MS;
    await world.destination.locks.lock(part, 'v0', { mode, untilMs });
    return { world, part, untilMs };
  }

  test('what a lock keeps is read by nobody any more, is told with its time, and goes when that is over', async () => {
    const { world, part, untilMs } = await locked('COMPLIANCE');
    const before = await othersIn(world.destination);
    const dry = await erase(world, { dryRun: true });
    expect(dry.journal).toEqual({ versions: 4, kept: 1 });
    const first = await erase(world);
    expect(first.held).toMatchObject([{ in: 'destination', objectKey: part, untilMs, why: 'journal' }]);
    expect(first.held[0]?.reason).toContain('Object Lock keeps it until 2026-04-05');
    expect(first.done).toEqual({ erased: 3, left: 1 });
    expect(versionsThatName(world, 'person')).toEqual([`destination ${part} v0`]);
    expect(Object.keys(await statesIn(world.destination))).toEqual([keyOf('other', 'a')]);
    // The compactor tells lifecycle, and the renewal of locks.
    await compact(world);
    expect(world.destination.stored(part)[0]?.tags).toEqual({ [SUPERSEDED_TAG.key]: 'yes' });
    world.destination.clockMs = untilMs;
    const later = await erase(world, { nowMs: () => untilMs });
    expect([later.held, later.done]).toEqual([[], { erased: 1, left: 0 }]);
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await othersIn(world.destination)).toEqual(before);
  });

  test('a lock of GOVERNANCE mode is passed over where that is asked for', async () => {
    const { world } = await locked('GOVERNANCE');
    expect((await erase(world, { bypassGovernance: true })).held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
  });

  test('a base is made without them when the compactor comes next, of runs that say how many lines are erased', async () => {
    const { world } = await locked('GOVERNANCE');
    await erase(world, { bypassGovernance: true });
    const reads = { lister: world.destination.versionLister, bytes: world.destination.bytes };
    const { runs, bases, retired } = await catalogOf(reads, table);
    expect([bases.length, retired.length]).toEqual([0, 1]);
    expect(runs.map(({ manifest }) => manifest)).toMatchObject([{ linesIn: 3, linesOut: 1, duplicates: 0, erased: 2 }]);
    await compact(world);
    const after = await catalogOf(reads, table);
    expect(after.bases.map(({ manifest }) => [manifest.items, manifest.tombstones])).toEqual([[1, 0]]);
    expect(after.retired[0]?.files.has('retired-tagged')).toBe(true);
  });

  /** One batch in a run, and one in none; both have a line of the person, and one of another. */
  function halfFolded() {
    const world = worldOf();
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
      { pk: 'other', sk: 'b', value: 'y' },
    ]);
    const folder = new JournalFolder(world.destination, table, 9);
    const [first = ''] = [world.source, world.destination].map((bucket) => put(bucket, entries.slice(0, 2), T0));
    const run = folder.run([first]);
    const [batch = ''] = [world.source, world.destination].map((bucket) =>
      put(bucket, entries.slice(2), T0 + 3_600_000),
    );
    return { world, folder, run, batch };
  }

  test('a base of runs that an erase has made anew counts no more from that moment on, whoever has made it meanwhile', async () => {
    for (let call = 0; call < 6; call += 1) {
      const { world, folder, run } = halfFolded();
      const before = await newestIn(world.destination);
      expect(Object.keys(before)).toEqual(['a', 'b'].map((sk) => keyOf('other', sk)));
      let base: string | undefined;
      const beforeCall = (n: number) => {
        // A compactor that has begun before the second batch came, and looked just now whether somebody is erased.
        if (n === call) base = folder.base([run]);
        return Promise.resolve();
      };
      for (const stop of [call + 1, call + 2, Infinity]) {
        await erase(world, {}, stop, beforeCall).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
        if (base === undefined) continue;
        expect(await newestIn(world.destination)).toEqual(before);
        await compact(world);
        expect(await newestIn(world.destination)).toEqual(before);
      }
      expect(versionsThatName(world, 'person')).toEqual([]);
      // The run that says so may be merged, and gone.
      if (base !== undefined) expect(world.destination.keys()).toContain(`${base}retired`);
    }
  });

  test('a batch that a lock keeps is told as covered when the compactor comes next, though an erase has taken it into a merged run', async () => {
    const { world, batch } = halfFolded();
    await world.destination.locks.lock(batch, 'v0', { mode: 'COMPLIANCE', untilMs: T0 + 90 * DAY_MS });
    await erase(world);
    await compact(world);
    expect(world.destination.stored(batch).map(({ tags }) => tags)).toEqual([{ [COVERED_TAG.key]: COVERED_TAG.value }]);
  });

  test('a run that is finished between two looks of an erase is made anew, too; after the last, it is told', async () => {
    const told: string[] = [];
    let isOver = false;
    for (let listing = 1; !isOver; listing += 1) {
      const { world, folder, batch } = halfFolded();
      const lister = world.destination.versionLister;
      const unhurried = { ...lister };
      const before = await newestIn(world.destination);
      let listings = 0;
      isOver = true;
      const page: typeof lister.page = (prefix, options) => {
        const isNext = prefix === '=dcs/orders/runs/' && !options?.after && ++listings === listing;
        // A compactor that has read the batch before.
        if (isNext && world.destination.stored(batch).length > 0) {
          folder.run([batch]);
          isOver = false;
        }
        return unhurried.page(prefix, options);
      };
      Object.assign(lister, { page });
      const { held } = await erase(world);
      told.push(...held.map(({ reason }) => reason));
      if (held.length > 0) expect((await erase(world)).held).toEqual([]);
      expect(versionsThatName(world, 'person')).toEqual([]);
      expect(await newestIn(world.destination)).toEqual(before);
    }
    expect(told).toEqual([expect.stringContaining('it came meanwhile: erase again')]);
  });

  test('where the run of an erase is damaged, what it had taken in is read from the batch, and told where that has gone', async () => {
    const { world, batch } = halfFolded();
    const before = await newestIn(world.destination);
    const reads = { lister: world.destination.versionLister, bytes: world.destination.bytes };
    const made = async () =>
      (await catalogOf(reads, table)).runs.find(({ manifest }) => manifest.erasure !== undefined);
    for (let stop = 1; !(await made()); stop += 1)
      await erase(world, {}, stop).catch((error: unknown) => expect(error).toEqual(new Error('stopped')));
    const part = `${(await made())!.prefix}part-0000.tsv.gz`;
    world.destination.deleteVersion(part, world.destination.stored(part)[0]!.versionId);
    world.destination.store(part, { body: 'damaged', metadata: {} });
    expect(await newestIn(world.destination)).toEqual(before);
    world.destination.deleteVersion(batch, world.destination.stored(batch)[0]!.versionId);
    expect(Object.values(await newestIn(world.destination))).toContain('unreadable');
  });

  test('a run in force that is damaged keeps the batches that it was made of', async () => {
    const { world } = await locked('GOVERNANCE');
    await erase(world, { bypassGovernance: true }, 4).catch(() => undefined);
    const [run] = (await catalogOf({ lister: world.destination.versionLister, bytes: world.destination.bytes }, table))
      .runs;
    expect(run?.manifest.erasure).toBeDefined();
    const part = `${run?.prefix}part-0000.tsv.gz`;
    world.destination.deleteVersion(part, world.destination.stored(part)[0]!.versionId);
    world.destination.store(part, { body: gzipSync('').toString('latin1'), metadata: {} }, T0);
    const { held, done } = await erase(world, { bypassGovernance: true });
    expect(held.map(({ in: side, objectKey }) => `${side} ${objectKey.split('/')[2]}`)).toEqual([
      ...['destination journal', 'destination runs', 'source journal'],
    ]);
    expect(done?.left).toBe(3);
  });
});
