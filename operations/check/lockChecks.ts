import { s3LockStore } from '../../aws/objectLocks';
import { HistoryGrouping, s3VersionLister } from '../../aws/objectVersions';
import type { S3ClientSettings } from '../../aws/s3Client';
import { s3TextStore } from '../../aws/textStore';
import { inParallel } from '../../core/inParallel';
import { heldMs, isInForce, keptLocked, sweepEveryMs } from '../../core/lockRenewal';
import { tablePrefix, type TableLocation } from '../../core/objectKey';
import { lockSweepsKey } from '../../core/serviceKeys';
import { count, counted, duration } from '../../core/units';
import { readSweeps, sweepAgeMs, type Sweeps } from '../renewLocks/sweeps';
import { versionsToLock } from '../renewLocks/versionsToLock';
import { renewedLocks } from '../../settings/lockRule';
import { bucketOf, type CheckContext } from './checkContext';
import { inspection, ok, problem, warning, type Inspection, type Judgement } from './finding';

/** None where nothing is locked, or its locks are not renewed. */
export function lockSweepsCheck(context: CheckContext): Inspection[] {
  const { settings, nowMs } = context;
  if (!renewedLocks(settings.destination)) return [];
  return [
    lockSweepsInspection('lock-sweeps', { bucket: bucketOf(context, 'destination'), prefix: settings.prefix, nowMs }),
  ];
}

/** The same of one table's locks. */
export function locksCheck(context: CheckContext, table: TableLocation): Inspection[] {
  if (!renewedLocks(context.settings.destination)) return [];
  return [locksInspection('locks', { bucket: bucketOf(context, 'destination'), nowMs: context.nowMs }, table)];
}

interface LockedBucket {
  readonly bucket: S3ClientSettings & { readonly bucket: string };
  readonly prefix: string;
  readonly nowMs: () => number;
}

const REMEDY = 'see the logs of the function that renews locks; dcs lock does the same by hand';

/** Where the sweeps stand that renew locks: how many versions stay locked, and how many could not be. */
export function lockSweepsInspection(id: string, { bucket, prefix, nowMs }: LockedBucket): Inspection {
  const permission = `s3:ListBucket and s3:GetObject on ${lockSweepsKey(prefix)}`;
  return inspection(
    { side: 'destination', subject: `destination bucket ${bucket.bucket}`, permission },
    async () => readSweeps(await s3TextStore(bucket).read(lockSweepsKey(prefix))),
    { [id]: (sweeps) => judgeSweeps(sweeps, nowMs()) },
  );
}

function judgeSweeps(sweeps: Sweeps, nowMs: number): Judgement {
  const { last, underWay } = sweeps;
  const values = { sweptAt: last?.startedAt ?? null, unlocked: last?.counts.left ?? null };
  const expected = 'all of it looked at six times in a retention';
  if (!last) {
    if (!underWay) return { ...problem('nothing has been looked at yet', expected, REMEDY), values };
    return {
      ...warning(
        `the first look goes on: ${counted(underWay.counts.versions, 'version')}`,
        expected,
        'look again later',
      ),
      values,
    };
  }
  const ageMs = sweepAgeMs(sweeps, nowMs) ?? 0;
  const { versions, foundUnlocked, left } = last.counts;
  const found = `${counted(versions, 'version')}, looked at ${duration(ageMs)} ago; ${count(foundUnlocked)} were unlocked and ${counted(left, 'object')} could not be locked`;
  if (left > 0) return { ...problem(`${found}: ${last.examples.join('; ')}`, 'none left', REMEDY), values };
  if (ageMs > heldMs(last.rule)) return { ...problem(found, expected, REMEDY), values };
  return { ...(ageMs > 1.5 * sweepEveryMs(last.rule) ? warning(found, expected, REMEDY) : ok(found)), values };
}

const SAMPLE = 50;

/** Whether the first objects of a table are locked, as S3 itself tells: what is remembered of sweeps proves nothing. */
export function locksInspection(
  id: string,
  { bucket, nowMs }: Omit<LockedBucket, 'prefix'>,
  table: TableLocation,
): Inspection {
  const permission = 's3:ListBucketVersions, s3:GetObject and s3:GetObjectRetention';
  return inspection(
    { side: 'destination', subject: `table ${table.tableName}`, permission },
    async () => {
      const locks = s3LockStore(bucket);
      const grouping = new HistoryGrouping();
      const page = await s3VersionLister(bucket).page(tablePrefix(table));
      const histories = [...grouping.add(page), ...(page.next ? [] : grouping.rest())].slice(0, SAMPLE);
      const found = { looked: 0, unlocked: [] as string[] };
      await inParallel(histories, 16, async (history) => {
        const kind = keptLocked(history.objectKey, table.prefix);
        if (kind === undefined) return;
        for (const { version, lock } of await versionsToLock(locks, history, kind)) {
          found.looked += 1;
          if (!isInForce(lock, nowMs())) found.unlocked.push(version.objectKey);
        }
      });
      return found;
    },
    {
      [id]: ({ looked, unlocked }) => {
        if (unlocked.length === 0) return ok(`${count(looked)} of its versions looked at, all locked`);
        const words = `${count(unlocked.length)} of ${count(looked)} are not locked, such as ${unlocked[0] ?? ''}`;
        return problem(
          words,
          'what is current is locked',
          `${REMEDY} (and see that s3:GetObjectRetention is allowed, or S3 tells of no lock)`,
        );
      },
    },
  );
}
