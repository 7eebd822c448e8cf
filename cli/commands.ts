import type { Command } from './command';

/** A verb, what it is for, and its file, which is loaded only when the verb is used: help has to come at once. */
export interface Verb {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every verb, in the order in which help lists them. A new command is one file and one entry here. */
export const COMMANDS: Readonly<Record<string, Verb>> = {
  restore: {
    summary: 'Bring a table, or some of its items, back as it was at a moment.',
    load: async () => anyCommand((await import('./restore/restore')).restore),
  },
  revert: {
    summary: 'Undo what happened in a window of time, and keep what was written later.',
    load: async () => anyCommand((await import('./revert/revert')).revert),
  },
  status: {
    summary: 'Where each table stands: lag, parked batches, replication, last verify and drill.',
    load: async () => anyCommand((await import('./status/status')).status),
  },
  check: {
    summary: 'Prove a deployment, and say what to change.',
    load: async () => anyCommand((await import('./check/check')).check),
  },
  timeline: {
    summary: 'How much a table changed when, and where it changed far more than usual.',
    load: async () => anyCommand((await import('./timeline/timeline')).timeline),
  },
  ui: {
    summary: 'A page on this machine: pick the window, see what changed, copy the command.',
    load: async () => anyCommand((await import('./ui/ui')).ui),
  },
  ls: {
    summary: 'What was in a table at a moment: keys, sizes, times, or the items whole.',
    load: async () => anyCommand((await import('./ls/ls')).ls),
  },
  history: {
    summary: 'Every version of one item, and what changed between them.',
    load: async () => anyCommand((await import('./history/history')).history),
  },
  diff: {
    summary: 'What changed in a table between two moments, from a bucket alone.',
    load: async () => anyCommand((await import('./diff/diff')).diff),
  },
  verify: {
    summary: 'Compare a table with both buckets, tell what differs, and mend it.',
    load: async () => anyCommand((await import('./verify/verify')).verify),
  },
  drill: {
    summary: 'Restore a table into a scratch table, compare it with the live one, and keep a report.',
    load: async () => anyCommand((await import('./drill/drill')).drill),
  },
  backfill: {
    summary: 'Give every item that has no image one: by a scan, or from an export.',
    load: async () => anyCommand((await import('./backfill/backfill')).backfill),
  },
  redrive: {
    summary: 'Apply the batches of changes that capture gave up on and parked.',
    load: async () => anyCommand((await import('./redrive/redrive')).redrive),
  },
  lock: {
    summary: 'Renew the locks of what is current in the destination bucket, or count what is unlocked.',
    load: async () => anyCommand((await import('./lock/lock')).lock),
  },
  costs: {
    summary: 'What the copy of a table costs, beside others, and what each command would.',
    load: async () => anyCommand((await import('./costs/costs')).costs),
  },
  erase: {
    summary: "Erase one person's whole history from both buckets, and prove it.",
    load: async () => anyCommand((await import('./erase/erase')).erase),
  },
  download: {
    summary: 'Copy the whole history of a table into a folder.',
    load: async () => anyCommand((await import('./download/download')).download),
  },
  completion: {
    summary: 'Have bash, zsh or fish complete commands, options and tables.',
    load: async () => anyCommand((await import('./completion/completion')).completion),
  },
};

/** Keeps the options' type inside the command: the frame hands `read`'s result to `run` and never looks at it. */
export function anyCommand<Options>(command: Command<Options>): Command {
  return command as Command;
}
