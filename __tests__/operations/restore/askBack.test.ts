import type { Archive, ArchivedVersion } from '../../../aws/archive';
import { S3Error } from '../../../aws/s3Error';
import { askingBack, whenJobsAreOver, type ThawJobs } from '../../../operations/restore/askBack';
import { batchWorld, BUCKET, type BatchWorld } from '../batch/support/batchWorld';

let world: BatchWorld;
beforeEach(async () => {
  world = await batchWorld();
});
afterEach(() => world.stop());

const thaw = { tier: 'Standard', days: 3 } as const;
const versions = Array.from({ length: 7 }, (_, n) => ({ objectKey: `users/${n}/image.json`, versionId: `v${n}` }));

function asking(jobs?: Partial<ThawJobs>, isByJobs = true) {
  const byMachine: ArchivedVersion[] = [];
  const archive: Pick<Archive, 'thaw'> = { thaw: (version) => Promise.resolve(void byMachine.push(version)) };
  const said: number[] = [];
  const thawJobs = { batch: world.request, bucket: BUCKET, onByJobs: (from: number) => said.push(from), ...jobs };
  const asked = async (found = versions) => {
    const askBack = askingBack(archive, thaw, isByJobs ? thawJobs : undefined);
    await Promise.all(found.map((version) => askBack.add(version)));
    return askBack.end();
  };
  return { asked, byMachine, said };
}

test('as many as one machine asks for are asked for by it, one by one, and no job is begun', async () => {
  const { asked, byMachine, said } = asking({ from: 7 });
  expect(await asked()).toEqual([]);
  expect(byMachine).toEqual(versions);
  expect({ said, jobs: world.standIn.jobs }).toEqual({ said: [], jobs: [] });
});

test('one more is left to a job, all of them to the same, and that is said once', async () => {
  const { asked, byMachine, said } = asking({ from: 6 });
  expect(await asked()).toEqual([]);
  expect(byMachine).toEqual([]);
  expect(said).toEqual([6]);
  expect(world.standIn.jobs).toMatchObject([{ status: 'Complete', total: 7, succeeded: 7 }]);
  expect(world.performed).toHaveLength(7);
});

test('more than fits into a manifest is asked for by several jobs, each version by one of them', async () => {
  const { asked } = asking({ from: 0, manifestBytes: 60 });
  expect(await asked()).toEqual([]);
  expect(world.standIn.jobs.length).toBeGreaterThan(2);
  expect(world.performed.map(({ versionId }) => versionId).sort()).toEqual(versions.map(({ versionId }) => versionId));
});

test('without jobs each is asked for when it is found', async () => {
  const { asked, byMachine } = asking({}, false);
  await asked();
  expect(byMachine).toEqual(versions);
});

test('what somebody else has asked for is no failure, what S3 refuses is handed back by its name', async () => {
  const message = 'no';
  world.answers.set('users/1/image.json', { status: 409, code: 'RestoreAlreadyInProgress', message });
  world.answers.set('users/2/image.json', { status: 403, code: 'AccessDenied', message });
  expect(await asking({ from: 0 }).asked()).toEqual([{ ...versions[2], code: 'AccessDenied', message }]);
});

test('where S3 begins no job, this machine asks for each, and why is said', async () => {
  const noRole = { ...world.request, roleArn: 'none' };
  const reasons: unknown[] = [];
  const { asked, byMachine } = asking({ from: 0, batch: noRole, onNoJob: (...said) => reasons.push(said) });
  expect(await asked()).toEqual([]);
  expect(byMachine.map(({ versionId }) => versionId).sort()).toEqual(versions.map(({ versionId }) => versionId));
  expect(reasons).toEqual([[7, 'RoleArn is no ARN of a role']]);
});

test.each([
  ['it was stopped', Object.assign(new Error('Request aborted'), { name: 'AbortError', $metadata: { attempts: 1 } })],
  ['no answer came', Object.assign(new Error('timed out'), { $metadata: { attempts: 8 } })],
  ['S3 is busy', Object.assign(new Error('slow down'), { $metadata: { httpStatusCode: 503, attempts: 8 } })],
])('where nobody knows whether a job has begun, nothing is asked for twice: %s', async (_, error) => {
  const create = () => Promise.reject(error);
  const batch = { ...world.request, jobs: { ...world.request.jobs, create } };
  const { asked, byMachine } = asking({ from: 0, batch });
  await expect(asked()).rejects.toThrow(error);
  expect(byMachine).toEqual([]);
});

test('a right to leave manifests that is missing leaves the images to this machine, until it is stopped', async () => {
  const stopping = new AbortController();
  const writeManifest = () => Promise.reject(new S3Error('AccessDenied', 403, 'no', {}));
  const batch = { ...world.request, files: { ...world.request.files, writeManifest }, signal: stopping.signal };
  const { asked, byMachine } = asking({ from: 0, batch });
  expect(await asked()).toEqual([]);
  expect(byMachine).toHaveLength(7);
  stopping.abort(new Error('stopped'));
  await expect(asked()).rejects.toThrow('stopped');
  expect(byMachine).toHaveLength(7);
});

test('a job of an earlier command is waited for before anything is looked at', async () => {
  world.standIn.faults = { staysIn: 'Ready' };
  const stopped = asking({ from: 0 }).asked();
  await expect(stopped).rejects.toThrow('looked at too often');
  world.standIn.faults = {};
  const batch = { ...world.request, signal: new AbortController().signal };
  await whenJobsAreOver({ batch, bucket: BUCKET });
  expect(world.standIn.jobs).toMatchObject([{ status: 'Complete', succeeded: 7 }]);
});
