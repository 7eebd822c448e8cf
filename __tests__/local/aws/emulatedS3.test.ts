import { EmulatedS3 } from '../../../local/aws/emulatedS3';
import { serveOnLoopback } from '../../../local/parts/loopbackServer';

const credentials = { accessKeyId: 'k', secretAccessKey: 's', sessionToken: 't' };

test.each([
  ['before its answer', false],
  ['within its answer', true],
])('an emulator that falls silent %s fails the call', async (_, hasBegun) => {
  const server = await serveOnLoopback((_incoming, outgoing) => {
    if (hasBegun) outgoing.writeHead(200, { 'content-length': '9' }).write('half');
  });
  const s3 = new EmulatedS3({ endpoint: `http://127.0.0.1:${server.port}`, region: 'eu-west-1', credentials }, 20);
  await expect(s3.send('GET', { bucket: 'b', objectKey: 'k' })).rejects.toThrow('nothing moved for 20 ms');
  await server.stop();
});
