import { setMaxListeners } from 'node:events';
import { EXIT } from '../../cli/exitCodes';
import { runDcs } from '../../cli/run';
import { realPause } from '../../operations/pace';
import { COPY, IMPORT_BUCKET, IMPORTED, TABLE } from '../sink/items';
import { measured } from './subject';

const IMPORT = ['--into', IMPORTED, '--engine', 'import', '--import-bucket', IMPORT_BUCKET];
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  backfill: ['backfill', TABLE.tableName],
  restore: ['restore', TABLE.tableName, '--into', COPY],
  import: ['restore', TABLE.tableName, ...IMPORT],
  verify: ['verify', TABLE.tableName, '--wait', '0s'],
};

/** A command as it is typed, from the arguments to the exit code. Second argument of the process: which one. */
const [, , , name = ''] = process.argv;
const silent = { write: () => true };

const { signal } = new AbortController();
setMaxListeners(0, signal); // as for Ctrl-C at a terminal

measured(({ settingsFile }) => async () => {
  const said: string[] = [];
  const args = [...(COMMANDS[name] ?? [name]), '--config', settingsFile, '--json'];
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
