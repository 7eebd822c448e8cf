import { couldNotLook } from '../../aws/couldNotLook';
import { runToGoOn, type EngineRequest } from '../../operations/engine/bringBackByEngine';
import { engineLayout } from '../../operations/engine/engineLayout';
import { hasJournal } from '../../operations/journal/hasJournal';
import { LONGEST_ALONE_SECONDS, OutgrownError, whyOutgrown } from '../../operations/restore/import/outgrown';
import type { CommandContext } from '../context';
import type { ExitCode } from '../exitCodes';
import { whyWritten } from './distributed';
import { restoreByEngine } from './engine';
import type { RestoreOfTable } from './options';

/** Whether the distributed engine can be meant where nobody has said by which: it is deployed, and works from its bucket into its Region. */
export function mayOutgrow(options: RestoreOfTable, { settings, sides }: CommandContext): boolean {
  const { engine = 'auto', target, copy, planFile, thaw, optionsGiven } = options;
  const { region, profile, roleArn } = sides.target;
  const isSaid = region !== undefined || profile !== undefined || roleArn !== undefined;
  // Whoever names a profile or a role for the table may mean another account.
  const isThere = target === 'destination' && copy.in === 'destination' && !isSaid;
  const isDeployed = settings.engine.enabled && settings.destination !== undefined;
  const isForIt = planFile === undefined && !thaw && whyWritten(optionsGiven) === undefined;
  return isDeployed && engine === 'auto' && isThere && isForIt;
}

/**
 * Restores by this machine, unless the table outgrows it: then by the distributed engine, to its end. A run of that, which the
 * same command has begun before, is gone on with.
 *
 * @param write restores by this machine, for no longer than it is told; nothing has been touched if that is not enough
 */
export async function restoreUnlessOutgrown(
  options: RestoreOfTable,
  context: CommandContext,
  request: Omit<EngineRequest, 'watch'>,
  write: (longestAloneSeconds?: number) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { output } = context;
  const known = await knownBefore(context, request);
  if (known === 'run') return restoreByEngine(options, context, request, write);
  const isByEngine = (why: string) => {
    output.say(`By the distributed engine: ${why}. --engine write or import keeps to this machine.`);
    return restoreByEngine(options, context, request, write);
  };
  if (known === 'not even that') return write();
  if (await hasJournal(request.reads.lister, request.located)) {
    const why = await whyJournalOutgrown(request);
    return why === undefined ? write() : isByEngine(why);
  }
  try {
    return await write(LONGEST_ALONE_SECONDS);
  } catch (error) {
    if (!(error instanceof OutgrownError)) throw error;
    return isByEngine(error.message);
  }
}

/** As its bases tell, where the engine can read it. */
async function whyJournalOutgrown(request: Omit<EngineRequest, 'watch'>): Promise<string | undefined> {
  const { reads, located, signal, nowMs } = request;
  const layout = await engineLayout(reads, located, nowMs(), signal);
  return 'items' in layout ? whyOutgrown(layout.items ?? 0, LONGEST_ALONE_SECONDS) : undefined;
}

/** Whether there is a run that is to be gone on with. What is deployed beside a restore must not be in its way. */
async function knownBefore(
  context: CommandContext,
  request: Omit<EngineRequest, 'watch'>,
): Promise<'run' | 'nothing' | 'not even that'> {
  try {
    return (await runToGoOn(request)) ? 'run' : 'nothing';
  } catch (error) {
    if (!couldNotLook(error)) throw error;
    const { message } = error as Error;
    context.output.say(`The distributed engine is passed over, for its bucket cannot be looked at: ${message}.`);
    return 'not even that';
  }
}
