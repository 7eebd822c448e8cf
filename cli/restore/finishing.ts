import { dynamoDbTableSettings } from '../../aws/tableSettings';
import { finishTable, type SettingOutcome } from '../../operations/restore/finish';
import { realPause } from '../../operations/pace';
import { connectTarget, type CommandContext } from '../context';
import type { RestoreOptions } from './options';
import type { PreparedRestore } from './prepare';

/**
 * Sets what table.json says and what waits for the items. Returns whether everything is set.
 *
 * @param expired items whose time to live has passed since the moment
 */
export async function finishTarget(
  options: RestoreOptions,
  { target, definition, decision, request }: PreparedRestore,
  context: CommandContext,
  expired: number,
): Promise<boolean> {
  const isOurs = decision.create || decision.continuesMs !== undefined;
  if (!decision.finishes || (request.keys && !isOurs)) return true;
  const { output, signal } = context;
  const outcomes = await finishTable({
    settings: dynamoDbTableSettings(target.tableName, connectTarget(context, options.target).dynamoDb, signal),
    ...{ definition, expired, signal },
    timeToLiveWanted: options.timeToLive === 'on',
    pause: realPause,
    onWaiting: (reason) => output.say(`Waiting until ${target.tableName} can be set up: ${reason}`),
  });
  for (const outcome of outcomes) {
    if (outcome.state === 'already') continue;
    output.result({ type: 'setting', table: target.tableName, ...outcome }, settingWords(target.tableName, outcome));
  }
  return outcomes.every(({ state }) => state === 'set' || state === 'already');
}

function settingWords(tableName: string, { value, state, reason = '' }: SettingOutcome): string {
  if (state === 'leftOff') return `Left off ${tableName}: ${value}; ${reason}.`;
  if (state === 'failed') return `Not set on ${tableName}: ${value}; ${reason}. The same command tries again.`;
  return `Set on ${tableName}: ${value}.`;
}
