import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { setMaxListeners } from 'node:events';
import { s3ImageStore } from '../aws/imageStore';
import { recordObjectKey, type StreamRecord } from '../core/streamRecord';
import { captureBatch } from '../lambda/capture/captureBatch';
import { NewestWritten } from '../lambda/capture/newestWritten';
import { sequenceNumber, userRecord, USERS } from '../__tests__/fixtures/streamRecords';

const CONNECTIONS = 64;
export const BATCH_RECORDS = 1_000;
export const BATCHES = 3;

export interface Measured {
  readonly recordsPerSecond: number;
  readonly cpuSecondsPer10k: number;
  readonly peakMb: number;
}

type Handler = (records: readonly StreamRecord[]) => Promise<void>;
const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** Each takes a sink's endpoint. */
export const HANDLERS: Record<string, (endpoint: string) => Handler> = { dcs, v3 };

/** Our own path, as the function runs it. */
function dcs(endpoint: string): Handler {
  const settings = { bucket: 'bench', largeImageStorageClass: 'STANDARD', region: 'eu-central-1', credentials };
  const images = s3ImageStore({ ...settings, endpoint, connections: CONNECTIONS });
  const newestWritten = new NewestWritten(100_000);
  const onFailure = (_: StreamRecord, reason: unknown) => console.error(reason);
  return async (records) => {
    const deadline = AbortSignal.timeout(60_000);
    setMaxListeners(2 * CONNECTIONS, deadline);
    const context = { table: USERS, images, newestWritten, parallelism: CONNECTIONS, onFailure };
    const { batchItemFailures } = await captureBatch(context, records, deadline);
    if (batchItemFailures.length > 0) throw new Error('The sink refused a record: see the reason above.');
  };
}

/** The peer: the handler one writes first, every record put at once with the SDK's defaults. */
function v3(endpoint: string): Handler {
  const client = new S3Client({ region: 'eu-central-1', endpoint, forcePathStyle: true, credentials });
  return async (records) => {
    await Promise.all(
      records.map((record) => {
        const [Key, Body] = [recordObjectKey(USERS, record), JSON.stringify(record.dynamodb?.NewImage)];
        return client.send(new PutObjectCommand({ Bucket: 'bench', Key, Body }));
      }),
    );
  };
}

/** Items of about 500 bytes of DynamoDB JSON, each its own object. */
function batch(n: number): StreamRecord[] {
  return Array.from({ length: BATCH_RECORDS }, (_, index) => {
    const number = n * BATCH_RECORDS + index + 1;
    const to = { n: { N: String(number) }, text: { S: 'x'.repeat(400) } };
    return userRecord({ id: `u${number}`, sequenceNumber: sequenceNumber(number), to });
  });
}

/** The first batch warms up, and is not in the figures. */
export async function measure(handle: Handler): Promise<Measured> {
  const [first = [], ...rest] = Array.from({ length: BATCHES }, (_, n) => batch(n));
  await handle(first);
  const records = rest.length * BATCH_RECORDS;
  const [cpu, startedMs] = [process.cpuUsage(), performance.now()];
  for (const next of rest) await handle(next);
  const { user, system } = process.cpuUsage(cpu);
  return {
    recordsPerSecond: records / ((performance.now() - startedMs) / 1_000),
    cpuSecondsPer10k: (((user + system) / 1e6) * 10_000) / records,
    peakMb: process.resourceUsage().maxRSS / 1_024,
  };
}
