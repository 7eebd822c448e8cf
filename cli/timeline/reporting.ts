import type { Burst } from '../../core/bursts';
import { plainJson } from '../../core/plainJson';
import { count, counted, utc } from '../../core/units';
import type { ImageSource } from '../../operations/images/imageSource';
import type { Bucket } from '../../operations/timeline/histogram';
import type { Timeline } from '../../operations/timeline/timelineOfTable';
import { keysInObject } from '../../operations/verify/keysInObject';
import type { ConfiguredTable } from '../../settings/configuredTable';
import type { Output } from '../output/output';

interface Shown extends Omit<Timeline, 'bursts'> {
  readonly bursts: readonly Burst[];
  readonly table: string;
  readonly in: string;
  readonly byTimeToLive: boolean;
  /** Items of whose changes it is not known whether they are chosen. */
  readonly unknown: number;
}

/** Beside a bar stand its time and its counts. */
const [BESIDE_BAR, NARROWEST_BAR, WIDEST_BAR] = [44, 16, 100];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export interface Changed {
  readonly objectKey: string;
  readonly times: number;
  readonly lastAtMs: number;
}

/** The items that were changed, by their keys: what an object key had to shorten, an image tells. */
export async function listChanged(
  output: Output,
  source: ImageSource,
  table: ConfiguredTable,
  changed: readonly Changed[],
): Promise<void> {
  for (const { objectKey, times, lastAtMs } of changed) {
    const keys = await keysInObject([source], table, table.keyTypes, objectKey);
    const name = keys ? plainJson(keys) : objectKey;
    output.result(
      { type: 'changed', objectKey, ...(keys && { keys }), times, changedAt: iso(lastAtMs) },
      `${utc(lastAtMs)}  ${name}${times > 1 ? `  (${count(times)} changes)` : ''}`,
    );
  }
}

/** The histogram, the bursts in it with what to run next, and the sum. */
export function reportTimeline(output: Output, shown: Shown): void {
  const { buckets, bucketMs, bursts, table, counts, items } = shown;
  const most = Math.max(1, ...buckets.map(changesIn));
  const barWidth = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, (output.columns ?? 80) - BESIDE_BAR));
  for (const bucket of buckets) {
    const { atMs, insert, change, delete: deletes, timeToLive } = bucket;
    const isInBurst = bursts.some(({ fromMs, toMs }) => fromMs < atMs + bucketMs && toMs > atMs);
    output.result(
      {
        ...{ type: 'bucket', from: iso(atMs), to: iso(atMs + bucketMs), insert, change, delete: deletes },
        ...(shown.byTimeToLive && { timeToLive }),
      },
      line(output, bucket, { most, bucketMs, barWidth, isInBurst, byTimeToLive: shown.byTimeToLive }),
    );
  }
  for (const burst of bursts) sayBurst(output, table, burst);
  const sum = `new ${count(counts.insert)}, changed ${count(counts.change)}, deleted ${count(counts.delete)}`;
  const notKnown = shown.unknown > 0 ? `; not known of ${counted(shown.unknown, 'item')}, listed above` : '';
  const byTimeToLive = shown.byTimeToLive ? ` (${count(counts.timeToLive)} by time to live)` : '';
  output.result(
    {
      ...{ type: 'timeline', table, in: shown.in, bucketSeconds: bucketMs / 1_000, items, bursts: bursts.length },
      ...{ insert: counts.insert, change: counts.change, delete: counts.delete },
      ...(shown.byTimeToLive && { timeToLive: counts.timeToLive }),
      ...(shown.unknown > 0 && { unknown: shown.unknown }),
    },
    `${table} in ${shown.in}, times in UTC: ${sum}${byTimeToLive}; ${counted(items, 'item')} with images${notKnown}`,
  );
}

function sayBurst(output: Output, table: string, { fromMs, toMs, changes, usual, times }: Burst): void {
  const usually = Number.isFinite(times) ? `${count(Math.round(times))} × the usual` : 'and nothing elsewhere';
  // What happened within the second of --from is before the window.
  const window = `--from ${utc(fromMs - 1_000)} --to ${utc(toMs)}`;
  output.result(
    {
      ...{ type: 'burst', from: iso(fromMs), to: iso(toMs), changes, usualInAMinute: round(usual) },
      times: Number.isFinite(times) ? round(times) : null,
    },
    output.colours.doubtful(`${utc(fromMs)} to ${utc(toMs)}: ${counted(changes, 'change')}, ${usually}`) +
      `\n    what they were:  dcs diff ${table} ${window}\n    undone:          dcs revert ${table} ${window} --dry-run`,
  );
}

function line(
  output: Output,
  bucket: Bucket,
  {
    most,
    bucketMs,
    barWidth,
    isInBurst,
    byTimeToLive,
  }: { most: number; bucketMs: number; barWidth: number; isInBurst: boolean; byTimeToLive: boolean },
): string {
  const { colours } = output;
  const changes = changesIn(bucket);
  const bar = barOf(changes / most, barWidth);
  const { insert, change, delete: deletes, timeToLive } = bucket;
  const parts = [
    ...(insert > 0 ? [`+${count(insert)}`] : []),
    ...(change > 0 ? [`~${count(change)}`] : []),
    ...(deletes > 0 ? [`-${count(deletes)}`] : []),
    ...(byTimeToLive && timeToLive > 0 ? [`(ttl ${count(timeToLive)})`] : []),
  ];
  const shown = isInBurst ? colours.doubtful(bar) : colours.good(bar);
  return `${label(bucket.atMs, bucketMs)}  ${shown}${' '.repeat(barWidth - bar.length)} ${parts.join(' ')}`.trimEnd();
}

const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/** A bar of up to so many characters, an eighth at least where there is anything. */
function barOf(share: number, width: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * width * 8));
  return ('█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')).trimEnd();
}

function label(atMs: number, bucketMs: number): string {
  const text = iso(atMs);
  if (bucketMs >= DAY_MS) return text.slice(0, 10);
  return text.slice(0, bucketMs >= MINUTE_MS ? 16 : 19).replace('T', ' ');
}

function changesIn({ insert, change, delete: deletes }: Bucket): number {
  return insert + change + deletes;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function round(number: number): number {
  return Math.round(number * 1_000) / 1_000;
}
