import type { Context } from 'aws-lambda';
import { setMaxListeners } from 'node:events';
import { s3BytesStore } from '../../aws/bytesStore';
import { publishMetric } from '../../aws/cloudWatch';
import { s3VersionLister } from '../../aws/objectVersions';
import { s3TagStore } from '../../aws/objectTags';
import { s3ServiceClock } from '../../aws/serviceClock';
import { DcsError } from '../../core/errors';
import { compactAndTell } from '../../operations/journal/compact/compactAndTell';
import { journalMetric } from '../../settings/metrics';
import { compactedTable, compactorSettings, type CompactorEvent } from './settings';

const settings = compactorSettings(process.env);
const { bucket, region } = settings;
const s3 = { region, bucket };
const machine = { nowMs: Date.now, monotonicMs: () => performance.now() };

/** For what tells how it ended: a listing of runs and bases, and the metrics. */
const TELLING_MS = 60_000;
/** What is under way then is given up: it has been written in vain, and is written again. */
const GIVING_UP_MS = 5_000;

/** Runs every hour, once for each table with a journal. What it has no time for is done by the next run. */
export async function handler(
  event: CompactorEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<object> {
  const table = compactedTable(settings, event);
  const ending = new AbortController();
  const outOfTime = new DcsError(
    `the compactor of ${table.tableName} was stopped, for the function's time was over: raise compactor.memoryMb. Nothing is lost; the next run goes on`,
  );
  setMaxListeners(0, ending.signal); // every call under way listens to it
  const timer = setTimeout(() => ending.abort(outOfTime), context.getRemainingTimeInMillis() - GIVING_UP_MS);
  try {
    const { nowMs } = await s3ServiceClock(s3, machine);
    const bytes = s3BytesStore(s3);
    const run = await compactAndTell(
      {
        ...{ table, bytes, nowMs, reads: { lister: s3VersionLister(s3), bytes }, tags: s3TagStore(s3) },
        timeLeftMs: () => context.getRemainingTimeInMillis() - TELLING_MS,
        signal: ending.signal,
      },
      {
        say: (text) => console.log(text),
        publish: (name, value) => {
          const unit = name === 'UnreadableJournalObjects' ? 'Count' : 'Seconds';
          const metric = journalMetric(name, table.tableName, { bucketName: bucket, region });
          return publishMetric(metric, value, unit, { region });
        },
      },
    );
    console.log(JSON.stringify({ table: table.tableName, ...run }));
    return run;
  } finally {
    clearTimeout(timer);
  }
}
