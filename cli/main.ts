import { setMaxListeners } from 'node:events';
import { InterruptedError } from '../core/errors';
import { EXIT } from './exitCodes';
import { realPause } from '../operations/pace';
import { runDcs } from './run';

// The AWS SDK's eight lines about the end of its support of Node 20: for who builds this command, not for who runs it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const interruption = new AbortController();
setMaxListeners(0, interruption.signal); // every call under way listens to it

/** The first Ctrl-C lets a command end in good order, the second one does not wait for it. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(EXIT.interrupted);
  process.stderr.write('\nStopping in good order. Once more to stop at once.\n');
  interruption.abort(new InterruptedError());
}
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader such as head that has seen enough closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.interrupted : EXIT.failed);
});

void runDcs(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interruption.signal,
  nowMs: Date.now,
  pause: realPause,
}).then((code) => {
  process.exitCode = code;
});
