import { count, counted } from '../../core/units';
import type { RenewWatch } from '../../operations/renewLocks/renewLocks';
import type { SweepCounts } from '../../operations/renewLocks/sweeps';
import type { Output } from '../output/output';

/** Shows a sweep as it goes on, and lists what could not be locked. */
export function watchLock(output: Output): RenewWatch & { end: () => void } {
  const progress = output.progress('versions');
  let shown = 0;
  return {
    onPage({ versions }) {
      progress.add(versions - shown);
      shown = versions;
    },
    onLeft: (objectKey, reason) =>
      output.result({ type: 'left', why: 'notLocked', objectKey, reason }, `${objectKey}  not locked: ${reason}`),
    end: () => progress.end(),
  };
}

/** The last word. */
export function reportLock(
  output: Output,
  { dryRun, bucketName, ...counts }: SweepCounts & { readonly dryRun: boolean; readonly bucketName: string },
): void {
  const { versions, renewed, foundUnlocked, weaker, left } = counts;
  const { good, bad } = output.colours;
  const did = dryRun ? `${count(renewed)} would be locked anew` : `${count(renewed)} locked anew`;
  const mode = weaker === 0 ? '' : `; ${count(weaker)} in GOVERNANCE mode still, which S3 did not let be changed`;
  const words = `${counted(versions, 'version')} of s3://${bucketName} ${versions === 1 ? 'stays' : 'stay'} locked: ${did}, ${count(foundUnlocked)} found unlocked${mode}`;
  const open = left + (dryRun ? foundUnlocked : 0);
  const verdict =
    open === 0
      ? good(dryRun ? 'Nothing is unlocked, and nothing was changed' : 'Nothing is left unlocked')
      : bad(left > 0 ? `${counted(left, 'object is', 'objects are')} left; listed above` : 'Nothing was changed');
  output.result({ type: 'lock', dryRun, bucketName, ...counts }, `${words}\n${verdict}`);
}
