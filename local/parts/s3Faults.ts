import type { IncomingMessage, ServerResponse } from 'node:http';
import type { S3Request } from './s3Request';

/** How a request goes wrong. `resetAfter`: it is carried out, and the connection breaks before the answer. */
export type Fault =
  | { readonly kind: 'error'; readonly statusCode: number; readonly code: string }
  | { readonly kind: 'resetBefore' }
  | { readonly kind: 'resetAfter' }
  | { readonly kind: 'delay'; readonly milliseconds: number };

/** Decides for each request whether it goes wrong. */
export type Faults = (request: S3Request) => Fault | undefined;

export const SLOW_DOWN: Fault = { kind: 'error', statusCode: 503, code: 'SlowDown' };
export const ACCESS_DENIED: Fault = { kind: 'error', statusCode: 403, code: 'AccessDenied' };

/** Answers instead of S3. */
export function answerFault(fault: Fault, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (fault.kind !== 'error') {
    incoming.socket.destroy();
    return;
  }
  incoming.resume(); // what was sent is read to its end, or the client would see a broken connection
  outgoing.writeHead(fault.statusCode, { 'content-type': 'application/xml' });
  outgoing.end(
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${fault.code}</Code><Message>injected</Message></Error>`,
  );
}
