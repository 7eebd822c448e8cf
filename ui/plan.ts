import { RefusedError } from '../core/errors';
import { printable } from '../core/printable';
import { tableCreatedAt } from '../operations/formerTable';
import { kindOf } from '../operations/plan/needsYes';
import { planRevert } from '../operations/revert/planRevert';
import { timeWindow } from '../operations/revert/windowStates';
import { knownTable } from '../operations/tables';
import type { LocatedTable } from '../settings/configuredTable';
import type { PlanAnswer } from './answers';
import type { UiPlaces } from './places';
import type { AskedWindow } from './window';

/** What the revert of a window would do. */
export async function plan(
  places: UiPlaces,
  located: LocatedTable,
  window: AskedWindow,
  signal: AbortSignal,
): Promise<PlanAnswer> {
  if (!window.isWhole) throw new Error('a plan needs a window: from and to');
  try {
    return { counts: await planOfWindow(places, located, window, signal), why: null };
  } catch (error) {
    signal.throwIfAborted();
    return { counts: null, why: printable((error as Error).message) };
  }
}

/** By the same plan that the command makes. */
async function planOfWindow(
  { source, liveTable }: UiPlaces,
  located: LocatedTable,
  { fromMs, toMs }: AskedWindow,
  signal: AbortSignal,
): Promise<NonNullable<PlanAnswer['counts']>> {
  const { table } = await knownTable(source, located, { momentMs: toMs });
  const [createdAtFromMs, createdAtMs] = await Promise.all([
    tableCreatedAt(source, table, fromMs),
    tableCreatedAt(source, table, toMs),
  ]);
  if (createdAtFromMs !== createdAtMs)
    throw new RefusedError(
      'the table was deleted and made again within the window; dcs restore brings the former one back',
    );
  const states = timeWindow({ source, table, fromMs, toMs, createdAtMs });
  const target = liveTable(located.tableName, signal);
  const counts = { put: 0, change: 0, delete: 0, changedLater: 0, conflicts: 0, unknown: 0 };
  for await (const step of planRevert({ states, target, selection: {}, conflictRule: 'leave', signal })) {
    if (step.is === 'unknown' || step.is === 'unreadable') counts.unknown += 1;
    if (step.is === 'write' || step.is === 'conflict')
      counts.conflicts += step.conflicts === 'item' ? 1 : step.conflicts.length;
    if (step.is !== 'write') continue;
    counts[kindOf(step.write.change)] += 1;
    if (step.write.isChangedLater) counts.changedLater += 1;
  }
  return counts;
}
