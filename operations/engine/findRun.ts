import type { EngineStore } from '../../aws/engineStore';
import type { ExecutionState, StateMachine } from '../../aws/stateMachine';
import type { RunOutcome } from './compareImported';
import { jsonOf, PLACES, readRequest, runsOf, type RunRequest } from './run';

/** A run as it is found in the engine's bucket. */
export interface FoundRun {
  readonly folder: string;
  readonly run: RunRequest;
  /** Undefined while it has not come to its end. */
  readonly outcome?: RunOutcome;
  readonly isFinished: boolean;
}

/** The newest run that brings one table back into another. */
export async function newestRun(
  store: EngineStore,
  of: Pick<RunRequest, 'tableName' | 'into'>,
): Promise<FoundRun | undefined> {
  const folder = await newestFolder(store, runsOf(of));
  if (folder === undefined) return undefined;
  const outcome = await outcomeOf<RunOutcome>(store, folder);
  const isFinished = (await store.read(PLACES.finished(folder))) !== undefined;
  return { folder, run: await readRequest(store, folder), ...(outcome && { outcome }), isFinished };
}

/** Of the runs below a folder, that of the one which was asked for last. */
export async function newestFolder(store: EngineStore, runs: string): Promise<string | undefined> {
  let newest: string | undefined;
  let after: { objectKey: string } | undefined;
  do {
    const page = await store.page(runs, { after });
    newest = page.versions.findLast(({ objectKey }) => objectKey.endsWith('/request.json'))?.objectKey ?? newest;
    after = page.next;
  } while (after);
  return newest?.slice(0, -'request.json'.length);
}

export async function outcomeOf<Outcome>(
  store: Pick<EngineStore, 'read'>,
  folder: string,
): Promise<Outcome | undefined> {
  return jsonOf((await store.read(PLACES.outcome(folder))) ?? '') as Outcome | undefined;
}

/** An execution of a run, of which there is one more each time it is taken up again. */
export interface RunExecution {
  readonly name: string;
  readonly state: ExecutionState;
}

/** The last execution of a run; undefined where it has never been started. */
export async function lastExecution(machine: StateMachine, folder: string): Promise<RunExecution | undefined> {
  let last: RunExecution | undefined;
  for (let attempt = 1; ; attempt++) {
    const name = executionName(folder, attempt);
    const state = await machine.state(name);
    if (!state) return last;
    last = { name, state };
  }
}

/** Starts the run, or takes it up where it stopped. @returns the name of the execution */
export async function startExecution(machine: StateMachine, folder: string): Promise<string> {
  const last = await lastExecution(machine, folder);
  const attempt = last ? Number(last.name.split('-').at(-1)) + 1 : 1;
  await machine.start(executionName(folder, attempt), { folder });
  return executionName(folder, attempt);
}

/** An execution that goes on with a run, and what the last one failed by. */
export interface TakenUp {
  readonly execution: string;
  readonly failed?: ExecutionState;
}

/** Starts a run, or takes it up where it has failed; one that goes on is left to. */
export async function takeUp(machine: StateMachine, folder: string): Promise<TakenUp> {
  const last = await lastExecution(machine, folder);
  const execution = last?.state.status === 'running' ? last.name : await startExecution(machine, folder);
  return { execution, ...(last?.state.status === 'failed' && { failed: last.state }) };
}

/** At most 80 letters, digits, - and _: the table's name is cut. Source: Step Functions API reference, StartExecution. */
function executionName(folder: string, attempt: number): string {
  const [, tableName = '', ...rest] = folder.split('/');
  const id = rest.at(-2) ?? '';
  return `${tableName.replaceAll('.', '_').slice(0, 40)}-${id}-${attempt}`;
}
