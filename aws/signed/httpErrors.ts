/** The caller's signal ended the call; its reason is the cause. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  constructor(cause: unknown) {
    super('Request aborted', { cause });
  }
}

/** What Node.js says of the network, by its code (`ECONNRESET`): its own name for all of that is `Error`. */
export class NetworkError extends Error {
  override readonly name: string;
  readonly code: string;
  constructor(cause: NodeJS.ErrnoException) {
    super(cause.message, { cause });
    this.name = this.code = cause.code ?? 'NetworkError';
  }
}

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
  readonly code = 'ETIMEDOUT';
}

/** What came is no answer of HTTP/1.1, or one whose end cannot be known. */
export class MalformedAnswerError extends Error {
  override readonly name = 'MalformedAnswerError';
  constructor(complaint: string, cause?: Error) {
    super(`the answer cannot be read: ${complaint}. Is the endpoint the service itself?`, { cause });
  }
}

/** The body of an answer is longer than what was asked for can be. */
export class TooLargeAnswerError extends Error {
  override readonly name = 'TooLargeAnswerError';
  /** @param bytes as the answer says, or as many as had come */
  constructor(readonly bytes: number) {
    super(`the answer has ${bytes} bytes`);
  }
}
