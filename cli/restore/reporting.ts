import type { Output } from '../output/output';
import { asOfWords, count, counted, utc } from '../../core/units';
import type { RestoreOptions } from './options';
import type { PreparedRestore } from './prepare';
import type { RestoreReport, RestoreWatch } from '../../operations/restore/restoreTable';

/** What is going to happen to the target, before it happens. */
export function planWords({ into, dryRun }: RestoreOptions, { decision, definitionFrom }: PreparedRestore): string {
  const table = decision.create
    ? `The new table ${into} is made from ${definitionFrom}.`
    : decision.continuesMs !== undefined
      ? `The table ${into} is an unfinished restore, which is continued.`
      : decision.isUnsaid
        ? `The table ${into} has items; looking whether they are as planned.`
        : {
            fill: `The table ${into} is there and empty.`,
            merge: `Items of the table ${into} are added and changed (--merge).`,
            mirror: `The table ${into} is made exactly what it was: other items are deleted (--mirror).`,
          }[decision.mode];
  return dryRun ? `Dry run, nothing is changed. ${table}` : table;
}

/** Shows a restore as it goes on, and lists what it could not bring back. */
export function watchRestore(output: Output, objects: number, dryRun: boolean): RestoreWatch & { end: () => void } {
  const plan = output.progress(dryRun ? 'planned items' : 'restored items', objects);
  let [comparison, throttled, saidAt] = [undefined as ReturnType<Output['progress']> | undefined, 0, 0];
  return {
    onPlanned: () => plan.add(1),
    onThrottled(operations) {
      throttled += operations;
      if (throttled < saidAt) return;
      saidAt = throttled * 10;
      output.say(`The table takes items more slowly than they come; ${count(throttled)} are sent again.`);
    },
    onCompared() {
      if (!comparison) {
        plan.end();
        comparison = output.progress('compared items');
      }
      comparison.add(1);
    },
    onAhead: ({ objectKey, reason }) =>
      output.result({ type: 'ahead', objectKey, reason }, `${objectKey}  ahead: ${reason}`),
    onLeft: (left) => output.result({ type: 'left', ...left }, `${left.objectKey}  ${left.why}: ${left.reason}`),
    onDifference: (action) =>
      output.result(
        { type: 'difference', objectKey: action.objectKey, needs: action.do },
        `${action.objectKey}  differs from the plan: it would need a ${action.do}`,
      ),
    end() {
      plan.end();
      comparison?.end();
    },
  };
}

/** The last word: counts, and what they mean. */
export function reportRestore(
  output: Output,
  { options, prepared, report }: { options: RestoreOptions; prepared: PreparedRestore; report: RestoreReport },
): void {
  const { put, change, delete: deleted, equal, nothing, unknown, unreadable, newer, rejected } = report.counts;
  const { momentMs } = prepared;
  const record = {
    type: 'restore',
    table: options.tableName,
    into: options.into,
    asOf: momentMs === Infinity ? null : utc(momentMs),
    from: prepared.request.source.name,
    mode: prepared.decision.mode,
    dryRun: options.dryRun,
    counts: { put, change, delete: deleted, equal, absent: nothing, unknown, unreadable, newer, rejected },
    left: report.left,
    expired: report.expired,
    ahead: report.ahead,
    ...(report.differences !== undefined && { differences: report.differences }),
  };
  const { good, bad } = output.colours;
  const lines = [
    `${options.dryRun ? 'Plan for' : 'Restored'} ${options.into} ${asOfWords(momentMs)}: put ${count(put)}, change ${count(change)}, delete ${count(deleted)}, ` +
      `already equal ${count(equal)}; not there at the moment ${count(nothing)}`,
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
            `Not brought back: unknown ${count(unknown)}, unreadable ${count(unreadable)}, changed since ${count(newer)}, refused by DynamoDB ${count(rejected)}; listed above`,
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
