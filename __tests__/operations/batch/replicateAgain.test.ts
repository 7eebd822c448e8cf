import { s3BatchJobs } from '../../../aws/batchJobs';
import { startBatchEndpoint, type BatchEndpoint } from '../../../local/batchOperations/endpoint';
import type { ManifestTask } from '../../../local/batchOperations/manifest';
import {
  BatchOperationsStandIn,
  type ManifestGenerator,
  type TaskAnswer,
} from '../../../local/batchOperations/standIn';
import { followReplications, replicateAgain, type ReplicationRequest } from '../../../operations/batch/replicateAgain';

let server: BatchEndpoint;
let standIn: BatchOperationsStandIn;
let request: ReplicationRequest;
let there: ManifestTask[];
let answers: Map<string, TaskAnswer>;
let asked: ManifestGenerator[];
let replicated: string[];

const task = (name: string) => ({
  bucket: 'example-source',
  ...{ objectKey: `users/${name}/image.json`, encodedKey: `users/${name}/image.json`, versionId: `v-${name}` },
});

beforeEach(async () => {
  [there, answers, asked, replicated] = [[task('a'), task('b')], new Map<string, TaskAnswer>(), [], []];
  const none = () => Promise.reject(new Error('no manifest is read, and no report written'));
  standIn = new BatchOperationsStandIn({
    ...{ read: none, write: none },
    find: (generator) => {
      asked.push(generator);
      return Promise.resolve(there);
    },
    perform: (_, { versionId }) => {
      replicated.push(versionId);
      return Promise.resolve(answers.get(versionId) ?? { status: 200 });
    },
  });
  server = await startBatchEndpoint(standIn);
  const { endpoint } = server;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const stopping = new AbortController();
  let looks = 0;
  request = {
    jobs: s3BatchJobs({
      ...{ region: 'eu-central-1', endpoint, credentials },
      ...{ accountId: '111111111111', bucketArn: 'arn:aws:s3:::example-source' },
    }),
    ...{ prefixes: ['users/', '=dcs/users/journal/'], description: 'dcs replicate 1 users', signal: stopping.signal },
    roleArn: 'arn:aws:iam::111111111111:role/dcs-batch-replication',
    pause: (_, signal) => {
      if (looks++ > 20) stopping.abort(new Error('looked at too often'));
      return new Promise((resolve, reject) => (signal.aborted ? reject(signal.reason as Error) : resolve()));
    },
  };
});
afterEach(() => server.stop());

test('S3 looks for what was never replicated or failed to be, of this table alone, and each is replicated once', async () => {
  expect(await replicateAgain(request)).toMatchObject({ versions: 2, succeeded: 2, failed: 0 });
  expect(replicated).toEqual(['v-a', 'v-b']);
  expect(asked).toEqual([
    {
      ...{ sourceBucketArn: 'arn:aws:s3:::example-source', prefixes: ['users/', '=dcs/users/journal/'] },
      ...{ replicationStatuses: ['FAILED', 'NONE'], isEligibleForReplication: 'true', keepsManifest: 'false' },
    },
  ]);
  expect(standIn.jobs).toMatchObject([
    { operation: { name: 'S3ReplicateObject', options: {} }, roleArn: request.roleArn, confirmationRequired: false },
  ]);
});

test('what fails is counted', async () => {
  answers.set('v-a', { status: 403, code: 'FAILED', message: 'no' });
  expect(await replicateAgain(request)).toMatchObject({ versions: 2, succeeded: 1, failed: 1 });
});

test('the same job while it runs, another when it is over, and one of another prefix', async () => {
  standIn.faults = { staysIn: 'Ready' };
  await expect(replicateAgain(request)).rejects.toThrow('looked at too often');
  standIn.faults = {};
  const later = { ...request, signal: new AbortController().signal, pause: () => Promise.resolve() };
  const [other, { jobId }] = await Promise.all([
    replicateAgain({ ...later, prefixes: ['orders/'] }),
    replicateAgain(later),
  ]);
  expect(standIn.jobs).toHaveLength(2);
  expect(other.jobId).not.toBe(jobId);
  expect((await replicateAgain(later)).jobId).not.toBe(jobId);
});

test('a job that an earlier command has left running is followed to its end, and none of another purpose', async () => {
  standIn.faults = { staysIn: 'Ready' };
  await expect(replicateAgain(request)).rejects.toThrow('looked at too often');
  standIn.faults = {};
  const later = { ...request, signal: new AbortController().signal, pause: () => Promise.resolve() };
  expect(await followReplications({ ...later, description: 'dcs replicate 2 orders' })).toEqual([]);
  expect(await followReplications(later)).toMatchObject([{ versions: 2, succeeded: 2 }]);
  expect(await followReplications(later)).toEqual([]);
});

test('a job that finds nothing, that was cancelled, or that fails for too many failures is not taken for done', async () => {
  there = [];
  await expect(replicateAgain(request)).rejects.toThrow('has failed: ManifestUnusable: the manifest is empty. Of 0');
  there = Array.from({ length: 1_200 }, (_, n) => task(String(n)));
  for (const { versionId } of there) answers.set(versionId, { status: 403, code: 'FAILED', message: 'no' });
  await expect(replicateAgain(request)).rejects.toThrow(
    'JobFailureThresholdExceeded: more than half of the tasks that have run have failed. Of 1,200 versions 0 succeeded, 1,000 failed, 200 were not tried. Mend',
  );
  standIn.faults = { staysIn: 'Cancelled' };
  const pause = () => {
    for (const job of standIn.jobs) job.status = 'Cancelled';
    return Promise.resolve();
  };
  const cancelled = replicateAgain({ ...request, prefixes: ['orders/'], pause });
  await expect(cancelled).rejects.toThrow('has been cancelled');
});

test('the stand-in refuses what S3 does: both manifests or none, and what is none of its words', () => {
  const generator = {
    ...{ sourceBucketArn: 'arn:aws:s3:::example-source', keepsManifest: 'false', isEligibleForReplication: 'true' },
    ...{ replicationStatuses: ['FAILED'], prefixes: ['users/'] },
  };
  const job = {
    ...{ token: 't', description: '', roleArn: request.roleArn, confirmationRequired: false, manifestEtag: '' },
    operation: { name: 'S3ReplicateObject', options: {} },
  };
  const manifest = { format: 'S3BatchOperations_CSV_20180820', fields: [], objectArn: 'arn:aws:s3:::b/k' };
  expect(() => standIn.create(job)).toThrow('either Manifest or ManifestGenerator');
  expect(() => standIn.create({ ...job, generator, manifest })).toThrow('and not both');
  for (const [wrong, words] of [
    [{ sourceBucketArn: 'example-source' }, 'SourceBucket'],
    [{ keepsManifest: '' }, 'EnableManifestOutput is missing'],
    [{ replicationStatuses: ['PENDING'] }, 'no replication status PENDING'],
    [{ isEligibleForReplication: '' }, 'only what may replicate'],
  ] as const)
    expect(() => standIn.create({ ...job, generator: { ...generator, ...wrong } })).toThrow(words);
  const days = { name: 'S3ReplicateObject', options: { ExpirationInDays: '1' } };
  expect(() => standIn.create({ ...job, generator, operation: days })).toThrow('takes no options');
});
