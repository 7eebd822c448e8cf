import https from 'node:https';
import { directAgent } from '../../aws/keptConnections';
import { inParallel } from '../../core/inParallel';
import { BUCKETS, COPY } from '../sink/items';
import { measured } from './subject';

/*
 * What a restore costs that proves nothing: the calls of `dcs restore`, as Node.js itself makes them. No signature, no limit
 * on silence, nothing sent twice, no digest; what is read is not looked at, what was written is read and not compared.
 * Nothing over Node's HTTP takes less, so this is the bound of what DCS can reach.
 */
const agent = directAgent('https:', 128);
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=AKIDBENCH/20261101/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${'0'.repeat(64)}`;
const HEADERS = [
  'x-amz-content-sha256',
  '0'.repeat(64),
  'x-amz-date',
  '20261101T080000Z',
  'authorization',
  AUTHORIZATION,
];
const READS = 96;
const SEGMENTS = [0, 1, 2, 3];

measured(({ endpoint }) => async () => {
  const { host, hostname, port } = new URL(endpoint);
  const call = (method: string, path: string, headers: readonly string[] = [], body?: string) =>
    new Promise<string>((resolve, reject) => {
      const all = ['host', host, ...HEADERS, ...headers];
      const request = https.request({ method, path, host: hostname, port, agent, headers: all });
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      });
      request.end(body);
    });
  const dynamoDb = (operation: string, body: string) =>
    call('POST', '/', ['x-amz-target', `DynamoDB_20120810.${operation}`, 'content-length', `${body.length}`], body);

  async function* versions() {
    for (let after = ''; ;) {
      const page = await call('GET', `/${BUCKETS.destination}/?versions=&prefix=items%2F${after}`);
      for (const [, key = ''] of page.matchAll(/<Key>([^<]*)<\/Key>/g)) yield `${key}?versionId=v1`;
      const [, next] = /<NextKeyMarker>([^<]*)</.exec(page) ?? [];
      if (next === undefined) return;
      after = `&key-marker=${encodeURIComponent(next)}&version-id-marker=v1`;
    }
  }
  const items: string[] = [];
  await inParallel(versions(), READS, async (version) => {
    items.push((await call('GET', `/${BUCKETS.destination}/${version}`)).slice('{"Item":'.length, -1));
    if (items.length >= 25) await write(items.splice(0, 25));
  });
  await write(items);
  async function write(batch: readonly string[]) {
    if (batch.length === 0) return;
    const puts = batch.map((item) => `{"PutRequest":{"Item":${item}}}`);
    await dynamoDb('BatchWriteItem', `{"RequestItems":{"${COPY}":[${puts.join(',')}]}}`);
  }
  await inParallel(SEGMENTS, SEGMENTS.length, async (Segment) => {
    for (let ExclusiveStartKey: unknown; ;) {
      const request = {
        TableName: COPY,
        Segment,
        TotalSegments: SEGMENTS.length,
        ConsistentRead: true,
        ExclusiveStartKey,
      };
      const page = await dynamoDb('Scan', JSON.stringify(request));
      const [, next] = /"LastEvaluatedKey":(\{.*\})\}$/.exec(page.slice(-200)) ?? [];
      if (next === undefined) return;
      ExclusiveStartKey = JSON.parse(next);
    }
  });
});
