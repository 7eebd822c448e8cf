import { DcsError } from '../core/errors';

/** Options or settings that are wrong: every problem at once, each with its next step. Nothing has been touched. */
export class UsageError extends DcsError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** What was asked for would do harm, or needs a yes. Nothing has been touched; the message names the option that allows it. */
export class RefusedError extends DcsError {}

/** An account, a bucket or a table could not be looked at. */
export class CouldNotLookError extends DcsError {}

/** Ctrl-C or SIGTERM: the reason that the signal of a command is aborted with. */
export class InterruptedError extends DcsError {
  constructor() {
    super('stopped before the end; the same command continues');
  }
}
