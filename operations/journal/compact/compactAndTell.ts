import { count } from '../../../core/units';
import type { JournalMetric } from '../../../settings/metrics';
import { catalogOf } from '../runs/catalog';
import { baseAgeMs, isBaseDue } from './baseAge';
import { compactTable, type Compacted, type CompactRequest } from './compactTable';

/** Where the compactor tells what it did. */
export interface CompactorTells {
  readonly say: (text: string) => void;
  /** Publishes a metric. */
  readonly publish: (name: JournalMetric, value: number) => Promise<void>;
}

export interface CompactorRun extends Compacted {
  readonly baseAgeSeconds: number;
  readonly unfoldedJournalAgeSeconds: number;
}

/**
 * One run of the compactor for one table, with a base where one is due. What it comes to is published at its end alone: a run that fails
 * says nothing, and the alarms are about that.
 */
export async function compactAndTell(
  request: Omit<CompactRequest, 'tasks'>,
  { say, publish }: CompactorTells,
): Promise<CompactorRun> {
  const { reads, table, nowMs, signal } = request;
  const base = isBaseDue(await catalogOf(reads, table, signal), nowMs());
  const compacted = await compactTable(
    { ...request, tasks: { base } },
    {
      onRun: (name, lines) => say(`run ${name}: ${count(lines)} lines`),
      onMerge: (name, lines) => say(`merged into run ${name}: ${count(lines)} lines`),
      onBase: (name, items) => say(`base ${name}: ${count(items)} items`),
      onUnreadable: (objectKey, reason) => say(`${objectKey} cannot be read: ${reason}`),
    },
  );
  const run = {
    ...compacted,
    baseAgeSeconds: seconds(baseAgeMs(await catalogOf(reads, table, signal), nowMs())),
    unfoldedJournalAgeSeconds: seconds(unfoldedAgeMs(compacted, nowMs())),
  };
  await publish('UnfoldedJournalAgeSeconds', run.unfoldedJournalAgeSeconds);
  await publish('BaseAgeSeconds', run.baseAgeSeconds);
  await publish('UnreadableJournalObjects', run.unreadable);
  return run;
}

/** What is left when there was time for all of it cannot be read, which is told by itself. */
function unfoldedAgeMs({ isFinished, oldestUnfoldedAtMs }: Compacted, nowMs: number): number {
  return isFinished || oldestUnfoldedAtMs === undefined ? 0 : Math.max(0, nowMs - oldestUnfoldedAtMs);
}

function seconds(ms: number): number {
  return Math.round(ms / 1_000);
}
