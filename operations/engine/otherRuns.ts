import type { EngineStore } from '../../aws/engineStore';
import type { StateMachine } from '../../aws/stateMachine';
import { RefusedError } from '../../core/errors';
import { lastExecution } from './findRun';
import { PLACES } from './run';

/** A kind of work that the engine does of a table, and where its runs are. */
export interface OtherKind {
  /** As in `a verify`. */
  readonly noun: string;
  readonly runs: string;
}

/** @throws RefusedError that names a run of another kind that goes on */
export async function requireNoOtherRun(
  store: Pick<EngineStore, 'page' | 'read'>,
  machine: StateMachine,
  tableName: string,
  kinds: readonly OtherKind[],
): Promise<void> {
  for (const { noun, runs } of kinds) {
    for await (const folder of foldersOf(store, runs)) {
      if ((await store.read(PLACES.outcome(folder))) !== undefined) continue;
      const last = await lastExecution(machine, folder);
      if (last?.state.status !== 'running') continue;
      throw new RefusedError(
        `${noun} of ${tableName} goes on: the run ${folder} of the engine (execution ${last.name}). Wait for its end, and give the same again`,
      );
    }
  }
}

async function* foldersOf(store: Pick<EngineStore, 'page'>, runs: string): AsyncGenerator<string> {
  let after: { objectKey: string } | undefined;
  do {
    const page = await store.page(runs, { after });
    for (const { objectKey } of page.versions) {
      if (objectKey.endsWith('/request.json')) yield objectKey.slice(0, -'request.json'.length);
    }
    after = page.next;
  } while (after);
}
