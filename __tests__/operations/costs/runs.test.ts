import { keepingOf } from '../../../operations/costs/keeping';
import { runsOf } from '../../../operations/costs/runs';
import { runsToMerge } from '../../../operations/journal/compact/runsToMerge';
import { COMPACT_LIMITS, mergeBytesIn } from '../../../operations/journal/compact/request';
import type { StoredRun } from '../../../operations/journal/runs/catalog';
import { COMPACTOR_TIMEOUT_SECONDS } from '../../../settings/compactor';
import { givenSettingsSchema } from '../../../settings/schema';

const HOURS = 1_100;

/** How often the lines of the first hour are merged, by the compactor's own choice, where it has all of its time for each merge. */
function mergesOf(hourlyBytes: number): number {
  const most = Math.min(COMPACT_LIMITS.mergeBytes, mergeBytesIn(COMPACTOR_TIMEOUT_SECONDS * 1_000));
  let runs: StoredRun[] = [];
  for (let hour = 0; hour < HOURS; hour += 1) {
    runs.push(runOf(`run ${hour}`, 0, hourlyBytes));
    for (let next = chosen(runs, most); next; next = chosen(runs, most)) {
      const [first, ...others] = next;
      const { level } = first.manifest;
      const merged = runOf(first.name, level + 1, bytesOf(first) + others.reduce((sum, run) => sum + bytesOf(run), 0));
      const gone = new Set<StoredRun>(next);
      runs = runs.flatMap((run) => (run === first ? [merged] : gone.has(run) ? [] : [run]));
    }
  }
  return runs[0]?.manifest.level ?? NaN;
}

function chosen(runs: readonly StoredRun[], most: number): [StoredRun, ...StoredRun[]] | undefined {
  return runsToMerge({ runs, bases: [] } as never, most) as [StoredRun, ...StoredRun[]] | undefined;
}

function runOf(name: string, level: number, bytes: number): StoredRun {
  const manifest = { name, level, merged: [], mergedBefore: [], parts: [{ bytes }] };
  return { name, isCovered: true, manifest } as unknown as StoredRun;
}

const bytesOf = ({ manifest }: StoredRun) => manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0);

test.each([1, 10, 100, 1_000, 5_000])('a line of %d changes a second is merged as often as it is reckoned', (rate) => {
  const workload = {
    ...{ items: 1_000_000, itemBytes: 600, changesPerSecond: rate, shards: 1, indexes: 0, versions: 0 },
    ...{ sourceRegion: 'us-east-1', destinationRegion: 'us-east-1', keeping: keepingOf(givenSettingsSchema.parse({})) },
  };
  const { merges, dailyBytes } = runsOf(workload, 262_800);
  expect(merges).toBe(mergesOf(dailyBytes / 24));
});
