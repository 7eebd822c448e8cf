import type { ClientRequest, IncomingMessage } from 'node:http';
import diagnostics from 'node:diagnostics_channel';
import { printable } from '../core/printable';
import { count, counted, duration } from '../core/units';
import type { Output } from './output/output';

interface Seen {
  readonly startedAtMs: number;
  readonly isAgain: boolean;
}

/** Answers after which a request is sent again. Source: AWS SDKs and Tools Reference Guide, "Retry behavior". */
const isSentAgain = (status: number) => status >= 500 || status === 429;

/**
 * Tells each request of this process, whichever client sends it, and at the end how many there were, how many were sent
 * again, and where the time went. Node's own http tells of them.
 *
 * @returns what tells the sum, and stops looking
 */
export function watchRequests(output: Pick<Output, 'say'>, nowMs: () => number): () => void {
  const startedAtMs = nowMs();
  const [open, failed] = [new Map<ClientRequest, Seen>(), new Map<string, number>()];
  const sums = new Map<string, { requests: number; again: number; totalMs: number; longestMs: number }>();
  let [busyMs, busySinceMs] = [0, 0];

  const onStart = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    const before = failed.get(nameOf(request)) ?? 0;
    if (before > 0) failed.set(nameOf(request), before - 1);
    if (open.size === 0) busySinceMs = nowMs();
    open.set(request, { startedAtMs: nowMs(), isAgain: before > 0 });
  };
  const ended = (request: ClientRequest, outcome: string, isFailed: boolean) => {
    const seen = open.get(request);
    if (!seen) return;
    open.delete(request);
    if (open.size === 0) busyMs += nowMs() - busySinceMs;
    const passedMs = nowMs() - seen.startedAtMs;
    if (isFailed) failed.set(nameOf(request), (failed.get(nameOf(request)) ?? 0) + 1);
    const sum = sums.get(operationOf(request)) ?? { requests: 0, again: 0, totalMs: 0, longestMs: 0 };
    sums.set(operationOf(request), {
      requests: sum.requests + 1,
      again: sum.again + (seen.isAgain ? 1 : 0),
      totalMs: sum.totalMs + passedMs,
      longestMs: Math.max(sum.longestMs, passedMs),
    });
    const again = seen.isAgain ? ' (sent again)' : '';
    output.say(`${printable(nameOf(request))}  ${outcome} in ${duration(passedMs)}${again}`);
  };
  const onFinish = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const status = response.statusCode ?? 0;
    ended(request, String(status), isSentAgain(status));
  };
  const onError = (message: unknown) => {
    const { request, error } = message as { request: ClientRequest; error: Error };
    ended(request, printable(error.message), true);
  };
  const channels = [
    ['http.client.request.start', onStart],
    ['http.client.response.finish', onFinish],
    ['http.client.request.error', onError],
  ] as const;
  for (const [name, listener] of channels) diagnostics.subscribe(name, listener);

  return () => {
    for (const [name, listener] of channels) diagnostics.unsubscribe(name, listener);
    if (open.size > 0) busyMs += nowMs() - busySinceMs;
    const wholeMs = nowMs() - startedAtMs;
    for (const [operation, { requests, again, totalMs, longestMs }] of sums) {
      output.say(
        `${operation}: ${counted(requests, 'request')}, ${count(again)} sent again, ${duration(totalMs / requests)} each, ${duration(longestMs)} at most`,
      );
    }
    output.say(
      `${duration(wholeMs)} in all: ${duration(busyMs)} with requests under way, ${duration(Math.max(0, wholeMs - busyMs))} without`,
    );
  };
}

/** Nothing that is a secret stands in the address of a request that is signed by its headers. */
function nameOf(request: ClientRequest): string {
  const path = request.path.replace(/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&]*/gi, '$1...');
  return `${targetOf(request)} ${request.host}${path}`;
}

function operationOf(request: ClientRequest): string {
  return `${targetOf(request)} ${request.host}`;
}

/** DynamoDB's operation stands in a header. */
function targetOf(request: ClientRequest): string {
  const target = request.getHeader('x-amz-target');
  return typeof target === 'string' ? (target.split('.').at(-1) ?? target) : request.method;
}
