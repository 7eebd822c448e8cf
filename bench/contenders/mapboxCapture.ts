import S3 from 'aws-sdk/clients/s3';
import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import { cpus } from 'node:os';
import { BUCKETS } from '../sink/items';
import { handling } from './batches';
import { measured } from './subject';

const agent = new Agent({ keepAlive: true, maxSockets: cpus().length * 16, keepAliveMsecs: 60_000 });

/**
 * The approach of mapbox's dynamodb-replicator, `incrementalBackup`, written again: the records of one key in order, all keys
 * side by side, over version 2 of the SDK with 16 kept connections for each CPU and a client for each batch.
 */
measured(
  handling(async (records) => {
    const s3 = new S3({
      endpoint: process.env.AWS_ENDPOINT_URL ?? '',
      s3ForcePathStyle: true,
      maxRetries: 1_000,
      httpOptions: { timeout: 1_000, agent },
    });
    const byKey = new Map<string, typeof records>();
    for (const record of records) {
      const key = JSON.stringify(record.dynamodb?.Keys);
      byKey.set(key, [...(byKey.get(key) ?? []), record]);
    }
    const backup = async ([key, changes]: [string, typeof records]) => {
      const Key = `backup/items/${createHash('md5').update(key).digest('hex')}`;
      for (const { dynamodb } of changes) {
        const request = s3.putObject({ Bucket: BUCKETS.source, Key, Body: JSON.stringify(dynamodb?.NewImage) });
        await new Promise<void>((resolve, reject) =>
          request.send((error) => {
            if (error) reject(error);
            else resolve();
          }),
        );
      }
    };
    await Promise.all([...byKey].map(backup));
  }),
);
