import { chromium, type Browser } from 'playwright-core';
import { programsOnPath } from '../../../local/parts/programs';

const PROGRAMS = ['chromium-headless-shell', 'chromium', 'google-chrome-stable', 'google-chrome'];
const MISSING =
  'no browser for the test of the page: apt-get install --no-install-recommends chromium-headless-shell fonts-dejavu-core (Debian), or Chrome or Chromium on the PATH';

/**
 * The machine's own browser.
 *
 * @param hosts names that lead to this machine, as somebody who rebinds a name of theirs makes it
 * @throws where there is none: nothing is skipped in silence
 */
export async function startBrowser(hosts: readonly string[] = []): Promise<Browser> {
  for (const program of PROGRAMS) {
    const [executablePath] = await programsOnPath(program, process.env);
    if (executablePath !== undefined) {
      const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',');
      return chromium.launch({ executablePath, args: rules === '' ? [] : [`--host-resolver-rules=${rules}`] });
    }
  }
  throw new Error(MISSING);
}
