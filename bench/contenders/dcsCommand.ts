import { setMaxListeners } from 'node:events';
import { EXIT } from '../../cli/exitCodes';
import { runDcs } from '../../cli/run';
import { realPause } from '../../operations/pace';
import { COPY, TABLE } from '../sink/items';
import { measured } from './subject';

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  backfill: [],
  restore: ['--into', COPY],
  verify: ['--wait', '0s'],
};

/** A command as it is typed, from the arguments to the exit code. Second argument of the process: which one. */
const [, , , name = ''] = process.argv;
const silent = { write: () => true };

const { signal } = new AbortController();
setMaxListeners(0, signal); // as for Ctrl-C at a terminal

measured(({ settingsFile }) => async () => {
  const said: string[] = [];
  const args = [name, TABLE.tableName, ...(COMMANDS[name] ?? []), '--config', settingsFile, '--json'];
  const code = await runDcs(args, {
    stdout: silent,
    stderr: { write: (text: string) => said.push(text) },
    env: process.env,
    signal,
    nowMs: Date.now,
    pause: realPause,
  });
  if (code !== EXIT.done) throw new Error(`dcs ${args.join(' ')} ended with ${code}: ${said.join('')}`);
});
