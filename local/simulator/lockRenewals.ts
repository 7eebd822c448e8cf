import type { LockRule, VersionLock } from '../../core/lockRenewal';
import { S3Error } from '../../aws/s3Error';
import { lockSweepsKey } from '../../core/serviceKeys';
import { bucketCalls } from './bucketCalls';
import { promised } from './judge';
import { renewalOfLocks } from './operators';
import { Process } from './process';
import type { S3Bucket } from './s3';
import { imagesOf, isSameChange, newestOf, objectKeyOf } from './seenImages';
import { copiesOf, isOfJournal } from './seenJournal';
import type { World } from './world';

export interface LockSettings {
  readonly rule: LockRule;
  /** The share of runs that end somewhere in their middle. */
  readonly crashes: number;
  /** Pages of the listing for which a run has time. */
  readonly pages: number;
  /** The share of runs whose machine stands still for hours, as those of `dcs lock` on a laptop. */
  readonly paused: number;
}

const DAY_MS = 86_400_000;
const LONGEST_PAUSE_MS = 2 * DAY_MS;
/** A sixth of the retention is there for each sweep, as docs/format.md says; the function is called four times in it. */
const [SWEEPS_PER_RETENTION, RUNS_PER_SWEEP] = [6, 4];

/** The function that renews the locks of the destination bucket, on its schedule; and whoever judges what is locked. */
export class LockRenewals {
  private runs = 0;
  /** Of a run that ended well, when everything was over. */
  private untilMs = Infinity;

  constructor(
    private readonly world: World,
    private readonly bucket: S3Bucket,
    private readonly ids: () => readonly string[],
    private readonly settings: LockSettings,
    private readonly count: (what: string) => void,
  ) {
    bucket.defaultLock = settings.rule;
    bucket.onLock = (objectKey, before, wanted) => this.judgeLock(objectKey, before, wanted);
    world.after(this.everyMs, () => this.run());
  }

  /** Nothing fails any more. When the last machine that stood still has woken, the function runs for one retention. */
  end(): void {
    this.untilMs = this.world.nowMs + LONGEST_PAUSE_MS + this.retentionMs;
  }

  /** "What is current stays locked" for as long after the beginning of a whole sweep as two of them may take. */
  judge(): void {
    const { nowMs } = this.world;
    const last = this.lastSweep();
    if (!last || last.left > 0 || nowMs > last.startedAtMs + (2 * this.retentionMs) / SWEEPS_PER_RETENTION) return;
    this.count('looks at all locks');
    const unlocked = this.ids().filter((id) => !this.isLocked(id));
    const when = new Date(nowMs).toISOString();
    promised('no version in force loses its lock', unlocked.length === 0, `${unlocked.join(', ')} at ${when}`);
  }

  /** Once all trouble is over. */
  judgeEnd(): void {
    this.judge();
    const last = this.lastSweep();
    const isLate = !last || last.left > 0 || last.startedAtMs < this.untilMs - this.retentionMs;
    promised('a renewal that was killed goes on', !isLate, JSON.stringify(last ?? null));
  }

  private get retentionMs(): number {
    return this.settings.rule.retentionDays * DAY_MS;
  }

  private get everyMs(): number {
    return this.retentionMs / SWEEPS_PER_RETENTION / RUNS_PER_SWEEP;
  }

  private run(): void {
    const { world, settings, bucket } = this;
    if (world.nowMs > this.untilMs) return;
    this.judge();
    const name = `renewal ${++this.runs}`;
    const random = world.random(name);
    const crashAtCall = !world.isCalm && random.chance(settings.crashes) ? random.between(1, 30) : undefined;
    const isPaused = !world.isCalm && random.chance(settings.paused);
    const pause = isPaused && { pauseAtCall: random.between(1, 20), pauseMs: random.between(60_000, LONGEST_PAUSE_MS) };
    const process = new Process(name, world, random, { crashAtCall, ...pause });
    let pages = world.isCalm ? Infinity : settings.pages;
    const renewed = process.run(() =>
      renewalOfLocks(process, bucketCalls(process, bucket), settings.rule, () => (pages -= 1) > 0),
    );
    void renewed.then(
      (result) => this.count(result === 'crashed' ? 'renewals that crashed' : 'renewals of locks'),
      (error: unknown) => {
        if (!(error instanceof S3Error)) world.fail(error as Error);
      },
    );
    world.after(this.everyMs, () => this.run());
  }

  private judgeLock(objectKey: string, before: VersionLock | undefined, wanted: VersionLock): void {
    if (!before || before.untilMs <= this.world.nowMs) return;
    const isLonger = wanted.untilMs >= before.untilMs && wanted.mode === before.mode;
    if (!isLonger) this.world.fail(promisedError(`${objectKey} until ${before.untilMs}, then ${wanted.untilMs}`));
  }

  /** The current version, and the newest image where that is another; under a delete marker that alone, unless it is a tombstone. */
  private isLocked(id: string): boolean {
    // What lies under a delete marker in a journal may go once it is covered, and a listing does not tell whether it is.
    const stored = imagesOf(this.bucket, id).filter(({ version }) => !isOfJournal(version));
    // What is in a run may have no lock in the journal any more, and what is in a base none in a run.
    const ofJournal = copiesOf(this.bucket, objectKeyOf(id)).filter(({ version }) => version.isLatest);
    const images = [...stored, ...ofJournal];
    const last = this.bucket.versionsOf(objectKeyOf(id)).at(-1);
    const newest = newestOf(images);
    const isInForce = (lock: VersionLock | undefined) => lock !== undefined && lock.untilMs > this.world.nowMs;
    const isNewestLocked = !newest || images.some((one) => isSameChange(one, newest) && isInForce(one.version.lock));
    // Of the copies of a change in a journal, its runs and bases, one is enough.
    if (!last) return isNewestLocked;
    if (last.isDeleteMarker) return isNewestLocked || newest.text === 'none';
    return isNewestLocked && isInForce(last.lock);
  }

  private lastSweep(): { startedAtMs: number; left: number } | undefined {
    const kept = this.bucket.versionsOf(lockSweepsKey('')).at(-1);
    if (!kept) return undefined;
    const { last } = JSON.parse(kept.body) as { last?: { startedAt: string; counts: { left: number } } };
    return last && { startedAtMs: Date.parse(last.startedAt), left: last.counts.left };
  }
}

function promisedError(message: string): Error {
  try {
    promised('a renewal never shortens a lock', false, message);
  } catch (error) {
    return error as Error;
  }
  throw new Error('promised() throws what is not so');
}
