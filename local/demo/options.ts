import { readProgramArguments, type Program } from '../../core/commandLine/program';
import type { Layout } from '../../settings/batches';

export interface DemoOptions {
  readonly items: number;
  /** How the tables are stored. */
  readonly layout: Layout;
  readonly isJson: boolean;
}

const USAGE = 'npm run demo -- [--items N] [--layout LAYOUT] [--json]';

export const DEMO_HELP = `${USAGE}

Runs DCS on this machine: a change becomes an image, the image a replica, and the
replica a table again. Needs Python 3 (for moto), and no AWS account.

  --items N         items to write, 10 to 1,000,000 (default 300)
  --layout LAYOUT   images: an object for each change (default); journal: one for each batch of them
  --json            end with one JSON object on standard output; the story goes to standard error

Exit status: 0 when what was restored is identical, 1 when not or when something failed, 2 for wrong options,
130 when it was interrupted.
`;

const PROGRAM: Program<DemoOptions> = {
  usage: USAGE,
  options: {
    items: { type: 'string', value: 'N', help: 'Items to write. Default: 300.' },
    layout: { type: 'string', value: 'LAYOUT', help: 'images or journal. Default: images.' },
    json: { type: 'boolean', help: 'One JSON object on stdout at the end.' },
  },
  read: (given) => ({
    items: given.wholeNumber('items', 10, 1_000_000) ?? 300,
    layout: given.oneOf('layout', ['images', 'journal']) ?? 'images',
    isJson: given.flag('json'),
  }),
};

/** @returns undefined when help is asked for. @throws UsageError before anything has been started */
export const demoOptions = (args: readonly string[]) => readProgramArguments(args, PROGRAM);
