import { isInForce } from '../../core/lockRenewal';
import { count, counted, utc } from '../../core/units';
import type { EraseOutcome, EraseRequest } from '../../operations/erase/eraseItems';
import type { ErasedObject } from '../../operations/erase/erasePlan';
import type { LeftObject } from '../../operations/erase/erasePlanRequest';
import type { Output } from '../output/output';

/** Where the item may be, too, and dcs does not look. */
const NOT_LOOKED_AT = [
  'point-in-time recovery and backups of the table',
  'exports',
  'folders that dcs download wrote',
  'tables that were restored',
];

/** Shows a plan to erase, what is left of it, and the sum. */
export function watchErase(output: Output, table: string, dryRun: boolean) {
  const watch: Pick<EraseRequest, 'onPlan' | 'onUnclear' | 'onLeft' | 'onJournal'> = {
    onPlan(plan) {
      if (dryRun) for (const object of plan) sayObject(output, object);
    },
    onUnclear: (left) => sayLeft(output, left),
    onJournal: (left) => (dryRun ? sayTakenOut(output, left) : sayLeft(output, left)),
    onLeft: ({ in: side, objectKey, versionId, why, untilMs, reason }) =>
      output.result(
        {
          ...{ type: 'left', in: side, objectKey, versionId, why, reason },
          ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
        },
        `${side}  ${objectKey}  ${versionId}  ${why}: ${reason}`,
      ),
  };
  return { watch, report: (outcome: EraseOutcome, nowMs: number) => report(output, { table, dryRun, outcome, nowMs }) };
}

function sayLeft(output: Output, { in: side, untilMs, expiresAtMs, ...left }: LeftObject): void {
  const { objectKey, versionId, why, reason } = left;
  output.result(
    {
      ...{ type: 'left', in: side, ...left },
      ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
      ...(expiresAtMs !== undefined && { expires: expiresAtMs && new Date(expiresAtMs).toISOString() }),
    },
    `${side}  ${objectKey}${versionId === undefined ? '' : `  ${versionId}`}  ${why}: ${reason}`,
  );
}

/** What a journal has of the items, before anything is erased. */
function sayTakenOut(output: Output, left: LeftObject): void {
  const { in: side, objectKey, versionId, reason, items, lines, otherLines, untilMs } = left;
  output.result(
    {
      ...{
        type: 'planned',
        do: 'takeOut',
        in: side,
        is: 'journal',
        objectKey,
        versionId,
        items,
        lines,
        otherLines,
        reason,
      },
      lockedUntil: untilMs === undefined ? null : new Date(untilMs).toISOString(),
    },
    `${side}  journal  ${objectKey}  ${versionId ?? ''}  ${reason}`,
  );
}

function sayObject(output: Output, { in: side, is, objectKey, keys, versions }: ErasedObject): void {
  if (versions.length === 0) return;
  const locked = lastLock(versions);
  const words = locked === undefined ? '' : `, locked until ${utc(locked)} at the latest`;
  output.result(
    {
      ...{ type: 'planned', do: 'erase', in: side, is, objectKey, ...(keys && { keys }), versions: versions.length },
      lockedUntil: locked === undefined ? null : new Date(locked).toISOString(),
    },
    `${side}  ${is}  ${objectKey}  ${counted(versions.length, 'version')}${words}`,
  );
}

function lastLock(versions: ErasedObject['versions']): number | undefined {
  const times = versions.flatMap(({ lock }) => (lock ? [lock.untilMs] : []));
  return times.length === 0 ? undefined : Math.ceil(Math.max(...times) / 1_000) * 1_000;
}

interface Found {
  readonly table: string;
  readonly dryRun: boolean;
  readonly outcome: EraseOutcome;
  readonly nowMs: number;
}

/** @returns whether nothing is left */
function report(output: Output, { table, dryRun, outcome, nowMs }: Found): boolean {
  const { good, bad } = output.colours;
  const { plan, unclear, journal, done } = outcome;
  const versionsIn = (side: string) =>
    plan.filter((object) => object.in === side).reduce((sum, { versions: { length } }) => sum + length, 0);
  const of = (is: ErasedObject['is']) => plan.filter((object) => object.is === is).length;
  const locked = plan.flatMap(({ versions }) => versions.filter(({ lock }) => isInForce(lock, nowMs)));
  const last = lastLock(locked);
  const planned = {
    ...{ histories: of('history'), reports: of('report'), batches: of('batch') },
    ...{ sourceVersions: versionsIn('source'), destinationVersions: versionsIn('destination') },
    ...{ locked: locked.length, lockedUntil: last === undefined ? null : new Date(last).toISOString(), unclear },
    ...{ journalVersions: journal.versions, journalKept: journal.kept },
  };
  const isWhole = unclear === 0 && (dryRun ? locked.length + journal.kept === 0 : done?.left === 0);
  output.result(
    { type: 'erase', table, dryRun, planned, ...(done && { done }), isWhole, notLookedAt: NOT_LOOKED_AT },
    [
      `${dryRun ? 'Would erase' : 'To erase'} of ${table}: ${count(planned.sourceVersions)} versions in the source bucket, ${count(planned.destinationVersions)} in the destination bucket ` +
        `(${counted(planned.histories, 'history', 'histories')}, ${counted(planned.reports, 'report')}, ${counted(planned.batches, 'object')} of parked batches)`,
      ...(locked.length > 0
        ? [bad(`Locked: ${counted(locked.length, 'version')}, the last until ${utc(last ?? 0)}`)]
        : []),
      ...(done
        ? [
            `Erased ${counted(done.erased, 'version')}`,
            done.left === 0
              ? good('Listed again: nothing of it is left in either bucket')
              : bad(`Listed again: ${counted(done.left, 'version is', 'versions are')} left; listed above`),
          ]
        : []),
      ...(dryRun && journal.versions > 0
        ? [
            `In the journal: ${counted(journal.versions, 'version')} of journal objects, runs and bases have lines of it`,
            ...(journal.kept > 0 ? [bad(`Of these would stay for now: ${count(journal.kept)}; listed above`)] : []),
          ]
        : []),
      `Not looked at: ${NOT_LOOKED_AT.join(', ')}.`,
    ].join('\n'),
  );
  return isWhole;
}
