import { couldNotLook } from '../../aws/couldNotLook';
import type { S3ClientSettings } from '../../aws/s3Client';
import { s3StampedTexts, type StampedText, type StampedTexts } from '../../aws/stampedText';
import { TooLargeTextError } from '../../aws/textStore';
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
const MOST_HEARTBEAT_BYTES = 4_096;

/** Reads heartbeats of a bucket. */
export function heartbeats(bucket: S3ClientSettings & { readonly bucket: string }): StampedTexts {
  return s3StampedTexts(bucket, MOST_HEARTBEAT_BYTES);
}

/** @throws S3Error when the heartbeat could not be looked at */
export async function recoveryPoint(
  stampedTexts: StampedTexts,
  prefix: string,
  signal?: AbortSignal,
): Promise<Measured> {
  const objectKey = heartbeatKey(prefix);
  try {
    const heartbeat = await stampedTexts(objectKey, signal);
    if (!heartbeat) return { unknown: `no heartbeat has arrived: there is no ${objectKey}` };
    return recoveryPointOf(heartbeat, objectKey);
  } catch (error) {
    if (error instanceof TooLargeTextError) return { unknown: `the heartbeat cannot be read: ${error.message}` };
    throw error;
  }
}

/** The same where it is only shown: what could not be looked at is not known. */
export async function shownRecoveryPoint(...given: Parameters<typeof recoveryPoint>): Promise<Measured> {
  try {
    return await recoveryPoint(...given);
  } catch (error) {
    if (couldNotLook(error)) return { unknown: (error as Error).message };
    throw error;
  }
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
