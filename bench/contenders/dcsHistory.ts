import { EXIT } from '../../cli/exitCodes';
import { runDcs } from '../../cli/run';
import { realPause } from '../../operations/pace';
import { TABLE } from '../sink/items';
import { ID_IN_DAY } from '../sink/simulatedDay';
import { measured } from './subject';

/** `dcs history` of the one item that a simulated day has; it has to find each of its changes. */
measured(({ settingsFile, revisions }) => async () => {
  let [said, versions] = ['', 0];
  const key = JSON.stringify({ [TABLE.keySchema.partitionKey]: ID_IN_DAY });
  const args = ['history', TABLE.tableName, '--key', key, '--config', settingsFile, '--json'];
  const code = await runDcs(args, {
    stdout: {
      write(text: string) {
        versions += text.split('\n').filter((line) => line.includes('"type":"version"')).length;
        return true;
      },
    },
    stderr: { write: (text: string) => (said += text) !== '' },
    env: process.env,
    signal: new AbortController().signal,
    nowMs: Date.now,
    pause: realPause,
  });
  if (code === EXIT.done && versions === revisions) return;
  throw new Error(`dcs ${args.join(' ')} ended with ${code}, and ${versions} of ${revisions} versions: ${said}`);
});
