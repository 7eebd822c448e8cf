import { couldNotLook, isUntrusted } from '../aws/couldNotLook';
import { DcsError, CouldNotLookError, RefusedError, UsageError } from '../core/errors';
import type { Stopped } from './stopped';
import { EXIT, type ExitCode } from './exitCodes';
import type { Output } from './output/output';

export interface Stoppable {
  readonly signal: AbortSignal;
  readonly stopped: Stopped;
}

const STOPPED: Readonly<Record<Stopped, string>> = {
  continues: 'stopped before the end; the same command continues',
  startsAnew: 'stopped before the end; the same command starts anew',
  goesOn: 'stopped looking; the run goes on by itself, and the same command finds it again',
  ends: 'ended',
};

/** Says what went wrong, and which exit code that is. With --json a record of type `error` goes to stdout as well. */
export function exitOf(error: unknown, { signal, stopped }: Stoppable, output: Output): ExitCode {
  const { code, message } = outcomeOf(error, signal, stopped);
  output.fail(`dcs: ${message}`);
  output.result({ type: 'error', exitCode: code, error: error instanceof Error ? error.name : 'Error', message });
  return code;
}

const HOW_TO_TRUST =
  "The other side's certificate is not trusted. Behind a proxy that opens TLS, set AWS_CA_BUNDLE to a file of the certificates " +
  "to trust (PEM), or NODE_EXTRA_CA_CERTS to one of those to trust beside Node.js's; for one that has expired look at this machine's clock, too";

function outcomeOf(error: unknown, signal: AbortSignal, stopped: Stopped): { code: ExitCode; message: string } {
  // Whatever a call rejects with once the signal is aborted: the reason is the signal's.
  if (signal.aborted) return { code: EXIT.interrupted, message: STOPPED[stopped] };
  if (error instanceof UsageError) return { code: EXIT.usage, message: error.problems.join('\n     ') };
  if (error instanceof RefusedError) return { code: EXIT.refused, message: error.message };
  if (error instanceof CouldNotLookError || couldNotLook(error))
    return { code: EXIT.couldNotLook, message: `${messageOf(error)}${isUntrusted(error) ? `. ${HOW_TO_TRUST}` : ''}` };
  // A defect of ours, or something nobody has thought of: where it happened helps whoever is told.
  const stack = error instanceof Error && !(error instanceof DcsError) ? `\n${error.stack ?? ''}` : '';
  return { code: EXIT.failed, message: `${messageOf(error)}${stack}` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
