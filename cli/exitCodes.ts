/** How a command ends: the contract with scripts. `docs/cli.md` holds the same table, and a test compares the two. */
export const EXIT_CODES = [
  { code: 0, name: 'done', means: 'Done, and all of it: what was compared is the same, nothing is left.' },
  { code: 1, name: 'failed', means: 'An unexpected failure. The message says what; it can be run again.' },
  { code: 2, name: 'usage', means: 'Options or settings are wrong or contradict each other. Nothing was touched.' },
  {
    code: 3,
    name: 'differences',
    means: 'Differences were found, or items are left that could not be done; they are listed.',
  },
  {
    code: 4,
    name: 'couldNotLook',
    means: 'Could not look: credentials, permissions, network, a missing bucket or table.',
  },
  {
    code: 5,
    name: 'refused',
    means:
      'Refused before anything was touched, for it would do harm or needs a yes: the message says what allows it, where anything does.',
  },
  {
    code: 130,
    name: 'interrupted',
    means: 'Stopped by Ctrl-C or SIGTERM. The message says whether the same command continues or starts anew.',
  },
] as const;

export type ExitName = (typeof EXIT_CODES)[number]['name'];
export type ExitCode = (typeof EXIT_CODES)[number]['code'];

/** Exit codes by name: `EXIT.done`. */
export const EXIT = Object.fromEntries(EXIT_CODES.map(({ name, code }) => [name, code])) as {
  readonly [Name in ExitName]: Extract<(typeof EXIT_CODES)[number], { name: Name }>['code'];
};
