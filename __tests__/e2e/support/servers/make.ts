import makeSharedFolder from '../../../support/sharedFolder/make';
import { serveServers, type ServedServers } from './serve';

/** Names the address at which the test files of one run are given the servers that they share. */
export const SERVERS = 'DCS_TESTS_SERVERS';

let served: ServedServers | undefined;

/** Before the first test of a run. */
export default async function makeServers(): Promise<void> {
  makeSharedFolder();
  served = await serveServers();
  process.env[SERVERS] = served.endpoint;
}

export async function stopServers(): Promise<void> {
  await served?.stop();
}
