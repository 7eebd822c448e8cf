import fc from 'fast-check';
import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../../aws/signed/signature';
import { SignedClient } from '../../../aws/signed/signedClient';
import { signedImageStore } from '../../../aws/signed/signedImageStore';
import { encodeImage, type ImageHeader } from '../../../core/image';
import { item } from '../../core/arbitraries';

let server: http.Server;
let received: { headers: IncomingHttpHeaders; body: Buffer }[] = [];

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function store() {
  const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const client = new SignedClient({
    service: 's3',
    endpoint: () => ({ origin, basePath: '/bucket', signingRegion: 'eu-central-1' }),
    accessKeys: () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
    connections: 1,
    attempts: 1,
    errorOf: () => undefined,
  });
  return signedImageStore({ bucket: 'bucket', largeImageStorageClass: 'STANDARD_IA' }, client);
}

const header: ImageHeader = {
  event: 'INSERT',
  position: { source: 'stream', streamLabel: '2026-11-23T08:00:00.000', sequenceNumber: '300' },
  changedAtMs: Date.UTC(2026, 10, 23, 8, 0, 5),
};

test('law: every image is sent with the SHA-256 of the bytes that arrive', async () => {
  const images = store();
  await fc.assert(
    fc.asyncProperty(fc.option(item, { nil: undefined }), async (original) => {
      received = [];
      await images.put('users/a/image.json', encodeImage(header, original));
      const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = received;
      expect(headers['x-amz-content-sha256']).toBe(sha256(body));
    }),
  );
});

test('an image that was read and is put again is hashed as it is sent, whatever its metadata says', async () => {
  received = [];
  await store().put('users/a/image.json', { body: '{}', metadata: { 'dcs-digest': 'UNSIGNED-PAYLOAD' } });
  expect(received[0]?.headers['x-amz-content-sha256']).toBe(sha256('{}'));
});
