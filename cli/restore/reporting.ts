import type { Output } from '../output/output';
import { asOfWords, count, counted, utc } from '../../core/units';
import { tableDefinitionKey } from '../../core/tableDefinition';
import type { RestoreOfTable } from './options';
import type { PreparedRestore } from '../../operations/restore/prepare';
import type { KeptPlanCounts } from '../../operations/plan/carryOutKeptPlan';
import { leftByPlanWords } from '../keptPlan';
import type { SettingOutcome } from '../../operations/restore/finish';
import type { RestoreReport } from '../../operations/restore/restoreTable';

/** What is going to happen to the target, before it happens. */
export function planWords(
  options: RestoreOfTable,
  { momentMs, decision, definitionFrom, plan }: PreparedRestore,
): string {
  const { tableName, into, dryRun } = options;
  const asOf = `Restoring ${tableName} ${asOfWords(momentMs)} from ${plan.source.name}.`;
  const table = decision.create
    ? `The new table ${into} is made from ${definitionFrom}.`
    : decision.continuesMs !== undefined
      ? `The table ${into} is an unfinished restore, which is continued.`
      : decision.isUnsaid
        ? `The table ${into} has items; looking whether they are as planned.`
        : {
            fill: `The table ${into} is there and empty.`,
            merge:
              decision.later === 'keep'
                ? `Items of the table ${into} are added; what was written after the moment stays (--merge).`
                : `Items of the table ${into} are added and changed, later ones too (--merge=overwrite).`,
            mirror: `The table ${into} is made exactly what it was: other items are deleted (--mirror).`,
          }[decision.mode];
  return `${asOf} ${dryRun ? 'Dry run, nothing is changed. ' : ''}${table}`;
}

/** Definitions of the table that would have counted and cannot be used, listed as items are that cannot be read. */
export function listPassedOver(output: Output, { passedOver, plan }: PreparedRestore): void {
  const objectKey = tableDefinitionKey(plan.table);
  for (const reason of passedOver)
    output.result({ type: 'left', objectKey, why: 'unreadable', reason }, `${objectKey}  unreadable: ${reason}`);
}

/** What became of the items: counts, and what they mean. */
export function reportRestore(
  output: Output,
  { options, prepared, report }: { options: RestoreOfTable; prepared: PreparedRestore; report: RestoreReport },
): void {
  const {
    put,
    change,
    delete: deleted,
    equal,
    nothing,
    unknown,
    unreadable,
    newer,
    changedLater,
    deletedSince,
    rejected,
    moved,
  } = report.counts;
  const { momentMs } = prepared;
  const record = {
    type: 'restore',
    table: options.tableName,
    into: options.into,
    asOf: momentMs === Infinity ? null : utc(momentMs),
    from: prepared.plan.source.name,
    mode: prepared.decision.mode,
    dryRun: options.dryRun,
    counts: {
      put,
      change,
      delete: deleted,
      equal,
      absent: nothing,
      unknown,
      unreadable,
      newer,
      changedLater,
      deletedSince,
      rejected,
      moved,
    },
    left: report.left,
    expired: report.expired,
    ahead: report.ahead,
    ofFormerTable: report.ofFormerTable,
    ...(report.differences !== undefined && { differences: report.differences }),
  };
  const { good, bad } = output.colours;
  const lines = [
    `${options.dryRun ? 'Plan for' : 'Restored'} ${options.into} ${asOfWords(momentMs)}: put ${count(put)}, change ${count(change)}, delete ${count(deleted)}, ` +
      `already equal ${count(equal)}; not there at the moment ${count(nothing)}`,
    ...(report.ofFormerTable > 0
      ? [
          output.colours.doubtful(
            `Of a former table of the name alone, and so not there: ${counted(report.ofFormerTable, 'item')}. If AWS has restored the table under its old name, run dcs backfill first; --as-of a moment before it was made brings the former items back`,
          ),
        ]
      : []),
    ...(report.expired > 0
      ? [
          bad(
            `Expired since the moment: ${counted(report.expired, 'item')}; DynamoDB deletes them wherever time to live is on`,
          ),
        ]
      : []),
    ...(report.ahead > 0
      ? [
          output.colours.doubtful(
            `Stated to be later than S3 stored them: ${counted(report.ahead, 'image')}; listed above`,
          ),
        ]
      : []),
    ...(report.left > 0
      ? [
          bad(
            `Not brought back: unknown ${count(unknown)}, unreadable ${count(unreadable)}, changed since ${count(newer)}, written after the moment ${count(changedLater)}, deleted since ${count(deletedSince)}, refused by DynamoDB ${count(rejected)}, changed since the plan ${count(moved)}; listed above`,
          ),
        ]
      : []),
    ...(report.differences === undefined
      ? []
      : report.differences === 0
        ? [good('Read again and compared: the table is what was planned')]
        : [
            bad(
              `Read again and compared: ${counted(report.differences, 'item differs', 'items differ')} from the plan; listed above. Is somebody writing to it?`,
            ),
          ]),
  ];
  output.result(record, lines.join('\n'));
}

/** What became of a plan that was kept. */
export function reportKeptPlan(output: Output, { tableName, into }: RestoreOfTable, done: KeptPlanCounts): void {
  const { good, bad } = output.colours;
  const { written, already, moved, rejected, differences, leftByPlan } = done;
  const left = moved + rejected + leftByPlan;
  const lines = [
    `Restored ${into} by the plan: written ${count(written)}, already so ${count(already)}`,
    ...(leftByPlan > 0 ? [bad(leftByPlanWords(leftByPlan))] : []),
    ...(moved + rejected > 0
      ? [
          bad(
            `Not written: changed since the plan ${count(moved)}, refused by DynamoDB ${count(rejected)}; listed above`,
          ),
        ]
      : []),
    differences === 0
      ? good('Read again and compared: each is as planned')
      : bad(`Read again and compared: ${counted(differences, 'item differs', 'items differ')}; listed above`),
  ];
  output.result({ type: 'restore', table: tableName, into, dryRun: false, done, left, differences }, lines.join('\n'));
}

/** What became of a setting of table.json; nothing where it was set already. */
export function reportSetting(output: Output, table: string, outcome: SettingOutcome): void {
  if (outcome.state !== 'already') output.result({ type: 'setting', table, ...outcome }, settingWords(table, outcome));
}

function settingWords(tableName: string, { value, state, reason = '' }: SettingOutcome): string {
  if (state === 'leftOff') return `Left off ${tableName}: ${value}; ${reason}.`;
  if (state === 'failed') return `Not set on ${tableName}: ${value}; ${reason}. The same command tries again.`;
  return `Set on ${tableName}: ${value}.`;
}
