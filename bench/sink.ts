import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What the sink has received since the last question: enough to see whether a round did its work. */
export interface Received {
  readonly puts: number;
  readonly objects: number;
  /** Puts whose Content-MD5 is not that of the body. */
  readonly damaged: number;
}

// A process of its own, so that its work is not in the measured process's CPU time. Arguments: key and certificate.
const [key = '', cert = ''] = process.argv.slice(2);
let puts = 0;
let damaged = 0;
const objects = new Set<string>();

const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const digest = createHash('md5').update(Buffer.concat(chunks));
    const md5 = digest.digest();
    const declared = request.headers['content-md5'];
    puts += 1;
    if (declared !== undefined && declared !== md5.toString('base64')) damaged += 1;
    objects.add((request.url ?? '').split('?', 1)[0] ?? '');
    response.writeHead(200, { etag: `"${md5.toString('hex')}"`, 'content-length': 0 }).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

process.on('message', () => {
  process.send?.({ puts, objects: objects.size, damaged } satisfies Received);
  puts = damaged = 0;
  objects.clear();
});
