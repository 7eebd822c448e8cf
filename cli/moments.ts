import { UsageError } from '../core/errors';
import { endOfMoment, isWrittenInUtc, momentMs, type Moment } from '../core/commandLine/moment';
import { utc } from '../core/units';
import type { CommandContext } from './context';
import type { CopyChoice } from './copyOption';

/**
 * What a moment that was given is in time, by the clock of the S3 that is read, said back in UTC. A folder has none: there a moment has to be
 * a time, and how far the copy goes is not known.
 *
 * @returns epoch milliseconds
 * @throws UsageError for a moment in the future
 */
export async function timeOf(
  option: string,
  moment: Moment,
  copy: CopyChoice,
  context: Pick<CommandContext, 'serviceClock' | 'output'>,
): Promise<number> {
  const ms = await untoldTimeOf(option, moment, copy, context);
  const isAsWritten = isWrittenInUtc(moment) || copy.in === 'folder';
  if (!isAsWritten) context.output.say(`--${option} ${JSON.stringify(moment.text)} is ${utc(ms)}.`);
  return ms;
}

/** The same for whoever says by itself what it is. */
export async function untoldTimeOf(
  option: string,
  moment: Moment,
  copy: CopyChoice,
  context: Pick<CommandContext, 'serviceClock'>,
): Promise<number> {
  const problem = (words: string) => new UsageError([`--${option} is ${JSON.stringify(moment.text)}; ${words}`]);
  if (copy.in === 'folder') {
    if ('atMs' in moment) return moment.atMs;
    throw problem(
      "how long ago that is nobody can tell: a folder has no clock of S3, and this machine's decides nothing. Write a time such as 2026-11-23T14:05:00Z",
    );
  }
  const { nowMs } = await context.serviceClock(copy.in);
  const ms = momentMs(moment, nowMs());
  if (typeof ms !== 'number') throw problem(ms.problem);
  return ms;
}

/** The same for a state: with all that happened within a second that was given without a fraction. */
export async function stateTimeOf(
  option: string,
  moment: Moment,
  copy: CopyChoice,
  context: Pick<CommandContext, 'serviceClock' | 'output'>,
): Promise<number> {
  return endOfMoment(moment, await timeOf(option, moment, copy, context));
}
