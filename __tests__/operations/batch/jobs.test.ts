import { createHash } from 'node:crypto';
import { manifestLine } from '../../../operations/batch/manifest';
import { beginJob, followJob, followRunning, type BatchRequest } from '../../../operations/batch/runJobs';
import { batchWorld, BUCKET, type BatchWorld } from './support/batchWorld';

let world: BatchWorld;
beforeEach(async () => {
  world = await batchWorld();
});
afterEach(() => world.stop());

const KEYS = ['users/a/image.json', 'users/a%2Fb, "c"/image.json', 'users/ü/image.json'];
const version = (objectKey: string) => ({ objectKey, versionId: `v-${KEYS.indexOf(objectKey)}` });
const lines = KEYS.map((objectKey) => manifestLine(BUCKET, version(objectKey)));

async function ran(request: BatchRequest = world.request, of = lines) {
  return followJob(request, await beginJob(request, of));
}
test('each version of the manifest is asked for by its own key, whatever is in it, and told of once', async () => {
  expect(await ran()).toMatchObject({ versions: 3, succeeded: 3, failed: [] });
  expect(world.performed).toEqual(expect.arrayContaining(KEYS.map(version)));
  expect(world.performed).toHaveLength(3);
});

test('what fails is named, with the code and the words of S3, which may hold commas, quotes and line ends', async () => {
  world.answers.set(KEYS[1] ?? '', { status: 403, code: 'AccessDenied', message: 'no, "never"\nat all' });
  const { succeeded, failed } = await ran();
  expect(succeeded).toBe(2);
  expect(failed).toEqual([{ ...version(KEYS[1] ?? ''), code: 'AccessDenied', message: 'no, "never"\nat all' }]);
});

test('a version that was found twice is asked for once', async () => {
  expect(await ran(world.request, [...lines, ...lines])).toMatchObject({ versions: 3, succeeded: 3, failed: [] });
  expect(world.performed).toHaveLength(3);
});

describe('the same asked for again', () => {
  test('is the same job for as long as that is not over, in whatever order its versions were found', async () => {
    const first = await beginJob(world.request, lines);
    expect(await beginJob(world.request, lines.toReversed())).toBe(first);
    expect(world.standIn.jobs).toHaveLength(1);
  });

  test('is another job when the first is over, and when something else is asked', async () => {
    const first = await beginJob(world.request, lines);
    await followJob(world.request, first);
    const second = await beginJob(world.request, lines);
    expect(second).not.toBe(first);
    expect(await beginJob(world.request, lines)).toBe(second);
    await followJob(world.request, second);
    expect(await beginJob(world.request, lines)).not.toBe(second);
    const days = { ...world.request, operation: { ...world.request.operation, days: 4 } };
    await beginJob(days, lines);
    expect(world.standIn.jobs).toHaveLength(4);
  });

  test('one that another command has left running is found by its purpose, and followed to its end', async () => {
    await beginJob(world.request, lines);
    await beginJob({ ...world.request, description: 'dcs thaw orders' }, lines.slice(1));
    expect(await followRunning(world.request)).toMatchObject([{ versions: 3, succeeded: 3 }]);
    expect(await followRunning(world.request)).toEqual([]);
    expect(world.standIn.jobs.map(({ status }) => status)).toEqual(['Complete', 'New']);
  });
});

describe('is not taken for done', () => {
  test('a job whose manifest was changed after it was asked for', async () => {
    const jobId = await beginJob(world.request, lines);
    const [key = ''] = [...world.objects.keys()].filter((each) => each.endsWith('.csv'));
    world.objects.set(key, Buffer.from(`${lines[0] ?? ''}\n`));
    await expect(followJob(world.request, jobId)).rejects.toThrow('has failed: ManifestUnusable: the ETag of the');
    expect(world.performed).toEqual([]);
  });

  test.each(['copies,users/ü/image.json,v1', 'copies,users/a b,v1', 'copies,users/a,', 'copies,users/a'])(
    'a manifest with the line %s, of which nothing is done',
    async (line) => {
      await expect(ran(world.request, [...lines, line])).rejects.toThrow(/has failed: ManifestUnusable: line \d/);
      expect(world.performed).toEqual([]);
    },
  );

  test('a job that fails for too many failures; those are named, and the others said to be untried', async () => {
    const many = Array.from({ length: 1_200 }, (_, n) => `users/${n}/image.json`);
    for (const key of many) world.answers.set(key, { status: 403, code: 'AccessDenied', message: 'no' });
    const of = many.map((objectKey) => manifestLine(BUCKET, { objectKey, versionId: 'v' }));
    const words = ran(world.request, of);
    await expect(words).rejects.toThrow('Of 1,200 versions 0 succeeded, 1,000 failed, 200 were not tried: users/');
    await expect(words).rejects.toThrow('AccessDenied: no');
  });

  test('a job that was cancelled, or that waits for a confirmation nobody was asked for', async () => {
    const jobId = await beginJob(world.request, lines);
    const [job] = world.standIn.jobs;
    job!.status = 'Cancelled';
    await expect(followJob(world.request, jobId)).rejects.toThrow('has been cancelled. Of 0 versions');
    job!.status = 'Suspended';
    await expect(followJob(world.request, jobId)).rejects.toThrow('waits for a confirmation');
  });

  test('a job that never gets ready: it is looked at until somebody stops, and found again', async () => {
    world.standIn.faults = { staysIn: 'Ready' };
    await expect(ran()).rejects.toThrow('looked at too often');
    world.standIn.faults = {};
    expect(await followRunning({ ...world.request, signal: new AbortController().signal })).toHaveLength(1);
  });

  test.each([
    ['without a report', () => undefined, 'has left no report below s3://engine/thaws/users/reports/job-'],
    ['without its files', (key: string, bytes: Buffer) => (key.endsWith('.csv') ? undefined : bytes), 'is not there'],
    ['with one cut off', (key: string, bytes: Buffer) => (key.endsWith('.csv') ? bytes.subarray(9) : bytes), 'damaged'],
    ['with a list that is none', () => Buffer.from('{"Results":1}'), 'is no list of reports'],
  ])('a job %s', async (_, report, words) => {
    world.standIn.faults = { report };
    await expect(ran()).rejects.toThrow(words);
  });

  /** Lies that add up, and that only a look at each version shows. */
  test.each([
    ['leaves one out', (rows: string[]) => rows.slice(1), '1 are not in it'],
    ['has one twice in the place of another', ([a = '', , c = '']: string[]) => [a, a, c], '1 are not in it'],
    [
      'names one that nobody asked for',
      (rows: string[]) => [...rows, 'copies,users/x,v,succeeded,200,,""'],
      '1 of its',
    ],
    [
      'says of one what is no outcome',
      ([a = '', ...more]: string[]) => [a.replace('succeeded', 'skipped'), ...more],
      '1 of its',
    ],
  ])('a report that %s', async (_, change, words) => {
    world.standIn.faults = {
      report: (key, bytes) => {
        const rows = change(lines.toSorted().map((line) => `${line},succeeded,200,,"Successful"`));
        const file = Buffer.from(rows.join('\n'));
        const MD5Checksum = createHash('md5').update(file).digest('hex');
        if (key.endsWith('.csv')) return file;
        const { Results, ...list } = JSON.parse(bytes.toString()) as { Results: object[] };
        return Buffer.from(JSON.stringify({ ...list, Results: Results.map((each) => ({ ...each, MD5Checksum })) }));
      },
    };
    await expect(ran()).rejects.toThrow('does not say what became of each version');
    await expect(ran()).rejects.toThrow(words);
  });

  test('a job of which S3 counts something else than its report says', async () => {
    const counts = {
      ...world.request.jobs,
      state: async (id: string) => ({ ...(await world.request.jobs.state(id)), succeeded: 2 }),
    };
    await expect(ran({ ...world.request, jobs: counts })).rejects.toThrow('(S3 counts 2 and 0)');
  });
});
