import type { StampedText, StampedTexts } from '../../aws/stampedText';
import { readHeartbeat, UnreadableHeartbeatError } from '../../core/heartbeat';
import { heartbeatKey } from '../../core/serviceKeys';

/** What a restore from the destination would certainly have: everything that was stored in the source by then. */
export interface RecoveryPoint {
  readonly atMs: number;
  /** How long ago that is, by S3's own clock. */
  readonly ageSeconds: number;
}

/** The measured recovery point, or why there is none, for people. */
export type Measured = RecoveryPoint | { readonly unknown: string };

/** A heartbeat has 60. */
export const MOST_HEARTBEAT_BYTES = 4_096;

/** @throws S3Error when the heartbeat could not be looked at */
export async function recoveryPoint(
  stampedTexts: StampedTexts,
  prefix: string,
  signal?: AbortSignal,
): Promise<Measured> {
  const objectKey = heartbeatKey(prefix);
  const heartbeat = await stampedTexts(objectKey, signal);
  if (!heartbeat) return { unknown: `no heartbeat has arrived: there is no ${objectKey}` };
  return recoveryPointOf(heartbeat, objectKey);
}

/**
 * Of the two times of a replica the earlier one counts: AWS documents that `Last-Modified` is the source's; were it the time
 * of arrival, a late replica would look new, and the time that the heartbeat says would be the one that tells.
 */
export function recoveryPointOf({ text, ...stamped }: StampedText, objectKey: string): Measured {
  if (stamped.replicationStatus !== 'REPLICA')
    return { unknown: `${objectKey} is no replica: somebody has written it in the destination bucket itself` };
  try {
    const atMs = Math.min(stamped.storedAtMs, readHeartbeat(text));
    return { atMs, ageSeconds: Math.max(0, Math.round((stamped.answeredAtMs - atMs) / 1_000)) };
  } catch (error) {
    if (error instanceof UnreadableHeartbeatError) return { unknown: error.message };
    throw error;
  }
}
