import type { StampedTexts } from '../../aws/stampedText';
import { DcsError } from '../../core/errors';
import { recoveryPoint, type RecoveryPoint } from './recoveryPoint';

/**
 * Measures how old the newest replica is, and publishes it. Where there is nothing to measure nothing is published: the alarm
 * takes that for the worst.
 *
 * @throws DcsError that says why there is no recovery point
 */
export async function replicaAge(
  stampedTexts: StampedTexts,
  prefix: string,
  publishSeconds: (ageSeconds: number) => Promise<void>,
): Promise<RecoveryPoint> {
  const measured = await recoveryPoint(stampedTexts, prefix);
  if ('unknown' in measured) throw new DcsError(`the age of the newest replica is not known: ${measured.unknown}`);
  await publishSeconds(measured.ageSeconds);
  return measured;
}
