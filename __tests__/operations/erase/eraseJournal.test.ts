import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { RefusedError } from '../../../core/errors';
import { COVERED_TAG } from '../../../core/journal/coveredTag';
import { DAY_MS } from '../../../core/lockRenewal';
import { JournalFolder } from '../../support/foldJournal';
import { compact, entriesOf, erase, keyOf, LONG, put, T0, table, versionsThatName, worldOf } from './journalOfPerson';
import { othersIn, statesIn } from './readOfPerson';
import { named } from './storiesOfPerson';

describe('erasing one person whose changes are in a journal', () => {
  test('what is told says how many lines, of whom, until when it is locked, and when lifecycle removes it', async () => {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    const [key = ''] = [world.source, world.destination].map((bucket) => put(bucket, entriesOf(changes), T0));
    const folder = new JournalFolder(world.destination, table, 9);
    const run = folder.run([key]);
    const untilMs = T0 + 90 * DAY_MS;
    await world.destination.locks.lock(key, 'v0', { mode: 'COMPLIANCE', untilMs });
    await world.destination.tags.put(key, 'v0', COVERED_TAG);
    const { held } = await erase(world, { dryRun: true });
    const common = { why: 'journal', items: [keyOf('person', 'a')], lines: 2, otherLines: 1 };
    expect(held.map((one) => ({ ...one, reason: undefined }))).toEqual([
      { ...common, in: 'destination', objectKey: key, versionId: 'v0', untilMs, expiresAtMs: untilMs },
      {
        ...{ ...common, in: 'destination', versionId: 'v0', expiresAtMs: null },
        objectKey: `=dcs/orders/runs/${run.manifest.name}/part-0000.tsv.gz`,
      },
      { ...common, in: 'source', objectKey: key, versionId: 'v0', expiresAtMs: T0 + 37 * DAY_MS },
    ]);
    expect(held.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /^2 lines of what is named and 1 of other items; .* until 2026-04-05.*COMPLIANCE.*removes it/,
      ),
      expect.stringContaining('a run without these lines takes its place, and it goes'),
      expect.stringContaining('Lifecycle removes it at 2026-02-11'),
    ]);
    const former = await erase(world, { dryRun: true, journalLifecycle: undefined });
    expect(former.held.map(({ expiresAtMs }) => expiresAtMs)).toEqual([null, null, null]);
  });

  test('what lies under another version goes; what cannot be read is told, and keeps the tombstone', async () => {
    const world = worldOf();
    const [insert, remove] = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    for (const { objectKey, image } of [insert!, remove!]) world.destination.store(objectKey, image, T0);
    const key = put(world.destination, [insert!], T0);
    world.destination.store(key, { body: 'no gzip', metadata: {} }, T0 + 1_000);
    world.destination.deleteMarker(key);
    const { held, left, done } = await erase(world);
    expect(held.map(({ why, versionId }) => [why, versionId])).toEqual([['unclear', 'v1']]);
    expect(left.map(({ objectKey, why }) => [objectKey, why])).toEqual([[keyOf('person', 'a'), 'tombstone']]);
    expect(done).toEqual({ erased: 2, left: 1 });
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await statesIn(world.destination)).toMatchObject({ [keyOf('person', 'a')]: 'absent' });
  });

  test('what somebody has put on top of a batch, or beside the parts of a run, goes without a line of others', async () => {
    const world = worldOf();
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'b', value: 'y' },
    ]);
    const [planted] = entries;
    const [batch = ''] = [world.source, world.destination].map((bucket) => put(bucket, entries.slice(1, 2), T0));
    const { lines, manifest } = new JournalFolder(world.destination, table).run([
      put(world.destination, entries.slice(2), T0),
    ]);
    const before = await othersIn(world.destination);
    const alone = worldOf();
    const packed = alone.source.stored(put(alone.source, [planted!], T0))[0]!.body;
    world.destination.store(batch, { body: packed, metadata: {} }, T0 + 1_000);
    const text = lines[0]!.replaceAll('other', 'person');
    const stray = `=dcs/orders/runs/${manifest.name}/part-0009.tsv.gz`;
    world.destination.store(stray, { body: gzipSync(`${text}\n`).toString('latin1'), metadata: {} }, T0);
    expect(versionsThatName(world, 'person')).toHaveLength(2);
    const { held } = await erase(world);
    expect(held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
    expect(await othersIn(world.destination)).toEqual(before);
    await compact(world);
    expect(await othersIn(world.destination)).toEqual(before);
  });

  test('what a compactor may be at work on stays until nobody can be any more, and is told', async () => {
    const world = worldOf();
    const [entry] = entriesOf([{ pk: 'person', sk: 'a', value: 'x' }]);
    const { lines } = new JournalFolder(world.source, table).run([put(world.source, [entry!], T0)]);
    for (const key of world.source.keys())
      for (const { versionId } of world.source.stored(key)) world.source.deleteVersion(key, versionId);
    const part = '=dcs/orders/runs/20260105T000000Z-20260105T000000Z-0123456789abcdef/part-0000.tsv.gz';
    const body = gzipSync(lines.map((line) => `${line}\n`).join('')).toString('latin1');
    world.destination.store(part, { body, metadata: {} }, T0);
    const early = await erase(world, named({ ...world, deletes: [{ pk: 'person', sk: 'a' }] }));
    expect(early.held.map(({ objectKey, reason }) => [objectKey, reason])).toEqual([
      [part, expect.stringContaining('a compactor may be at work on it')],
    ]);
    expect(world.destination.keys()).toEqual([part]);
    const nowMs = () => T0 + 3 * DAY_MS;
    const late = await erase(world, { ...named({ ...world, deletes: [{ pk: 'person', sk: 'a' }] }), nowMs });
    expect([late.held, world.destination.keys()]).toEqual([[], []]);
  });

  test('deletes of nobody knows whom are told as such', async () => {
    const world = worldOf();
    put(world.destination, entriesOf([{ pk: 'other', sk: LONG }]), T0);
    const { held, journal } = await erase(world, { dryRun: true });
    expect([held.map(({ why }) => why), journal.versions]).toEqual([['unclear'], 0]);
    expect(held[0]?.reason).toContain(keyOf('other', LONG));
  });

  test('a kept plan names the items: what the journal has got of them since goes, too', async () => {
    const world = worldOf();
    const planFile = path.join(mkdtempSync(path.join(tmpdir(), 'dcs-erase-')), 'plan');
    const entries = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    put(world.destination, entries, T0);
    const first = await erase(world, { dryRun: true, planFile });
    put(world.destination, entries, T0 + 3_600_000);
    const second = await erase(world, { planFile, selection: {} });
    expect([first, second].map(({ journal }) => journal.versions)).toEqual([1, 2]);
    expect(second.held).toEqual([]);
    expect(versionsThatName(world, 'person')).toEqual([]);
  });

  test('a delete that the source bucket does not have any more is believed where the destination has it, and only then', async () => {
    const world = worldOf();
    const [insert, remove] = entriesOf([
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ]);
    for (const bucket of [world.source, world.destination]) bucket.store(insert!.objectKey, insert!.image, T0);
    const live = { getBatch: () => Promise.resolve([]) };
    await expect(erase(world, { live })).rejects.toThrow(RefusedError);
    put(world.destination, [remove!], T0 + 1_000);
    expect((await erase(world, { live })).done).toEqual({ erased: 3, left: 0 });
  });

  test('the source bucket that keeps its journal for ever is left alone, and a batch that no run has', async () => {
    const world = worldOf();
    const changes = [
      { pk: 'person', sk: 'a', value: 'x' },
      { pk: 'other', sk: 'a', value: 'x' },
      { pk: 'person', sk: 'a' },
    ];
    for (const bucket of [world.source, world.destination]) put(bucket, entriesOf(changes), T0);
    const { held } = await erase(world, { sourceForgets: false });
    expect(held).toMatchObject([{ in: 'source', why: 'journal' }]);
    expect(held[0]?.reason).toContain('source.lifecycle.journalExpirationDays');
    // Not replicated yet: it is the only place of what others have in it.
    const alone = worldOf();
    put(alone.source, entriesOf(changes), T0);
    const waiting = await erase(alone);
    expect(waiting.held[0]?.reason).toContain('erase again when it has been replicated');
    expect(versionsThatName(alone, 'person')).toHaveLength(1);
  });
});
