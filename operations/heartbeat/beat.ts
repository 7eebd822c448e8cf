import type { TextStore } from '../../aws/textStore';
import { heartbeatText, timeOf } from '../../core/heartbeat';
import { DcsError } from '../../core/errors';
import { heartbeatKey } from '../../core/serviceKeys';

/** What EventBridge sends on a schedule, as far as it counts here. */
export interface ScheduledEvent {
  /** When the run was due, in UTC. */
  readonly time?: unknown;
}

/**
 * Writes the heartbeat anew, with the time that EventBridge says: no machine's clock is in it.
 *
 * @throws DcsError when the event has no time
 */
export async function beat(
  texts: Pick<TextStore, 'write'>,
  prefix: string,
  event: ScheduledEvent | undefined,
): Promise<{ readonly objectKey: string; readonly scheduledAt: string }> {
  const scheduledAtMs = timeOf(event?.time);
  if (scheduledAtMs === undefined) {
    throw new DcsError(
      `the event is ${JSON.stringify(event)}; its time has to be one such as "2026-01-01T00:00:00Z", as EventBridge sends it`,
    );
  }
  const objectKey = heartbeatKey(prefix);
  await texts.write(objectKey, heartbeatText(scheduledAtMs));
  return { objectKey, scheduledAt: new Date(scheduledAtMs).toISOString() };
}
