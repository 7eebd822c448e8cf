import { metricValues } from '../../aws/cloudWatch';
import { count, duration } from '../../core/units';
import { MOST_BASE_SECONDS, MOST_UNFOLDED_SECONDS } from '../../settings/compactor';
import { journalMetric, type JournalMetric } from '../../settings/metrics';
import type { CheckContext } from './checkContext';
import { inspection, ok, problem, type Inspection, type Judgement } from './finding';

const LOOKED_BACK_MS = 3 * 3_600_000;

/** What the compactor published last; undefined: nothing for three hours. */
export interface JournalState {
  readonly unfoldedSeconds?: number;
  readonly baseSeconds?: number;
  readonly unreadable?: number;
}

/** Where the compactor has got to with one table, as it says itself every hour. */
export function journalInspection(
  id: string,
  { settings, destination, nowMs }: Pick<CheckContext, 'settings' | 'destination' | 'nowMs'>,
  tableName: string,
): Inspection {
  const subject = {
    side: 'destination',
    subject: `table ${tableName}`,
    permission: 'cloudwatch:GetMetricData',
  } as const;
  return inspection(
    subject,
    async (): Promise<JournalState> => {
      const window = { fromMs: nowMs() - LOOKED_BACK_MS, toMs: nowMs() };
      const newest = async (name: JournalMetric) =>
        (await metricValues(journalMetric(name, tableName, settings.destination), window, destination.cloudWatch))[0];
      const [unfolded, base, unreadable] = await Promise.all(
        (['UnfoldedJournalAgeSeconds', 'BaseAgeSeconds', 'UnreadableJournalObjects'] as const).map(newest),
      );
      return { unfoldedSeconds: unfolded?.value, baseSeconds: base?.value, unreadable: unreadable?.value };
    },
    { [id]: judgeJournal },
  );
}

export function judgeJournal({ unfoldedSeconds, baseSeconds, unreadable }: JournalState): Judgement {
  const remedy = 'see the logs of the compactor; nothing is lost by it, for what is in no run is read where it is';
  const expected = `nothing unfolded for more than ${ago(MOST_UNFOLDED_SECONDS)}, a base no older than ${ago(MOST_BASE_SECONDS)}, all of it readable`;
  const values = {
    unfoldedJournalSeconds: unfoldedSeconds ?? null,
    baseAgeSeconds: baseSeconds ?? null,
    unreadableJournalObjects: unreadable ?? null,
  };
  if (unfoldedSeconds === undefined || baseSeconds === undefined || unreadable === undefined)
    return { ...problem('the compactor has told nothing for three hours', expected, remedy), values };
  const found = [
    unfoldedSeconds === 0 ? 'all of the journal is in runs' : `the journal of ${ago(unfoldedSeconds)} is in no run`,
    baseSeconds === 0 ? 'all runs are in the base' : `the base is ${ago(baseSeconds)} old`,
    ...(unreadable === 0 ? [] : [`${count(unreadable)} of its objects cannot be read`]),
  ].join(', ');
  const isRight = unfoldedSeconds <= MOST_UNFOLDED_SECONDS && baseSeconds <= MOST_BASE_SECONDS && unreadable === 0;
  return { ...(isRight ? ok(found) : problem(found, expected, remedy)), values };
}

function ago(seconds: number): string {
  return duration(seconds * 1_000);
}
