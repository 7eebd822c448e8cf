import { plainJson } from '../../core/plainJson';
import { count, counted, utc } from '../../core/units';
import type { BringBackWatch } from '../../operations/restore/bringBack';
import type { Output } from '../output/output';
import { sayPlanned } from '../output/planned';
import { tenfold } from '../output/tenfold';
import type { RestoreOfTable } from './options';
import { listPassedOver, planWords, reportRestore, reportSetting } from './reporting';

/** Shows a restore as it goes on: its plan, its progress, what it could not bring back, and its counts. */
export function watchRestore(output: Output, options: RestoreOfTable): BringBackWatch & { end: () => void } {
  const { into, dryRun } = options;
  let progress: ReturnType<Output['progress']> | undefined;
  let [isComparing, isWriting] = [false, false];
  const begin = (what: string, total?: number) => {
    progress?.end();
    progress = output.progress(what, total);
  };
  const end = () => {
    progress?.end();
    progress = undefined;
  };
  return {
    onPrepared(prepared) {
      output.say(planWords(options, prepared));
      listPassedOver(output, prepared);
      if (!prepared.decision.isUnsaid) begin('listed objects');
    },
    onListed: () => progress?.add(1),
    onEngine({ name, why }) {
      if (why !== undefined)
        output.say(`The items come into ${into} by ${name === 'import' ? 'an import' : 'writes'}: ${why}.`);
    },
    onImporting({ items, files }, importArn) {
      end();
      output.say(
        `${count(items)} items are in ${counted(files.length, 'file')}; DynamoDB imports them, which may take hours: ${importArn}. Stop whenever you like; the same command goes on from there.`,
      );
    },
    onWaitingForImport: (importArn) =>
      output.say(
        `An import is filling ${into}: ${importArn}. Waiting until it is over; stop whenever you like, and run the same command again.`,
      ),
    onImported: (items) => output.say(`${count(items)} items imported, as many as planned.`),
    onAskedBack(words) {
      end();
      output.say(`Asked back ${words.join('. ')}. Waiting; stop and run again whenever you like.`);
    },
    onNotAskedBack: ({ objectKey, versionId, code, message }) =>
      output.result(
        { type: 'notAskedBack', objectKey, versionId, code, reason: message },
        `${objectKey}  could not be asked back: ${code}: ${message}; when it is needed it is asked for once more`,
      ),
    onNoNote(problem, { momentMs }) {
      output.say(
        `No note could be kept that ${into} is being restored (${problem}); if this is stopped, continue with --mirror${momentMs === Infinity ? '' : ` and --as-of ${utc(momentMs)}`}.`,
      );
    },
    onPlannedWrite(write, now) {
      if (dryRun) sayPlanned(output, write, now, { put: 'put', isPutShort: true, later: 'written after the moment' });
    },
    onPlan(plan, needs) {
      if (needs !== undefined && dryRun) output.say(`The real run will ask, or need --yes: ${needs}.`);
      if (!dryRun) begin('written items', plan.put + plan.change + plan.delete);
      isWriting = !dryRun;
    },
    onWritten(writes) {
      if (isWriting) progress?.add(writes);
    },
    onPlanning: (objects = 0) => begin(dryRun ? 'planned items' : 'restored items', objects),
    onPlanned: () => progress?.add(1),
    onThrottled: tenfold((operations) =>
      output.say(`The table takes items more slowly than they come; ${count(operations)} are sent again.`),
    ),
    onCompared() {
      if (!isComparing) begin('compared items');
      isComparing = true;
      progress?.add(1);
    },
    onAhead: ({ objectKey, reason }) =>
      output.result({ type: 'ahead', objectKey, reason }, `${objectKey}  ahead: ${reason}`),
    onLeft: (left) =>
      output.result(
        { type: 'left', ...left },
        `${left.keys ? plainJson(left.keys) : left.objectKey}  ${left.why}: ${left.reason}`,
      ),
    onDifference: (action) =>
      output.result(
        { type: 'difference', objectKey: action.objectKey, needs: action.do },
        `${action.objectKey}  differs from the plan: it would need a ${action.do}`,
      ),
    onRestored(report, prepared) {
      end();
      reportRestore(output, { options, prepared, report });
    },
    onWaiting: (reason) => output.say(`Waiting until ${into} can be set up: ${reason}`),
    onSetting: (outcome) => reportSetting(output, into, outcome),
    end,
  };
}
