import type { IncomingMessage, ServerResponse } from 'node:http';
import type { S3Request } from './s3Request';

/**
 * How a request goes wrong. `resetAfter`: it is carried out, and the connection breaks before the answer. `hold`: it is
 * carried out when that has happened.
 */
export type Fault =
  | { readonly kind: 'error'; readonly statusCode: number; readonly code: string }
  | { readonly kind: 'resetBefore' }
  | { readonly kind: 'resetAfter' }
  | { readonly kind: 'hold'; readonly until: Promise<unknown> }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** Decides for each request whether it goes wrong. Called once for each, in the order in which they come. */
export type Faults = (request: S3Request) => Fault | undefined;

export const SLOW_DOWN: Fault = { kind: 'error', statusCode: 503, code: 'SlowDown' };
export const ACCESS_DENIED: Fault = { kind: 'error', statusCode: 403, code: 'AccessDenied' };
export const RESET_BEFORE: Fault = { kind: 'resetBefore' };
export const RESET_AFTER: Fault = { kind: 'resetAfter' };

/** Answers instead of S3, as S3 does. */
export function answerError(
  { statusCode, code, message = 'injected' }: { statusCode: number; code: string; message?: string },
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  incoming.resume(); // what was sent is read to its end, or the client would see a broken connection
  outgoing.writeHead(statusCode, { 'content-type': 'application/xml' });
  outgoing.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
