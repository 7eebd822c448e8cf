import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerDynamoDb } from './dynamoDb';
import { answerS3, askedOf, listBefore, type Answer } from './s3';
import { KeptBucket } from './keptBucket';
import { addDay } from './simulatedDay';
import { SinkState, type SinkSettings } from './state';

/*
 * Stands in for S3, DynamoDB and STS: one TLS endpoint that answers at once, in a process of its own, so that its work is not
 * in the CPU time of what is measured. Arguments: key and certificate. Settings come as messages; `received?` is answered.
 */
const [key = '', cert = ''] = process.argv.slice(2);
let state = new SinkState({ items: 0, hasImages: false, latencyMs: 0, jitterMs: 0 });

const IDENTITY =
  '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
  '<Arn>arn:aws:iam::111111111111:user/bench</Arn><UserId>bench</UserId><Account>111111111111</Account>' +
  '</GetCallerIdentityResult></GetCallerIdentityResponse>';

function answer(request: IncomingMessage, body: Buffer): Answer {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return answerDynamoDb(state, target, body);
  if (request.method === 'POST') return { status: 200, headers: { 'content-type': 'text/xml' }, body: IDENTITY };
  const { bucket } = state.settings;
  return bucket === undefined ? answerS3(state, request, body) : answerKept(bucket, request, body);
}

const buckets = new Map<string, KeptBucket>();

function bucketOf(name: string): KeptBucket {
  const bucket = buckets.get(name) ?? new KeptBucket();
  buckets.set(name, bucket);
  return bucket;
}

function answerKept(name: string, request: IncomingMessage, body: Buffer): Answer {
  const { objectKey, searchParams } = askedOf(request);
  return bucketOf(name).answer(objectKey, request, searchParams, body);
}

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    state.requests += 1;
    const { status, headers, body = '', effect } = answer(request, Buffer.concat(chunks));
    const send = () => {
      effect?.();
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const { latencyMs, jitterMs } = state.settings;
    if (latencyMs + jitterMs === 0) send();
    else setTimeout(send, latencyMs + Math.random() * jitterMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () =>
  process.send?.((server.address() as AddressInfo).port),
);

process.on('message', (message: SinkSettings | 'received?') => {
  if (message === 'received?') process.send?.(state.received());
  else {
    state = new SinkState(message);
    const { bucket, changesOfDay } = message;
    if (bucket !== undefined && changesOfDay !== undefined && !buckets.has(bucket))
      addDay(bucketOf(bucket), changesOfDay);
    listBefore(state);
    process.send?.('set');
  }
});
process.on('disconnect', () => process.exit()); // never outlives the benchmark
