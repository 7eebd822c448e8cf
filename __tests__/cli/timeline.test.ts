import { coloursFor } from '../../cli/output/colours';
import { outputTo } from '../../cli/output/output';
import { reportTimeline } from '../../cli/timeline/reporting';

const FROM_MS = Date.UTC(2026, 10, 23, 14, 5);
const bucket = (minute: number, change: number) => ({
  ...{ atMs: FROM_MS + minute * 60_000, insert: 0, change, delete: 0, timeToLive: 0 },
});

function reported(json: boolean, columns?: number): string {
  const written: string[] = [];
  const sink = { write: (text: string) => void written.push(text), isTTY: columns !== undefined, columns };
  const output = outputTo({ stdout: sink, stderr: sink, json, colours: coloursFor({}, {}), nowMs: () => 0 });
  const burst = { fromMs: FROM_MS, toMs: FROM_MS + 120_000, changes: 75, usual: 0.9375, times: 40 };
  reportTimeline(output, {
    ...{ buckets: [bucket(0, 74), bucket(1, 1), bucket(2, 0)], bucketMs: 60_000, bursts: [burst], items: 75 },
    ...{
      counts: { insert: 0, change: 75, delete: 0, timeToLive: 0 },
      table: 'users',
      in: 's3://b',
      byTimeToLive: false,
      unknown: 0,
    },
  });
  return written.join('');
}

test('a burst is named, with the commands that show it and undo it; the bars are a share of the highest', () => {
  expect(reported(false)).toBe(
    [
      `2026-11-23 14:05  ${'█'.repeat(36)} ~74`,
      `2026-11-23 14:06  ▌${' '.repeat(35)} ~1`,
      '2026-11-23 14:07',
      '2026-11-23T14:05:00Z to 2026-11-23T14:07:00Z: 75 changes, 40 × the usual',
      '    what they were:  dcs diff users --from 2026-11-23T14:04:59Z --to 2026-11-23T14:07:00Z',
      '    undone:          dcs revert users --from 2026-11-23T14:04:59Z --to 2026-11-23T14:07:00Z --dry-run',
      'users in s3://b, times in UTC: new 0, changed 75, deleted 0; 75 items with images',
      '',
    ].join('\n'),
  );
  expect(reported(true)).toContain(
    '{"type":"burst","from":"2026-11-23T14:05:00.000Z","to":"2026-11-23T14:07:00.000Z","changes":75,"usualInAMinute":0.938,"times":40}',
  );
});

test.each([80, 120, 200])('at %d columns the bars take the room that is there, and each is on one line', (columns) => {
  const bars = reported(false, columns)
    .split('\n')
    .filter((line) => line.startsWith('2026-11-23 14:05 '));
  expect(bars.map((line) => line.length)).toEqual([Math.min(columns - 44, 100) + 22]);
});
