import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { DcsError } from '../../core/errors';

// Below the ports that the kernel hands out by itself (Linux: 32768 and up), so that between this test and the part's
// own start no outgoing connection and no other test run's port 0 gets in.
const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 32_767;
const TRIES = 50;

/** A TCP port that nothing listens on, on any of the machine's addresses: DynamoDB Local will want all of them. */
export async function freePort(): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isFree(port)) return port;
  }
  throw new DcsError(`no free port between ${LOWEST_PORT} and ${HIGHEST_PORT} after ${TRIES} tries; end some servers`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
