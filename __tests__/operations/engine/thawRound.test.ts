import type { Archive, ArchivedVersion } from '../../../aws/archive';
import type { ExecutionState } from '../../../aws/stateMachine';
import { collectRound, requireNotOnlyArchived } from '../../../operations/engine/collect';
import { performTask } from '../../../operations/engine/performTask';
import { planRun, tasksOf } from '../../../operations/engine/plan';
import { publishFiles } from '../../../operations/engine/publishFiles';
import { PLACES } from '../../../operations/engine/run';
import { followThawing, type ThawRequest } from '../../../operations/engine/thawRound';
import { batchWorld, type BatchWorld } from '../batch/support/batchWorld';
import { bucketOf, folder, keyOf, parts, region, type Written } from './support/engineRun';

let world: BatchWorld;
beforeEach(async () => {
  world = await batchWorld();
});
afterEach(() => world.stop());

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const changes = IDS.map((id, i): Written => ({
  id,
  sequence: i + 1,
  value: i,
  changedAtMs: 0,
  ...(id < 'e' && { storageClass: 'GLACIER' }),
}));

/** A run whose first four items are archived, and come back some looks after they were asked for. */
function running(from = 0) {
  const byMachine: ArchivedVersion[] = [];
  let looks = 0;
  const archive: Archive = {
    state({ objectKey }) {
      const isAsked = [...world.performed, ...byMachine].some((asked) => asked.objectKey === objectKey);
      return Promise.resolve(!isAsked ? 'archived' : looks < 9 ? 'thawing' : 'readable');
    },
    thaw: (version) => Promise.resolve(void byMachine.push(version)),
  };
  const { store, source, ranges, ofTask } = parts({ bucket: bucketOf(changes), archive });
  const executions = new Map<string, ExecutionState>();
  /** What the state machine does. */
  const execute = async () => {
    let { round } = await planRun({ store, folder, source, ranges });
    for (;;) {
      for (const task of await tasksOf(store, folder, round)) await performTask(ofTask(task));
      const collected = await collectRound(store, folder, round, region);
      requireNotOnlyArchived('engine', collected);
      if (collected.tasks === 0) break;
      round += 1;
    }
    await publishFiles({ store, folder, round, isOver: () => false });
    await store.writeOnce(PLACES.outcome(folder), JSON.stringify({ rounds: round + 1 }));
  };
  const start = async (name: string) => {
    const ended = execute().then(
      (): ExecutionState => ({ status: 'succeeded' }),
      (error: unknown): ExecutionState => {
        const { name, message: cause } = error as Error;
        return { status: 'failed', error: name, cause };
      },
    );
    executions.set(name, await ended);
  };
  const said: object[] = [];
  const request = async (other: Partial<ThawRequest> = {}) => {
    await start('run-1');
    return followThawing({
      ...{ store, folder, execution: 'run-1', source: { archive }, thaw: { tier: 'Standard', days: 3 } },
      machine: { start, state: (name: string) => Promise.resolve(executions.get(name)) },
      thawJobs: { batch: world.request, bucket: 'destination', from },
      signal: new AbortController().signal,
      pause: () => Promise.resolve(void (looks += 1)),
      watch: { onArchived: (counts: object) => said.push(counts) },
      ...other,
    } as unknown as ThawRequest);
  };
  return { request, store, byMachine, said };
}

const ids = (versions: readonly ArchivedVersion[]) => versions.map(({ objectKey }) => objectKey).sort();
const archived = IDS.slice(0, 4).map(keyOf).sort();

test.each([
  ['many by a job', 3, () => world.performed],
  ['few by this machine', 4, undefined],
])(
  'archived images are asked back, %s, waited for, and the run is taken up to its end with all items',
  async (_, from, performed) => {
    const { request, store, byMachine, said } = running(from);
    expect(await request()).toMatchObject({ rounds: expect.any(Number) as number });
    expect(ids(performed?.() ?? byMachine)).toEqual(archived);
    expect(world.standIn.jobs).toHaveLength(performed ? 1 : 0);
    expect(said[0]).toMatchObject({ archived: 4, thawing: 0 });
    expect(
      store
        .items(PLACES.items(folder))
        .map((item) => (item.id as { S: string }).S)
        .sort(),
    ).toEqual(IDS);
  },
);

test('where nobody said that it may cost something, nothing is asked back, and the run fails as before', async () => {
  const { request, byMachine } = running();
  await expect(request({ thaw: undefined })).rejects.toThrow('4 images are in an archive class and not asked back');
  expect([...byMachine, ...world.performed]).toEqual([]);
});

test('a list of archived images that is gone ends it, and the run is not taken up for ever', async () => {
  const { request, store } = running();
  const onArchived = () => {
    for (const place of [...store.objects.keys()]) if (place.includes('archived-')) store.objects.delete(place);
  };
  await expect(request({ watch: { onArchived } })).rejects.toThrow('name 0 archived images, and it has found 4');
  expect(world.performed).toEqual([]);
});

test('an image that cannot be asked back ends it, by name, and nothing is imported', async () => {
  world.answers.set(keyOf('b'), { status: 403, code: 'AccessDenied', message: 'no' });
  const { request, store } = running();
  await expect(request()).rejects.toThrow(`1 archived image could not be asked back: ${keyOf('b')}: AccessDenied: no`);
  expect(store.objects.has(PLACES.outcome(folder))).toBe(false);
});
