import { once } from 'node:events';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { environmentAgents } from '../../aws/environmentAgents';

const before = process.env;
afterEach(() => void (process.env = before));

test.each([
  ['HTTPS_PROXY', {}],
  ['HTTPS_PROXY', { https_proxy: '' }],
  ['https_proxy', { HTTPS_PROXY: '' }],
] as const)('%s is asked, where the other spelling is %j', async (named, other) => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url);
    socket.destroy();
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  process.env = { ...other, [named]: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const { https } = environmentAgents(1);
  try {
    const sent = request('https://s3.eu-west-1.amazonaws.com/', { agent: https });
    await expect(once(sent.end(), 'response')).rejects.toThrow();
  } finally {
    https.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  }
  expect(asked).toEqual(['s3.eu-west-1.amazonaws.com:443']);
});
