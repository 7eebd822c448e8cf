import { version } from '../package.json';

/** Seven digits, put in by cli/bundle.ts; not there in a bundle that was made outside of the repository. */
declare const DCS_COMMIT: string | undefined;
const commit = typeof DCS_COMMIT === 'undefined' ? undefined : DCS_COMMIT;

/** What `dcs --version` prints: `dcs 0.1.0 (b942437)`, or `dcs 0.1.0`. */
export const versionLine = `dcs ${version}${commit === undefined ? '' : ` (${commit})`}`;
