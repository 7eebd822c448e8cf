import { s3BytesStore } from '../../aws/bytesStore';
import { s3EngineStore } from '../../aws/engineStore';
import { s3VersionLister } from '../../aws/objectVersions';
import { sfnStateMachine } from '../../aws/stateMachine';
import { dynamoDbTableImport } from '../../aws/tableImport';
import { count, counted } from '../../core/units';
import { bringBackByEngine, type EngineEnd, type EngineRequest } from '../../operations/engine/bringBackByEngine';
import { RunFailedError } from '../../operations/engine/followRun';
import { engineNamesOf } from '../../settings/engineNames';
import { partsOf } from '../../settings/parts';
import { bucketIn, connect, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import type { Output } from '../output/output';
import { ofNoUse } from './distributed';
import type { RestoreOfTable } from './options';
import { listPassedOver, planWords, reportSetting } from './reporting';

/** What the engine and its bucket are called, and how they are reached: as the settings say. @throws SettingsError */
export function engineOf(
  context: CommandContext,
  into: string,
): Pick<EngineRequest, 'store' | 'machine' | 'reads' | 'imports'> {
  const settings = partsOf(context.settings, ['destination']);
  const names = engineNamesOf(settings);
  const { s3, states, dynamoDb } = connect(context, 'destination');
  const copy = bucketIn(context, 'destination');
  return {
    store: s3EngineStore({ ...s3, bucket: names.bucketName }),
    machine: sfnStateMachine(names.stateMachineArn, states, context.signal),
    reads: { lister: s3VersionLister(copy), bytes: s3BytesStore(copy) },
    imports: dynamoDbTableImport(into, dynamoDb, context.signal),
  };
}

/**
 * Restores by the distributed engine.
 *
 * @param write restores by writes, which is what remains where the engine cannot
 */
export async function restoreByEngine(
  options: RestoreOfTable,
  { output }: CommandContext,
  request: Omit<EngineRequest, 'watch'>,
  write: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const watch = watchEngine(output, options);
  const written = (why: string) => writtenBecause(options, { output }, why, write);
  try {
    const end = await bringBackByEngine({ ...request, watch });
    watch.end();
    return end.is === 'write' ? await written(end.why) : reportEnd(output, options, end);
  } catch (error) {
    if (!(error instanceof RunFailedError) || error.failure !== 'TooLargeForImportError') throw error;
    watch.end();
    return await written(error.message);
  } finally {
    watch.end();
  }
}

/** What the engine cannot do, this machine does, and it is said. */
export function writtenBecause(
  { into }: RestoreOfTable,
  { output }: Pick<CommandContext, 'output'>,
  why: string,
  write: () => Promise<ExitCode>,
): Promise<ExitCode> {
  output.say(`The items come into ${into} by writes: ${why}.`);
  return write();
}

function watchEngine(output: Output, options: RestoreOfTable): NonNullable<EngineRequest['watch']> & { end(): void } {
  const { into } = options;
  let progress: ReturnType<Output['progress']> | undefined;
  let [round, folded] = [-1, 0];
  const end = () => {
    progress?.end();
    progress = undefined;
  };
  return {
    onPrepared(prepared) {
      output.say(planWords(options, prepared));
      listPassedOver(output, prepared);
    },
    onRun({ folder, execution, isNew, failed }) {
      const useless = ofNoUse(options.optionsGiven);
      if (useless !== undefined) output.say(useless);
      if (failed) output.say(`The run has failed and is taken up again: ${failed.error ?? ''}: ${failed.cause ?? ''}`);
      output.say(
        `${isNew ? 'Started' : 'Found'} the run ${folder} of the distributed engine (execution ${execution}). It needs nobody: stop whenever you like; the same command finds it again.`,
      );
    },
    onProgress(at) {
      if (at.round !== round) {
        end();
        progress = output.progress(`folded ranges of round ${at.round + 1}`, at.tasks);
        [round, folded] = [at.round, 0];
      }
      progress?.add(at.folded - folded);
      folded = at.folded;
    },
    onArchived({ archived, thawing }) {
      end();
      output.say(
        `Everything else is folded. ${counted(archived, 'image')} in an archive class ${archived === 1 ? 'is' : 'are'} asked back now, ${count(thawing)} more on the way; waiting until they can be read, which takes hours. Stop and run again whenever you like.`,
      );
    },
    onLeft: ({ why, objectKey, reason }) =>
      why === 'ahead'
        ? output.result({ type: 'ahead', objectKey, reason }, `${objectKey}  ahead: ${reason}`)
        : output.result({ type: 'left', why, objectKey, reason }, `${objectKey}  ${why}: ${reason}`),
    onWaiting: (reason) => output.say(`Waiting until ${into} can be set up: ${reason}`),
    onSetting: (outcome) => reportSetting(output, into, outcome),
    end,
  };
}

function reportEnd(
  output: Output,
  { tableName, into }: RestoreOfTable,
  end: Exclude<EngineEnd, { is: 'write' }>,
): ExitCode {
  if (end.is === 'running') {
    const { folder, execution } = end;
    output.result(
      { type: 'run', table: tableName, into, state: 'running', folder, execution },
      `The run goes on. The same command with --follow shows how far it is, and has to be given once more when it is over.`,
    );
    return EXIT.differences;
  }
  const { folder, outcome, left, settings } = end;
  const { counts, rounds, imported, compared, bytes } = outcome;
  const { good, bad } = output.colours;
  const lines = [
    `Restored ${into}: ${counted(imported, 'item')} imported, as many as planned, in ${counted(rounds, 'round')}`,
    good(`${count(compared)} of them read again: each is as it was folded`),
    ...(left > 0 ? [bad(`Not brought back: ${count(left)}; listed above`)] : []),
  ];
  const { absent, unknown, unreadable, expired, ahead } = counts;
  output.result(
    {
      ...{ type: 'restore', table: tableName, into, dryRun: false, engine: 'distributed', folder, rounds, bytes },
      ...{ planned: counts.item, imported, compared, left, absent, unknown, unreadable, expired, ahead },
    },
    lines.join('\n'),
  );
  const isSet = settings.every(({ state }) => state === 'set' || state === 'already');
  return left === 0 && isSet ? EXIT.done : EXIT.differences;
}
