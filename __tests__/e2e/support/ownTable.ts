import type { LocalRun } from '../../../local/localRun';
import type { LocalTable } from '../../../local/localTable';
import { dcsOnRun, startTableLike, type DcsOnRun } from './dcsOnRun';
import { startDeploymentForOwnTables } from './deployment';

export interface OwnTable {
  /** One for all tests of the file. */
  readonly run: LocalRun;
  /** Captured, and empty. */
  readonly users: LocalTable;
  readonly dcs: DcsOnRun;
}

/** Gives every test of the file a captured table of its own, with the executable beside it, and takes its faults away. */
export function eachTestHasItsTable(onStart: (own: OwnTable) => void): void {
  let run: LocalRun;
  let own: OwnTable;
  let tables = 0;
  beforeAll(async () => {
    run = await startDeploymentForOwnTables();
  });
  afterAll(() => run.stop());
  beforeEach(async () => {
    const users = await startTableLike(run, 'users', `users${++tables}`);
    own = { run, users, dcs: await dcsOnRun(run, users) };
    onStart(own);
  });
  afterEach(async () => {
    for (const { gateway } of [run.source, run.destination]) gateway.faults = () => undefined;
    await own.users.stop();
    await own.dcs.remove();
  });
}
