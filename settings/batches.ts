import type { Settings } from './schema';
import type { TableSettings } from './tables';

/** How changes of a table are stored: an object each, or a batch of them in one. */
export type Layout = TableSettings['layout'];

/** How the batches of a table are made: as many records, or as many seconds, whichever comes first. Lambda stops at 6 MB besides. */
export interface BatchSettings {
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
}

/** A batch of the journal is one object however large it is, so it is as large as Lambda makes it. */
export const JOURNAL_BATCH: BatchSettings = { batchSize: 10_000, batchingWindowSeconds: 10 };

export function batchOf(
  { layout, batchSize, batchingWindowSeconds }: Pick<TableSettings, 'layout' | keyof BatchSettings>,
  capture: Pick<Settings['capture'], keyof BatchSettings>,
): BatchSettings {
  const unsaid = layout === 'journal' ? JOURNAL_BATCH : capture;
  return {
    batchSize: batchSize ?? unsaid.batchSize,
    batchingWindowSeconds: batchingWindowSeconds ?? unsaid.batchingWindowSeconds,
  };
}
