import removeSharedFolder from '../../../support/sharedFolder/remove';
import { stopServers } from './make';

/** After the last test of a run. */
export default async function removeServers(): Promise<void> {
  await stopServers();
  removeSharedFolder();
}
