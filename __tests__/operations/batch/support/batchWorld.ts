import { createHash } from 'node:crypto';
import { s3BatchJobs } from '../../../../aws/batchJobs';
import type { BatchFiles } from '../../../../aws/batchFiles';
import type { ArchivedVersion } from '../../../../aws/archive';
import { startBatchEndpoint } from '../../../../local/batchOperations/endpoint';
import { BatchOperationsStandIn, type TaskAnswer } from '../../../../local/batchOperations/standIn';
import type { BatchRequest } from '../../../../operations/batch/runJobs';

export const BUCKET = 'copies';
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

/** Jobs as the command's own client asks for them, of the stand-in, whose buckets are in memory. */
export async function batchWorld() {
  const objects = new Map<string, Buffer>();
  const performed: ArchivedVersion[] = [];
  const answers = new Map<string, TaskAnswer>();
  const standIn = new BatchOperationsStandIn({
    read: (_, key) => {
      const bytes = objects.get(key);
      return Promise.resolve(bytes && { bytes, etag: md5(bytes) });
    },
    write: (_, key, bytes) => Promise.resolve(void objects.set(key, bytes)),
    perform: (_, { objectKey, versionId }) => {
      performed.push({ objectKey, versionId });
      return Promise.resolve(answers.get(objectKey) ?? { status: 202 });
    },
  });
  const { endpoint, ...server } = await startBatchEndpoint(standIn);
  const files: BatchFiles = {
    bucket: 'engine',
    writeManifest: (key, bytes) => {
      objects.set(key, bytes);
      return Promise.resolve(md5(bytes));
    },
    read: (key) => Promise.resolve(objects.get(key)),
  };
  const settings = { region: 'eu-west-1', endpoint, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const jobs = s3BatchJobs({ ...settings, accountId: '222222222222', bucketArn: 'arn:aws:s3:::engine' });
  const stopping = new AbortController();
  let looks = 0;
  const request: BatchRequest = {
    ...{ jobs, files, folder: 'thaws/users/', description: 'dcs thaw users' },
    roleArn: 'arn:aws:iam::222222222222:role/dcs-engine-thaw',
    operation: { do: 'restore', days: 3, tier: 'Standard' },
    signal: stopping.signal,
    pause: (_, signal) => {
      if (looks++ > 20) stopping.abort(new Error('looked at too often'));
      return new Promise((resolve, reject) => (signal.aborted ? reject(signal.reason as Error) : resolve()));
    },
  };
  return { request, standIn, objects, performed, answers, stopping, stop: () => server.stop() };
}
export type BatchWorld = Awaited<ReturnType<typeof batchWorld>>;
