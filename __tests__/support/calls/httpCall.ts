import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';

/** A signed request of AWS's API, as it goes to the wire. */
export interface HttpCall {
  /** AWS's signing name, and the Region that was signed for. */
  readonly service: string;
  readonly region: string;
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string;
  readonly body: string;
}

type End = typeof http.ClientRequest.prototype.end;
const UNCHANGED = Symbol.for('dcs.tests.unchangedEnd');
const prototype = http.ClientRequest.prototype as { end: End; [UNCHANGED]?: End };

/**
 * Shows every signed request of what runs within, whichever client sends it: they all end with Node's own. What throws
 * there is thrown at the one who calls.
 */
export function watchingCalls<Context>(onCall: (call: HttpCall, context: Context) => void) {
  const storage = new AsyncLocalStorage<Context>();
  // Each test file has its own copy of this module; the prototype is the process's.
  const end = (prototype[UNCHANGED] ??= Reflect.get<typeof prototype, 'end'>(prototype, 'end'));
  prototype.end = function endAndShow(this: http.ClientRequest, ...args: unknown[]) {
    const context = storage.getStore();
    const call = context === undefined ? undefined : callOf(this, args[0]);
    if (call) onCall(call, context as Context);
    return Reflect.apply(end, this, args) as http.ClientRequest;
  } as End;
  return {
    within: <Result>(context: Context, run: () => Result) => storage.run(context, run),
    /** From now on, in all of the process. */
    enter: (context: Context) => storage.enterWith(context),
  };
}

function callOf(request: http.ClientRequest, body: unknown): HttpCall | undefined {
  const header = (name: string) => headerOf(request, name) ?? '';
  const [, region, service] = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(header('authorization')) ?? [];
  if (region === undefined || service === undefined) return undefined;
  const url = new URL(request.path, 'http://any');
  return {
    ...{ service, region, header, method: request.method, path: decodeURIComponent(url.pathname) },
    query: url.searchParams,
    body: body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : typeof body === 'string' ? body : '',
  };
}

/** Headers that were given as a list are in no table: Node has written them down already. */
function headerOf(request: http.ClientRequest, name: string): string | undefined {
  const given = request.getHeader(name);
  if (typeof given === 'string') return given;
  const { _header: written } = request as unknown as { _header: string | null };
  return new RegExp(`^${name}: (.*)$`, 'im').exec(written ?? '')?.[1];
}
