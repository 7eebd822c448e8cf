import { readProgramArguments, type Program } from '../../core/commandLine/program';

export interface SimulateOptions {
  readonly schedules: number;
  /** Of the first schedule; each further one has the next. */
  readonly seed: number;
  /** Numbers of the only events that are to happen. */
  readonly only?: readonly number[];
  /** Write the figures into docs/reliability.md. */
  readonly isPage: boolean;
}

const USAGE = 'npm run simulate -- [--schedules N] [--seed S] [--only EVENTS] [--page]';

export const SIMULATE_HELP = `${USAGE}

Plays capture, backfill, redrive, repair, verify, restore, erase, the renewal of locks and the compactor of journals over
simulated services, with all that may go wrong there, and judges what they did. Nothing of it takes real time; the same seed gives
the same run.

  --schedules N   schedules to play (default 1000)
  --seed S        seed of the first; each further one has the next (default 1)
  --only EVENTS   of one schedule: only these events, by number: 0,4,7
  --page          write the figures into docs/reliability.md

Exit status: 0 when every promise was kept, 3 when one was broken, 1 when something failed, 2 for wrong options.
`;

const PROGRAM: Program<SimulateOptions> = {
  usage: USAGE,
  options: {
    schedules: { type: 'string', value: 'N', help: 'Schedules to play. Default: 1000.' },
    seed: { type: 'string', value: 'S', help: 'Seed of the first schedule. Default: 1.' },
    only: { type: 'string', value: 'EVENTS', help: 'Of one schedule: only these events, by number: 0,4,7' },
    page: { type: 'boolean', help: 'Write the figures into docs/reliability.md.' },
  },
  read(given) {
    const only = given.text('only');
    const schedules = given.wholeNumber('schedules', 1, 10_000_000) ?? (only === undefined ? 1_000 : 1);
    if (only !== undefined && !/^\d+(,\d+)*$/.test(only)) {
      given.problem(`--only is ${JSON.stringify(only)}; write numbers of events: 0,4,7`);
    }
    if (only !== undefined && schedules > 1) given.problem('--only is about one schedule; leave --schedules out');
    return {
      schedules,
      seed: given.wholeNumber('seed', 0, 4_000_000_000) ?? 1,
      ...(only !== undefined && { only: only.split(',').map(Number) }),
      isPage: given.flag('page'),
    };
  },
};

/** @returns undefined when help is asked for. @throws UsageError */
export const simulateOptions = (args: readonly string[]) => readProgramArguments(args, PROGRAM);
