import { printable } from './printable';

/** Every error this project raises on purpose. The message says what was wrong, the value, what is allowed, the next step. */
export class DcsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An error whose message quotes what came from outside; it is one line, and safe to print, whatever that was. */
export class QuotingError extends DcsError {
  constructor(message: string, options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** An attribute value or key that DynamoDB cannot have sent. The record or image that holds it is refused whole. */
export class UnreadableValueError extends QuotingError {}

/** A stream record that cannot become an image. Capture reports it as failed, so that it is parked and never skipped. */
export class UnreadableRecordError extends QuotingError {}

/** An object that should be an image and cannot be read as one: damaged, or not written by this service. */
export class UnreadableImageError extends QuotingError {}

/** An image written by a newer version of this service. It is refused by name, not guessed at. */
export class UnknownFormatError extends QuotingError {}

/** Options or settings that are wrong: every problem at once, each with its next step. Nothing has been touched. */
export class UsageError extends DcsError {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** What was asked for would do harm, or needs a yes. Nothing has been touched; the message says what allows it, where anything does. */
export class RefusedError extends DcsError {}

/** An account, a bucket or a table could not be looked at. */
export class CouldNotLookError extends DcsError {}

/** Ctrl-C or SIGTERM: the reason that the signal of a command is aborted with. */
export class InterruptedError extends DcsError {
  constructor() {
    super('stopped before the end');
  }
}
