import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { s3ImageStore } from '../../aws/imageStore';
import { s3TextStore } from '../../aws/textStore';

let server: Server;
let settings: {
  bucket: string;
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

/** As S3 answers for a bucket of another region. Source: S3 API reference, "Error responses", and user guide, "Redirects". */
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const headers = { 'x-amz-bucket-region': 'eu-west-3', 'content-type': 'application/xml' };
      if (request.headers.authorization?.includes('/eu-west-3/')) response.end('found');
      else if (request.method === 'HEAD') response.writeHead(301, headers).end();
      else
        response
          .writeHead(301, headers)
          .end(
            '<Error><Code>PermanentRedirect</Code><Message>The bucket must be addressed elsewhere</Message></Error>',
          );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  settings = {
    bucket: 'export',
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a bucket that may be anywhere is followed to its region', async () => {
  await expect(s3TextStore({ ...settings, anyRegion: true }).read('manifest-summary.json')).resolves.toBe('found');
});

test('any other is refused with the region in which it is', async () => {
  const images = s3ImageStore({ ...settings, largeImageStorageClass: 'STANDARD' });
  const texts = s3TextStore(settings);
  for (const read of [() => images.get('k'), () => images.head('k'), () => texts.read('k')])
    await expect(read()).rejects.toThrow(
      /PermanentRedirect.*the bucket is in the region eu-west-3; correct the region/,
    );
});
