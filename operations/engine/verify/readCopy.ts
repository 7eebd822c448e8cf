import type { EngineStore } from '../../../aws/engineStore';
import { REST_PARTS } from '../foldRange';
import type { FoldedState, RangeSource } from '../rangeSource';
import { EntryFiles, type Entry } from './entryFiles';
import type { VerifyResult, VerifyTask } from './verifyTasks';

export interface ReadRequest<Is extends VerifyTask['is']> {
  readonly task: Extract<VerifyTask, { is: Is }>;
  readonly store: Pick<EngineStore, 'write'>;
  /** Of this attempt, ending with a slash. */
  readonly folder: string;
  readonly partitions: number;
  /** Whether time is nearly over. What is left then is handed back. */
  readonly isOver: () => boolean;
  readonly fileEntries?: number;
}

/** Reads a range of the copy, as it was at the moment; nothing is said of what was deleted by then. */
export async function readCopy({
  source,
  restParts = REST_PARTS,
  ...request
}: ReadRequest<'copy'> & { readonly source: RangeSource; readonly restParts?: number }): Promise<VerifyResult> {
  const { task, store, folder, partitions, isOver, fileEntries } = request;
  const files = new EntryFiles(store, `${folder}copy-`, partitions, fileEntries);
  let stoppedAt: string | undefined;
  for await (const { states, upTo } of source.states(task)) {
    for (const state of states) {
      const entry = entryOf(state);
      if (entry) await files.add(entry);
    }
    if (!isOver() || upTo === task.upTo) continue;
    stoppedAt = upTo;
    break;
  }
  const ended = await files.end();
  const left = stoppedAt === undefined ? undefined : { after: stoppedAt, ...(task.upTo && { upTo: task.upTo }) };
  const ranges = left ? await source.divide(left, restParts) : [];
  const rest = ranges.map((range) => ({ is: 'copy' as const, ...range }));
  return { format: '1', id: task.id, is: 'copy', ...ended, rest };
}

/** Undefined where there is no item. */
export function entryOf(state: FoldedState): Entry | undefined {
  const { objectKey } = state;
  const ahead = 'ahead' in state && state.ahead !== undefined ? ({ doubt: 'ahead', reason: state.ahead } as const) : {};
  if (state.is === 'item') return { objectKey, digest: state.digest, ...ahead };
  if (state.is === 'archived') {
    const { digest, version } = state;
    if (digest !== undefined) return { objectKey, digest, ...ahead };
    return {
      ...{ objectKey, doubt: 'archived' },
      reason: `the version ${version.versionId} is in ${version.storageClass}, and its metadata has no digest: ask it back (dcs restore --thaw)`,
    };
  }
  if (state.is !== 'absent') return { objectKey, doubt: state.is, reason: state.reason };
  return 'doubt' in ahead ? { objectKey, ...ahead } : undefined;
}
