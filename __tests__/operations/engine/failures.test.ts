import type { Archive } from '../../../aws/archive';
import { collectRound } from '../../../operations/engine/collect';
import { compareImported } from '../../../operations/engine/compareImported';
import { performTask } from '../../../operations/engine/performTask';
import { planRun, tasksOf } from '../../../operations/engine/plan';
import { requireImportable, TooLargeForImportError } from '../../../operations/engine/importable';
import { publishFiles } from '../../../operations/engine/publishFiles';
import { PLACES } from '../../../operations/engine/run';
import { MemoryTable } from '../../support/memoryTable';
import {
  bucketOf,
  folder,
  itemOf,
  keyOf,
  keySchema,
  parts,
  region,
  runEngine,
  type Written,
} from './support/engineRun';
import { MemoryStore } from './support/memoryStore';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const changes = IDS.map((id, i): Written => ({ id, sequence: i + 1, value: i, changedAtMs: 0 }));
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const items = PLACES.items(folder);
const ids = (store: MemoryStore) => store.items(items).map((item) => (item.id as { S: string }).S);

/** A run whose first round is folded by all workers but one, which does what it is told to. */
async function foldedBut(fail: (store: MemoryStore, place: string) => void) {
  const { store, source, ranges, ofTask } = parts({ bucket: bucketOf(changes) });
  const { round } = await planRun({ store, folder, source, ranges });
  const tasks = await tasksOf(store, folder, round);
  for (const task of tasks.slice(1)) await performTask(ofTask(task));
  fail(store, PLACES.result(folder, tasks[0]!.id));
  return { store, tasks, ofTask };
}

describe('a result that is missing or none fails the run, and its range is named', () => {
  test.each<[string, (store: MemoryStore, place: string) => void, string]>([
    ['nothing: a worker that ended well without it', () => undefined, 'no worker has said why'],
    ['null', (store, place) => store.objects.set(place, json(null)), 'its result is damaged'],
    ['nothing in it', (store, place) => store.objects.set(place, Buffer.alloc(0)), 'its result cannot be read'],
    [
      "another task's",
      (store, place) => store.objects.set(place, store.objects.get(place.replaceAll('0-0', '0-1'))!),
      'its result is that of 0-1',
    ],
    [
      'a wrong count',
      (store, place) => {
        const other = JSON.parse(String(store.objects.get(place.replaceAll('0-0', '0-1')))) as Record<string, object>;
        store.objects.set(place, json({ ...other, id: '0-0', counts: { ...other.counts, item: 7 } }));
      },
      'its result says 7 items, and its files have',
    ],
  ])('%s', async (_, fail, words) => {
    const { store, tasks, ofTask } = await foldedBut(fail);
    const collecting = collectRound(store, folder, 0, region);
    await expect(collecting).rejects.toThrow(`of ${tasks.length} ranges 1 have no result: 0-0 (after the beginning`);
    await expect(collectRound(store, folder, 0, region)).rejects.toThrow(words);
    // The same command folds it, and the run ends as if nothing had been.
    await performTask(ofTask(tasks[0]!));
    expect((await collectRound(store, folder, 0, region)).counts.item).toBe(IDS.length);
  });

  test('throttled to the end: it says so in the words of S3', async () => {
    const bucket = bucketOf(changes);
    bucket.images.get = () => Promise.reject(new Error('GET s3://memory failed: SlowDown'));
    await expect(runEngine({ bucket })).rejects.toThrow('SlowDown');
  });
});

describe('what died, and what came late', () => {
  test('files of an attempt that died are not imported', async () => {
    const store = new MemoryStore();
    let deaths = 0;
    await runEngine({
      ...{ bucket: bucketOf(changes), store },
      async work(_, perform) {
        store.beforeWrite = (objectKey) => {
          if (objectKey.includes('/results/') && deaths++ === 0) throw new Error('died');
        };
        await perform().catch(() => undefined);
        return perform();
      },
    });
    expect(store.keys(`${folder}parts/0-0/`).length).toBeGreaterThan(store.keys(`${folder}parts/0-0/0/`).length);
    expect(ids(store)).toEqual(IDS);
  });

  test('a worker that was thought dead and ends late changes nothing', async () => {
    const { store, source, ranges, ofTask } = parts({ bucket: bucketOf(changes) });
    await planRun({ store, folder, source, ranges });
    const tasks = await tasksOf(store, folder, 0);
    for (const task of tasks) await performTask(ofTask(task));
    const before = await collectRound(store, folder, 0, region);
    // It found another state, as it may with an image that was replicated meanwhile.
    const late = parts({ bucket: bucketOf([...changes, { id: 'a', sequence: 99, value: 9, changedAtMs: 1 }]), store });
    const hidden = PLACES.result(folder, '0-0');
    const first = store.objects.get(hidden)!;
    store.objects.delete(hidden);
    store.beforeWrite = (objectKey) => {
      if (objectKey !== hidden) store.objects.set(hidden, first);
    };
    const answer = await performTask({ ...late.ofTask(tasks[0]!), attemptId: 'late' });
    store.beforeWrite = () => undefined;
    expect(answer).toEqual(JSON.parse(String(first)));
    expect(await collectRound(store, folder, 0, region)).toEqual(before);
    await publishFiles({ store, folder, round: 0, isOver: () => false });
    expect(store.items(items)).toEqual(IDS.map((id, i) => itemOf(id, i)));
  });

  test('a run that is continued folds only what has no result', async () => {
    const bucket = bucketOf(changes);
    const { store } = await runEngine({ bucket });
    bucket.reads = 0;
    const { collected } = await runEngine({ bucket, store });
    expect(bucket.reads).toBe(0);
    expect(collected.counts.item).toBe(IDS.length);
  });

  test('time that is over while files are copied: the next call goes on', async () => {
    const { store } = await runEngine({ bucket: bucketOf(changes) });
    const published = store.keys(items);
    for (const objectKey of published) store.objects.delete(objectKey);
    const calls = [false, true];
    const isOver = () => calls.shift() ?? true;
    expect(await publishFiles({ store, folder, round: 0, isOver })).toBe(published.length - 1);
    expect(await publishFiles({ store, folder, round: 0, isOver: () => false })).toBe(0);
    expect(store.keys(items)).toEqual(published);
  });
});

describe('what is not what it was', () => {
  test.each<[string, (store: MemoryStore, list: string) => void, string]>([
    ['gone', (store, list) => store.objects.delete(list), 'is gone or empty'],
    ['empty', (store, list) => store.objects.set(list, Buffer.alloc(0)), 'is gone or empty'],
    ['no list of objects', (store, list) => store.objects.set(list, Buffer.from('<html>\n')), '"<html>" is no line'],
  ])('a list of images that were archived and can be read by now: it is %s', async (_, damage, words) => {
    const archive: Archive = { state: () => Promise.resolve('archived'), thaw: () => Promise.resolve() };
    const bucket = bucketOf(
      changes.map((change) => ({ ...change, ...(change.id < 'c' && { storageClass: 'GLACIER' }) })),
    );
    const { store, source, ranges, ofTask } = parts({ bucket, archive });
    await planRun({ store, folder, source, ranges });
    for (const task of await tasksOf(store, folder, 0)) await performTask(ofTask(task));
    await collectRound(store, folder, 0, region);
    archive.state = () => Promise.resolve('readable');

    const [task] = await tasksOf(store, folder, 1);
    const list = store.objects.get(task!.keysFile!)!;
    damage(store, task!.keysFile!);
    await expect(performTask(ofTask(task!))).rejects.toThrow(words);
    await expect(collectRound(store, folder, 1, region)).rejects.toThrow(words);

    store.objects.set(task!.keysFile!, list);
    for (const each of await tasksOf(store, folder, 1)) await performTask(ofTask(each));
    expect((await collectRound(store, folder, 1, region)).counts.item).toBe(IDS.length);
  });

  test('another file among those to be imported', async () => {
    const { store } = await runEngine({ bucket: bucketOf(changes) });
    store.objects.set(`${items}other.json.gz`, Buffer.from('other'));
    await expect(publishFiles({ store, folder, round: 0, isOver: () => false })).rejects.toThrow("none of this run's");
  });

  test('a file that has been changed', async () => {
    const { store } = await runEngine({ bucket: bucketOf(changes) });
    const [place] = store.keys(items);
    store.objects.set(place!, Buffer.from(store.objects.get(place!)!.map((byte) => byte ^ 1)));
    await expect(publishFiles({ store, folder, round: 0, isOver: () => false })).rejects.toThrow('is not as');
  });

  test('a result that says something else than when it was collected', async () => {
    const { store } = await runEngine({ bucket: bucketOf(changes) });
    const place = store.keys(PLACES.results(folder, 0))[0]!;
    const { files, ...result } = JSON.parse(String(store.objects.get(place))) as {
      files: unknown[];
      counts: object;
    };
    store.objects.set(place, json({ ...result, files: [], counts: { ...result.counts, item: 0 } }));
    expect(files.length).toBeGreaterThan(0);
    await expect(publishFiles({ store, folder, round: 0, isOver: () => false })).rejects.toThrow('were collected');
  });
});

describe('archived images', () => {
  test('are named, folded alone once they can be read, and nothing else is folded again', async () => {
    const bucket = bucketOf(changes.map((one) => (one.id < 'c' ? { ...one, storageClass: 'GLACIER' } : one)));
    const states = new Map<string, 'archived' | 'thawing' | 'readable'>();
    const archive: Archive = {
      state: ({ objectKey }) => Promise.resolve(states.get(objectKey) ?? 'archived'),
      thaw: () => Promise.reject(new Error('asked back')),
    };
    const { store, source, ranges, ofTask } = parts({ bucket, archive });
    await planRun({ store, folder, source, ranges });
    const fold = async (round: number) => {
      for (const task of await tasksOf(store, folder, round)) await performTask(ofTask(task));
      return collectRound(store, folder, round, region);
    };
    const first = await fold(0);
    expect(first).toMatchObject({ counts: { item: 6, archived: 2, thawing: 0 } });
    const lines = first.archivedFiles.map((file) => String(store.objects.get(file)).trim());
    expect(lines.join('\n').split('\n').sort()).toEqual(['a', 'b'].map((id) => `destination,${keyOf(id)},v0`));

    states.set(keyOf('a'), 'readable').set(keyOf('b'), 'thawing');
    bucket.reads = 0;
    const second = await fold(1);
    expect(second).toMatchObject({ counts: { item: 7, archived: 0, thawing: 1 }, archivedFiles: [] });
    states.set(keyOf('b'), 'readable');
    const third = await fold(2);
    expect(third).toMatchObject({ tasks: 0, counts: { item: 8, archived: 0, thawing: 0 } });
    await publishFiles({ store, folder, round: 2, isOver: () => false });
    expect(ids(store)).toEqual(IDS);
  });
});

describe('the end', () => {
  const run = { into: 'users-2', keySchema };
  const imported = { importArn: 'arn:import', status: 'completed', imported: IDS.length, errors: 0 } as const;

  async function compared(state: Partial<typeof imported> | { status: 'failed'; reason: string }, target: MemoryTable) {
    const { store } = await runEngine({ bucket: bucketOf(changes) });
    return compareImported({ store, folder, round: 0, run, target, state: { ...imported, ...state } });
  }
  const asFolded = () =>
    new MemoryTable(
      keySchema,
      IDS.map((id, i) => itemOf(id, i)),
    );

  test('as many as planned, and each that was looked at as it was folded', async () => {
    expect(await compared({}, asFolded())).toMatchObject({ imported: 8, compared: 8, counts: { item: 8 } });
  });

  test.each([
    ['one less than planned', { imported: 7 as never }, 'of 8 planned items 7 were imported'],
    ['an error of the import', { errors: 1 as never }, 'with 1 errors'],
    ['an import that failed', { status: 'failed' as const, reason: 'S3NoSuchBucket' }, 'S3NoSuchBucket'],
  ])('%s is no success', async (_, state, words) => {
    await expect(compared(state, asFolded())).rejects.toThrow(words);
  });

  test('a lie: the count is right, and an item is another one', async () => {
    const table = new MemoryTable(
      keySchema,
      IDS.map((id, i) => itemOf(id, id === 'd' ? 99 : i)),
    );
    await expect(compared({}, table)).rejects.toThrow('1 are not as they were folded: {"id":"d"}');
  });

  test('more than an import takes goes another way', () => {
    expect(() => requireImportable('eu-central-1', { files: 1, sizeBytes: 1e12 })).not.toThrow();
    expect(() => requireImportable('eu-central-1', { files: 1, sizeBytes: 1e12 + 1 })).toThrow('1 TB');
    expect(() => requireImportable('eu-west-1', { files: 1, sizeBytes: 1e12 + 1 })).not.toThrow();
    expect(() => requireImportable('eu-west-1', { files: 50_001, sizeBytes: 1 })).toThrow('50,000 files');
  });

  test('that it is more is told as soon as so much is folded, and nothing of the rest is begun', async () => {
    const { store, source, ofTask } = parts({ bucket: bucketOf(changes), isOver: () => true });
    await planRun({ store, folder, source, ranges: 1 });
    const [task] = await tasksOf(store, folder, 0);
    const result = await performTask(ofTask(task!));
    expect(result.rest).not.toEqual([]);
    const [file] = result.files;
    store.objects.set(
      PLACES.result(folder, task!.id),
      json({ ...result, files: result.files.map((one) => (one === file ? { ...one, sizeBytes: 2e12 } : one)) }),
    );
    await expect(collectRound(store, folder, 0, 'eu-central-1')).rejects.toThrow(TooLargeForImportError);
    expect(store.keys(`${folder}rounds/1/`)).toEqual([]);
    expect((await collectRound(store, folder, 0, region)).tasks).toBeGreaterThan(0);
  });
});

test('tombstones are not imported, and what is unknown at the moment is listed by its key', async () => {
  const bucket = bucketOf([
    ...changes,
    { id: 'a', sequence: 20, changedAtMs: 1_000 },
    { id: 'z', sequence: 21, value: 1, changedAtMs: 2_000 },
  ]);
  const unseen = { event: 'MODIFY', sequence: 22, value: 5, changedAtMs: 9_000_000_000, id: 'late' };
  const first = bucketOf([{ ...unseen, sequence: 1 }, unseen]).stored(keyOf('late'));
  bucket.store(keyOf('late'), first[1]!, unseen.changedAtMs + 1_000);
  const { store, collected } = await runEngine({ bucket, momentMs: 1_500 });
  expect(ids(store)).toEqual(IDS.slice(1));
  expect(collected.counts).toMatchObject({ item: 7, absent: 2, unknown: 1, unreadable: 0 });
  const left = store.keys(`${folder}parts/`).filter((key) => key.endsWith('.jsonl'));
  expect(left.map((key) => JSON.parse(String(store.objects.get(key))) as object)).toEqual([
    { why: 'unknown', objectKey: keyOf('late'), reason: expect.stringContaining('its history begins later') as string },
  ]);
});
