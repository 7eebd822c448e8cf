import { z } from 'zod';
import { sweepEveryMs, DAY_MS, type LockRule } from '../../core/lockRenewal';

/*
 * Where the sweeps stand, as it is kept in the bucket: a sweep looks at all that stays locked, and may take many runs. What is remembered
 * here is that something has been done; where it is lost or cannot be read, all is done again.
 */

const rule = z.object({ mode: z.enum(['COMPLIANCE', 'GOVERNANCE']), retentionDays: z.int().min(1) });
const time = z.iso.datetime();
const number = z.int().min(0);

const counts = z.object({
  /** Versions that stay locked, as far as the sweep has come. */
  versions: number,
  renewed: number,
  /** Of these, how many were without a lock when they were found. */
  foundUnlocked: number,
  /** How many stay in GOVERNANCE mode although the settings want COMPLIANCE. */
  weaker: number,
  /** Objects that could not be looked at or locked. */
  left: number,
});
const sweep = z.object({ rule, startedAt: time, counts, examples: z.array(z.string()) });
const sweeps = z.object({
  format: z.literal('1'),
  /** The one under way; it has dealt with all keys up to `after`. */
  underWay: sweep.extend({ after: z.string().optional() }).optional(),
  /** The last one that has dealt with everything. */
  last: sweep.extend({ endedAt: time }).optional(),
});

export type Sweeps = z.output<typeof sweeps>;
export type Sweep = NonNullable<Sweeps['underWay']>;
export type EndedSweep = NonNullable<Sweeps['last']>;
export type SweepCounts = z.output<typeof counts>;

export const NO_SWEEPS: Sweeps = { format: '1' };

/** What was kept; as if nothing had been kept, where it cannot be read. */
export function readSweeps(text: string | undefined): Sweeps {
  try {
    const { success, data } = sweeps.safeParse(JSON.parse(text ?? ''));
    return success ? data : NO_SWEEPS;
  } catch (error) {
    if (error instanceof SyntaxError) return NO_SWEEPS;
    throw error;
  }
}

export function sweepsText(kept: Sweeps): string {
  return `${JSON.stringify(kept, null, 2)}\n`;
}

export function newSweep(rule: LockRule, nowMs: number): Sweep {
  const nothing = { versions: 0, renewed: 0, foundUnlocked: 0, weaker: 0, left: 0 };
  return { rule, startedAt: new Date(nowMs).toISOString(), counts: nothing, examples: [] };
}

/**
 * The sweep to go on with, or to begin; undefined where none is due. Other settings than those of the last one, or something that it
 * could not lock, make one due sooner.
 */
export function sweepToDo({ underWay, last }: Sweeps, rule: LockRule, nowMs: number): Sweep | undefined {
  if (underWay && isSame(underWay.rule, rule) && Date.parse(underWay.startedAt) <= nowMs) return underWay;
  const every = sweepEveryMs(rule);
  const dueInMs =
    last === undefined || !isSame(last.rule, rule) ? 0 : last.counts.left > 0 ? Math.min(every, DAY_MS) : every;
  const sinceMs = last === undefined ? Infinity : nowMs - Date.parse(last.startedAt);
  const isDue = sinceMs >= dueInMs - RUNS_EVERY_MS || sinceMs < 0;
  return isDue ? newSweep(rule, nowMs) : undefined;
}

/** So often the function runs: rather begun one run early than late. */
export const RUNS_EVERY_MS = 15 * 60_000;

function isSame(a: LockRule, b: LockRule): boolean {
  return a.mode === b.mode && a.retentionDays === b.retentionDays;
}

/** For how long not everything has been looked at: since the last whole sweep began, or the first one. Undefined before any. */
export function sweepAgeMs({ underWay, last }: Sweeps, nowMs: number): number | undefined {
  const since = last?.startedAt ?? underWay?.startedAt;
  return since === undefined ? undefined : Math.max(0, nowMs - Date.parse(since));
}

/** What could not be locked, by the last whole sweep or by the one under way. */
export function unlockedVersions({ underWay, last }: Sweeps): number {
  return Math.max(underWay?.counts.left ?? 0, last?.counts.left ?? 0);
}
