import { parseArgs } from 'node:util';
import { DcsError } from '../../core/errors';

export interface DemoOptions {
  readonly items: number;
  readonly isJson: boolean;
  readonly isHelp: boolean;
}

export const DEMO_HELP = `npm run demo -- [--items N] [--json]

Runs DCS on this machine: a change becomes an image, the image a replica, and the
replica a table again. Needs Java 17 and Python (for moto), and no AWS account.

  --items N   items to write, 10 to 1,000,000 (default 300)
  --json      end with one JSON object on standard output; the story goes to standard error

Exit status: 0 when what was restored is identical, 1 when not or when something failed, 2 for wrong options,
130 when it was interrupted.
`;

/** The options are wrong; nothing has been started. */
export class DemoUsageError extends DcsError {}

export function demoOptions(args: readonly string[]): DemoOptions {
  const { items, json, help } = parsed(args);
  const count = Number(items);
  if (!/^\d+$/.test(items) || count < 10 || count > 1_000_000) {
    throw new DemoUsageError(`--items is ${JSON.stringify(items)}; it has to be a whole number from 10 to 1000000`);
  }
  return { items: count, isJson: json, isHelp: help };
}

function parsed(args: readonly string[]): { items: string; json: boolean; help: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        items: { type: 'string', default: '300' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new DemoUsageError(`${(cause as Error).message}. See npm run demo -- --help`, { cause });
  }
}
