import type { Context } from 'aws-lambda';
import { setMaxListeners } from 'node:events';
import { credentialsOf } from '../../aws/credentials';
import { DcsError } from '../../core/errors';
import { realPause } from '../../operations/pace';
import { scheduledDrill } from '../../operations/drill/scheduledDrill';
import { drilledTable, drillSettings, type DrillEvent } from './settings';

const settings = drillSettings(process.env);
const { bucket, region, sampleItemCount, sourceAccountId, sourceRegion, readerRoleArn } = settings;

const WAIT_MS = 120_000;
/** What removing a table and writing the end of a report take at most. */
const RESERVED_MS = 120_000;

/** Drills one table on a schedule. Whatever somebody has to look at fails the invocation, which an alarm watches. */
export async function handler(event: DrillEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<object> {
  const table = drilledTable(settings, event);
  const ending = new AbortController();
  const outOfTime = new DcsError(
    `the drill of ${table.tableName} was stopped, for the function's time was nearly over: set drill.sampleItemCount lower, or drill from a machine (dcs drill) and set drill.enabled to false`,
  );
  setMaxListeners(0, ending.signal); // every call under way listens to it
  const timer = setTimeout(() => ending.abort(outOfTime), context.getRemainingTimeInMillis() - RESERVED_MS);
  try {
    const { listedDifferences, ...summary } = await scheduledDrill({
      ...{ table, sampleItemCount, waitMs: WAIT_MS, signal: ending.signal, nowMs: Date.now, pause: realPause },
      destination: { region, s3: { region, bucket }, dynamoDb: { region }, sts: { region } },
      aims: event.aims ?? {},
      scope: { sourceAccountId, sourceRegion },
      live: {
        name: `${table.tableName} in ${sourceAccountId}, ${sourceRegion}`,
        dynamoDb: {
          region: sourceRegion,
          credentials: credentialsOf({ roleArn: readerRoleArn, region: sourceRegion }),
        },
      },
      say: (text) => console.warn(text),
    });
    console.log(JSON.stringify({ ...summary, listed: listedDifferences.length }));
    return summary;
  } finally {
    clearTimeout(timer);
  }
}
