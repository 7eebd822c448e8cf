import { s3LockStore } from '../../aws/objectLocks';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3TextStore } from '../../aws/textStore';
import { UsageError } from '../../core/errors';
import type { LockRule } from '../../core/lockRenewal';
import { renewLocks } from '../../operations/renewLocks/renewLocks';
import { partsOf } from '../../settings/parts';
import type { Settings } from '../../settings/schema';
import type { Command } from '../command';
import { bucketIn, type CommandContext } from '../context';
import { EXIT, type ExitCode } from '../exitCodes';
import { reportLock, watchLock } from './reporting';

export interface LockOptions {
  readonly dryRun: boolean;
}

export const lock: Command<LockOptions> = {
  usage: '[options]',
  description:
    'Looks at the current version of every object in the destination bucket, and at the newest image of every item where that is another, and renews the locks that end soon. ' +
    'A deployed function does the same all the time; this is for when it cannot, and for counting what is unlocked (--dry-run). ' +
    'What the settings say of destination.objectLock decides mode and time; a lock never gets shorter or weaker.\n' +
    'It needs s3:PutObjectRetention, which the restore role does not have. What could not be locked is listed, and the exit code is 3. Stopped by Ctrl-C or a failure, the same command continues.',
  examples: [
    { does: 'Count what is unlocked, and change nothing', command: 'dcs lock --dry-run' },
    { does: 'Lock everything that is current', command: 'dcs lock --destination-profile vault-admin' },
  ],
  positionals: [],
  options: {
    'dry-run': { type: 'boolean', help: 'Look and count, and change nothing.' },
  },
  read: (given) => ({ dryRun: given.flag('dry-run') }),
  whenStopped: ({ dryRun }) => (dryRun ? 'startsAnew' : 'continues'),
  run: runLock,
};

export async function runLock({ dryRun }: LockOptions, context: CommandContext): Promise<ExitCode> {
  const { output, signal } = context;
  const { destination, prefix } = partsOf(context.settings, ['destination']);
  const rule = ruleOf(destination);
  const bucket = bucketIn(context, 'destination');
  const { nowMs } = await context.serviceClock('destination');
  const { end, ...watch } = watchLock(output);
  const [locks, texts] = [s3LockStore(bucket), s3TextStore(bucket)];
  const nothing = () => Promise.resolve();
  const { sweeps } = await renewLocks({
    ...{ prefix, rule, nowMs, watch, atOnce: true },
    lister: s3VersionLister(bucket),
    locks: dryRun ? { ...locks, lock: nothing } : locks,
    texts: dryRun ? { ...texts, write: nothing } : texts,
    hasTime: () => !signal.aborted,
  });
  end();
  signal.throwIfAborted();
  const { counts } = sweeps.last ?? {};
  if (!counts) throw new Error('A sweep that was not stopped has an end.');
  reportLock(output, { dryRun, bucketName: bucket.bucket, ...counts });
  if (dryRun) return counts.foundUnlocked + counts.left > 0 ? EXIT.differences : EXIT.done;
  return counts.left > 0 ? EXIT.differences : EXIT.done;
}

/** @throws UsageError where nothing is locked */
function ruleOf({ objectLock: { mode, retentionDays } }: Pick<Settings['destination'], 'objectLock'>): LockRule {
  if (mode !== 'OFF') return { mode, retentionDays };
  throw new UsageError([
    'destination.objectLock.mode is "OFF": nothing is to be locked. Set it to "COMPLIANCE" or "GOVERNANCE"',
  ]);
}
