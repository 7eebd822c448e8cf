import { couldNotLook } from '../aws/couldNotLook';
import type { ServiceClock } from '../aws/serviceClock';
import { CouldNotLookError } from '../core/errors';
import type { ClockOf } from './clocks';
import { bucketIn, connectToLook, type CommandContext } from './context';
import type { Side } from '../settings/schema';

/** What time it is for the service, for a command that goes on without it; undefined where no service has told. */
export interface LookingClock {
  /** @throws CouldNotLookError where no service has told: what hangs on the time cannot be looked at */
  readonly nowMs: () => number;
  readonly isKnown: boolean;
}

/**
 * The clock of the destination's S3, or of whichever service of either side answers first. A machine's own decides nothing,
 * here neither: a lag or an age by a wrong clock is a wrong one.
 */
export async function clockToLook(context: CommandContext): Promise<LookingClock> {
  const { serviceClock } = context;
  const clock = await told(async () => {
    const ofDestination = await told(() => serviceClock(s3In(context, 'destination')));
    return ofDestination ?? Promise.any(others(context).map(serviceClock));
  });
  return { nowMs: clock?.nowMs ?? noClock, isKnown: clock !== undefined };
}

/** Undefined where there is no answer. */
async function told(ask: () => Promise<ServiceClock>): Promise<ServiceClock | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (couldNotLook(error)) return undefined;
    throw error;
  }
}

function s3In(context: CommandContext, side: Side): ClockOf {
  return { s3: { ...bucketIn(context, side), ...connectToLook(context, side).s3 } };
}

/** STS answers everybody; its refusals tell the time, too. */
function others(context: CommandContext): ClockOf[] {
  const { sts } = connectToLook(context, 'destination');
  const { source } = context.settings;
  if (source === undefined) return [{ sts }];
  return [{ sts }, s3In(context, 'source'), { sts: connectToLook(context, 'source').sts }];
}

function noClock(): never {
  throw new CouldNotLookError('no service has told what time it is, and this machine is not asked');
}
